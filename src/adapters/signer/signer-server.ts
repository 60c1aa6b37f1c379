import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { PrivateKeyAccount } from "viem/accounts";
import { clobAuthDigest } from "../../core/chain/clob-attestation.ts";
import { POLYGON_CHAIN_ID } from "../../core/chain/contracts.ts";
import { encodeSignature, signingDigest } from "../../core/chain/exchange-order.ts";
import { type Redemption, relayDigest, relaySignature } from "../../core/chain/redemption.ts";
import { trialOf } from "../../core/chain/trial-order.ts";
import { ConfigError } from "../../core/errors.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import { refuseRedemption } from "../../core/risk/redeem-policy.ts";
import { checkSigning, type SigningPolicy } from "../../core/risk/signing-policy.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { createDaySum, type DaySum } from "./day-sum.ts";
import type { SpentFile } from "./spent-file.ts";
import { attestationRequest, orderRequest, redemptionRequest, trialRequest } from "./wire.ts";

export type SignerOptions = {
  readonly account: PrivateKeyAccount;
  readonly policy: Omit<SigningPolicy, "owner">;
  readonly spent: SpentFile;
  readonly clock: Clock;
  readonly logger: Logger;
};

const BODY_BYTES_MAX = 16_384;
/** After a signature: as long as an order takes to be stored and sent, and more. */
const CALM_MS = 50;
const STAMP_OFF_MS_MAX = MINUTE_MS;

/** What the socket answers. One request is checked, counted and signed before the next one is looked at. */
export function createSignerApp({ account, policy: rules, clock, logger }: SignerOptions, spent: DaySum): Hono {
  const policy: SigningPolicy = { ...rules, owner: parseAddress(account.address) };
  const app = new Hono();
  app.use(bodyLimit({ maxSize: BODY_BYTES_MAX }));
  app.get("/identity", (context) =>
    context.json({ owner: policy.owner, wallet: policy.wallet, signatureType: policy.signatureType }),
  );
  app.post("/order", async (context) => {
    const parsed = orderRequest.safeParse(await readJson(context));
    if (!parsed.success) return context.json({ error: "not an order" }, 400);
    const { order, domain } = parsed.data;
    const decision = checkSigning(policy, parsed.data, spent.read(), clock.nowMs());
    if (!decision.allowed) {
      logger.warn("refused to sign", { ...decision.refusal, side: order.side, tokenId: order.tokenId });
      return context.json({ signed: false, refusal: decision.refusal });
    }
    // Given away only when it is counted, and counted before the next request is looked at.
    const counted = order.side === "BUY" ? spent.count(decision.spent) : Promise.resolve();
    const [signature] = await Promise.all([account.sign({ hash: signingDigest(order, domain) }), counted]);
    logger.info("signed", { side: order.side, tokenId: order.tokenId, spentUsd: decision.spent.spentUsd });
    return context.json({ signed: true, signature: encodeSignature(order, domain, signature) });
  });
  app.post("/redemption", async (context) => {
    const parsed = redemptionRequest.safeParse(await readJson(context));
    if (!parsed.success) return context.json({ error: "not a redemption" }, 400);
    const refusal = refuseRedemption(policy, parsed.data, clock.nowMs());
    if (refusal !== null) {
      logger.warn("refused to sign", { ...refusal, kind: parsed.data.kind });
      return context.json({ signed: false, refusal });
    }
    logger.info("signed a redemption", { kind: parsed.data.kind, nonce: parsed.data.nonce });
    return context.json({ signed: true, signature: await signRedemption(account, parsed.data) });
  });
  const isOfNow = (at: number): boolean => Math.abs(at - clock.nowMs()) <= STAMP_OFF_MS_MAX;
  app.post("/trial", async (context) => {
    const parsed = trialRequest.safeParse(await readJson(context));
    if (!parsed.success || !isOfNow(parsed.data.timestamp)) return context.json({ error: "not a trial of now" }, 400);
    const trial = trialOf(policy, parsed.data.salt, parsed.data.timestamp);
    return context.json({ signed: true, signature: trial.encode(await account.sign({ hash: trial.digest })) });
  });
  app.post("/attestation", async (context) => {
    const parsed = attestationRequest.safeParse(await readJson(context));
    if (!parsed.success || !isOfNow(parsed.data.timestampSeconds * SECOND_MS))
      return context.json({ error: "not an attestation of now" }, 400);
    const { timestampSeconds, nonce } = parsed.data;
    const hash = clobAuthDigest(account.address, timestampSeconds, nonce);
    return context.json({ signed: true, signature: await account.sign({ hash }) });
  });
  app.onError((error, context) => {
    logger.error("signing failed", { error });
    return context.json({ error: "signing failed" }, 500);
  });
  return app;
}

async function signRedemption(account: PrivateKeyAccount, redemption: Redemption): Promise<`0x${string}`> {
  if (redemption.kind !== "TRANSACTION")
    return relaySignature(redemption, await account.sign({ hash: relayDigest(redemption) }));
  const { call, nonce, gas, maxFeePerGas, maxPriorityFeePerGas } = redemption;
  return account.signTransaction({
    ...{ type: "eip1559", chainId: POLYGON_CHAIN_ID, to: call.to as string as `0x${string}`, data: call.data },
    ...{ nonce: Number(nonce), gas, maxFeePerGas, maxPriorityFeePerGas, value: 0n },
  });
}

const readJson = (context: Context): Promise<unknown> => context.req.json<unknown>().catch(() => null);

export type SignerServer = { close(): Promise<void> };

/** A folder that gives its group to what is made in it, and lets that group in: somebody made it so on purpose. */
const isForGroup = (folder: string): boolean => (statSync(folder).mode & 0o2010) === 0o2010;

/**
 * Listens on a socket that only this user can open, in a folder that only this user can enter; in a folder with the set-group-id bit,
 * the folder's group can too.
 * @throws ConfigError when another signer listens there, or the path cannot be used
 */
export async function startSigner(path: string, options: SignerOptions): Promise<SignerServer> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await removeStale(path);
  const spent = createDaySum(options.spent, options.policy, () => options.clock.sleep(CALM_MS));
  const server = createServer(getRequestListener(createSignerApp(options, spent).fetch));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ConfigError([`the signer's socket ${path} cannot be opened (${error.code ?? error.message})`])),
    );
    server.listen(path, resolve);
  });
  chmodSync(path, isForGroup(dirname(path)) ? 0o660 : 0o600);
  return {
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await spent.close();
    },
  };
}

async function removeStale(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  const answers = await new Promise<boolean>((resolve) => {
    const socket = createConnection(path, () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
  if (answers) throw new ConfigError([`another signer listens on ${path}; stop it first`]);
  if (!lstatSync(path).isSocket()) throw new ConfigError([`${path} exists and is no socket; choose another path`]);
  rmSync(path);
}
