import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnvironment } from "../../src/adapters/config/load.ts";
import { startSigner } from "../../src/adapters/signer/signer-server.ts";
import { createSpentFile } from "../../src/adapters/signer/spent-file.ts";
import { RELAYER_KEY } from "../../src/adapters/simnet/server/relayer-routes.ts";
import { type SimnetOptions, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import type { Customer } from "../../src/adapters/simnet/world/customers.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import type { Program } from "../../src/apps/program.ts";
import type { SignatureType } from "../../src/core/chain/exchange-order.ts";
import { COLLATERAL_USD, OWNER, policyOf, WALLETS } from "./live-simnet.ts";
import { createQuietLogger } from "./quiet-logger.ts";
import { SMALL_POPULATION } from "./simulated-chain.ts";
import { unseen } from "./unseen.ts";

export type CliOutcome = { readonly code: number; readonly out: string; readonly err: string };
export type LiveCli = Awaited<ReturnType<typeof startLiveCli>>;

const CLI = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));
const SLOW_MS = 60_000;

export type LiveCliOptions = {
  readonly signatureType?: SignatureType;
  /** Another type than the wallet's, in the signer's settings. */
  readonly signsAs?: SignatureType;
  /** What is special about the account of that type. */
  readonly customer?: Partial<Customer>;
  readonly simnet?: Partial<SimnetOptions>;
};

/** A world in real time, a signer for one of its accounts, and the program pointed at both. */
export async function startLiveCli(options: LiveCliOptions = {}) {
  const { signatureType = 3, signsAs = signatureType, customer = {}, simnet: more = {} } = options;
  const clock = createSystemClock();
  const accounts = WALLETS.map((wallet, type) => ({
    ...{ owner: OWNER.address, wallet, collateralUsd: COLLATERAL_USD, signatureType: type as SignatureType },
    ...(type === signatureType ? customer : {}),
  }));
  const simnet = await startSimnet({
    seed: 15,
    finalityBlocks: 1,
    history: 1,
    wallets: SMALL_POPULATION,
    port: 0,
    clock,
    accounts,
    ...more,
  });
  const folder = mkdtempSync(join(tmpdir(), "orderflow-live-cli-"));
  const socket = join(folder, "signer.sock");
  const wallet = WALLETS[signatureType];
  const signer = await startSigner(socket, {
    ...{ account: OWNER, policy: policyOf(wallet, signsAs), spent: createSpentFile(join(folder, "spent.json")) },
    ...{ clock, logger: createQuietLogger() },
  });
  const environment = {
    ...{ POLYGON_RPC_URL: simnet.rpcUrl, GAMMA_URL: simnet.gammaUrl, CLOB_URL: simnet.clobUrl },
    ...{ DATA_API_URL: simnet.dataUrl, GEOBLOCK_URL: simnet.geoblockUrl, RELAYER_URL: simnet.relayerUrl },
    ...{ RELAYER_API_KEY: RELAYER_KEY, SIGNER_SOCKET: socket, DATA_DIR: join(folder, "data"), LOG_FORMAT: "json" },
  };
  const index = simnet.world.wallets.findIndex((each) => each.address === wallet);
  const said: string[] = [];
  return {
    ...{ simnet, folder, environment, wallet, index, clock },
    /** Everything that the program has written so far. */
    said: () => said.join("\n"),
    stopSigner: () => signer.close(),
    /** What a command is given, for what needs no process of its own. */
    program: (changes: Readonly<Record<string, string>> = {}): Program => ({
      environment: parseEnvironment({ process: { ...environment, ...changes }, file: null }),
      ...{ clock, logger: createQuietLogger(), signal: AbortSignal.timeout(SLOW_MS) },
      terminal: {
        isInteractive: false,
        colours: false,
        columns: () => 120,
        writeLine: () => {},
        write: () => {},
        progress: unseen,
      },
    }),
    /**
     * @param input what a person types
     * @param stop ends it with this signal when it says so
     */
    orderflow(
      args: readonly string[],
      changes: Readonly<Record<string, string>> = {},
      input = "",
      stop?: { readonly at: string; readonly by: NodeJS.Signals },
    ): Promise<CliOutcome> {
      const env = { PATH: process.env.PATH ?? "", ...environment, ...changes };
      return new Promise((resolve) => {
        const child = execFile(
          process.execPath,
          [CLI, ...args],
          { cwd: folder, env, timeout: SLOW_MS },
          (error, out, err) => {
            said.push(out, err);
            resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
          },
        );
        child.stdin?.end(input);
        let text = "";
        child.stdout?.on("data", (chunk: string) => {
          text += chunk;
          if (stop !== undefined && text.includes(stop.at)) child.kill(stop.by);
        });
      });
    },
    async stop() {
      await signer.close();
      await simnet.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
