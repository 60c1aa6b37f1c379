import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { loadAccount } from "../../adapters/signer/load-key.ts";
import { readSignerSettings } from "../../adapters/signer/settings.ts";
import { startSigner } from "../../adapters/signer/signer-server.ts";
import { createSpentFile } from "../../adapters/signer/spent-file.ts";
import { forbidCoreDumps } from "../../adapters/system/core-dumps.ts";
import { ConfigError } from "../../core/errors.ts";
import { formatPrice, formatUsd } from "../../core/money/amounts.ts";
import { runProgram } from "../program.ts";

const HELP = `
The settings file (JSON, changed by nobody but its owner):
  {
    "key": { "file": "key.hex" },            or { "keystore": "key.json", "passwordFile": "password" }
                                             or { "environment": "NAME_OF_A_VARIABLE" }
    "wallet": "0x…",                         the address that holds the money
    "signatureType": 3,                      0 EOA, 1 proxy, 2 Safe, 3 deposit wallet
    "maxOrderUsd": "25", "maxDayUsd": "100",
    "minPrice": "0.05", "maxPrice": "0.95", "sides": ["BUY", "SELL"], "exchanges": ["standard", "neg-risk", "v3"]
  }
`;

/** The only process that knows the key. It has no network: one socket, one policy. */
export function addSigner(cli: Command): void {
  cli
    .command("signer")
    .description("hold the key and sign orders inside a policy, for the executor, over a local socket")
    .requiredOption("--settings <file>", "the key's place and the policy")
    .option("--socket <path>", "where to listen (default: signer.sock beside the settings)")
    .addHelpText("after", HELP)
    .action((options: { settings: string; socket?: string }) => {
      forbidCoreDumps();
      return runProgram(
        async ({ clock, logger, signal }) => {
          const settings = resolve(options.settings);
          const { key, policy } = readSignerSettings(settings);
          // biome-ignore lint/style/noProcessEnv: the one place that takes a key out of the environment
          const account = loadAccount(key, process.env);
          if (policy.signatureType === 0 && account.address.toLowerCase() !== policy.wallet)
            throw new ConfigError([
              `the key belongs to ${account.address}, but the wallet is ${policy.wallet}: with signature type 0 they are the same`,
            ]);
          const spent = createSpentFile(join(dirname(settings), "signed-today.json"));
          spent.read();
          const socket = options.socket ?? join(dirname(settings), "signer.sock");
          const server = await startSigner(socket, {
            account,
            policy,
            spent,
            clock,
            logger: logger.with({ service: "signer" }),
          });
          logger.info("signing", {
            ...{ socket, owner: account.address, wallet: policy.wallet, sides: policy.sides.join(", ") },
            prices: `${formatPrice(policy.minPrice)} to ${formatPrice(policy.maxPrice)}`,
            ...{ maxOrderUsd: formatUsd(policy.maxOrderUsd), maxDayUsd: formatUsd(policy.maxDayUsd) },
          });
          await new Promise<void>((stop) => signal.addEventListener("abort", () => stop(), { once: true }));
          await server.close();
          logger.info("stopped");
        },
        { log: "output" },
      );
    });
}
