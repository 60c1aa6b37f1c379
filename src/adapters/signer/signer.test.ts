import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as Keystore from "ox/Keystore";
import { parseTransaction, recoverTransactionAddress, type TransactionSerializedEIP1559 } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import {
  type ExchangeOrder,
  encodeSignature,
  orderDomain,
  signingDigest,
  ZERO_32,
} from "../../core/chain/exchange-order.ts";
import { redeemCall } from "../../core/chain/redeem-call.ts";
import { type Redemption, type RelayRequest, relayDigest } from "../../core/chain/redemption.ts";
import { parseAddress, parseMarketId, parseTokenId } from "../../core/ids/ids.ts";
import { epochMs } from "../../core/time/time.ts";
import { loadAccount } from "./load-key.ts";
import { readSignerSettings } from "./settings.ts";
import { createSignerClient } from "./signer-client.ts";
import { startSigner } from "./signer-server.ts";
import { createSpentFile } from "./spent-file.ts";

// A public test key: it never holds anything.
const KEY = `0x${"11".repeat(32)}` as const;
const account = privateKeyToAccount(KEY);
const wallet = parseAddress(`0x${"22".repeat(20)}`);
const domain = orderDomain("v1", false);
const now = epochMs(1_790_000_000_000);
const { signal } = new AbortController();

let folder = "";
let lines: string[] = [];
const stops: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-signer-"));
  lines = [];
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  rmSync(folder, { recursive: true, force: true });
});

const order = (changes: Partial<ExchangeOrder> = {}): ExchangeOrder => ({
  ...{ salt: 1n, maker: wallet, signer: wallet, tokenId: parseTokenId("7"), side: "BUY", signatureType: 3 },
  ...{ makerAmount: 20_000_000n, takerAmount: 40_000_000n, metadata: ZERO_32, builder: ZERO_32, timestamp: now },
  ...changes,
});

function writeSettings(settings: Record<string, unknown> = {}): string {
  writeFileSync(join(folder, "key.hex"), `${KEY}\n`, { mode: 0o600 });
  const path = join(folder, "signer.json");
  const all = { key: { file: "key.hex" }, wallet, maxOrderUsd: "25", maxDayUsd: "50", ...settings };
  writeFileSync(path, JSON.stringify(all));
  return path;
}

async function start(settings: string, variables: Record<string, string | undefined> = {}) {
  const { key, policy } = readSignerSettings(settings);
  const spent = createSpentFile(join(dirname(settings), "signed-today.json"));
  const logger = createQuietLogger();
  const socket = join(folder, "signer.sock");
  const options = { account: loadAccount(key, variables), policy, spent, clock: createManualClock(now), logger };
  const server = await startSigner(socket, options);
  const stop = async (): Promise<void> => {
    lines.push(JSON.stringify(logger.lines, (_key, value) => (typeof value === "bigint" ? String(value) : value)));
    await server.close();
  };
  stops.push(stop);
  return { signer: createSignerClient(socket), stop };
}

describe("the signer", () => {
  test("signs what its policy allows, exactly as the owner's key would, and nothing else", async () => {
    const { signer } = await start(writeSettings());
    const owner = account.address.toLowerCase();
    expect(await signer.identity(signal)).toEqual({ owner, wallet, signatureType: 3 });
    const own = encodeSignature(order(), domain, await account.sign({ hash: signingDigest(order(), domain) }));
    expect(await signer.signOrder(order(), domain, signal)).toEqual({ signed: true, signature: own });
    expect(await signer.signOrder(order({ makerAmount: 26_000_000n }), domain, signal)).toEqual({
      signed: false,
      refusal: { code: "ORDER_ABOVE_MAX", limit: "25", value: "26" },
    });
  });

  test("a restart is no way around the day's sum", async () => {
    const settings = writeSettings();
    for (const expected of [true, true, false]) {
      const { signer, stop } = await start(settings);
      expect((await signer.signOrder(order(), domain, signal)).signed).toBe(expected);
      await stop();
    }
  });

  test("many askers at once do not pass the day's sum either", async () => {
    const { signer } = await start(writeSettings());
    const answers = await Promise.all(Array.from({ length: 12 }, () => signer.signOrder(order(), domain, signal)));
    expect(answers.filter(({ signed }) => signed)).toHaveLength(2);
  });

  test("an attestation is signed for now only", async () => {
    const { signer } = await start(writeSettings());
    expect(await signer.signAttestation(now / 1_000, 0, signal)).toMatch(/^0x[0-9a-f]{130}$/);
    await expect(signer.signAttestation(now / 1_000 - 61, 0, signal)).rejects.toThrow("answered 400");
  });

  const marketId = parseMarketId(`0x${"ab".repeat(32)}`);
  const redemption = (changes: Record<string, unknown> = {}): Redemption =>
    ({
      ...{ kind: "WALLET", owner: parseAddress(account.address), wallet, nonce: 3n, call: redeemCall(marketId, true) },
      ...{ deadline: now / 1_000 + 300, ...changes },
    }) as Redemption;

  test("a redemption is signed for the wallet itself, and no other call is", async () => {
    const { signer } = await start(writeSettings());
    const answer = await signer.signRedemption(redemption(), signal);
    const own = await account.sign({ hash: relayDigest(redemption() as RelayRequest) });
    expect(answer).toEqual({ signed: true, signature: own });
    const approval = { to: redeemCall(marketId, true).to, data: `0x095ea7b3${"00".repeat(64)}` };
    const refused: readonly (readonly [changes: Record<string, unknown>, code: string])[] = [
      [{ call: approval }, "CALL_NOT_ALLOWED"],
      [{ wallet: parseAddress(`0x${"44".repeat(20)}`) }, "WALLET_NOT_ALLOWED"],
      [{ owner: parseAddress(`0x${"44".repeat(20)}`) }, "WALLET_NOT_ALLOWED"],
      [{ kind: "SAFE", deadline: undefined }, "WALLET_NOT_ALLOWED"],
      [{ deadline: now / 1_000 + 601 }, "DEADLINE_OFF"],
    ];
    for (const [changes, code] of refused)
      expect(await signer.signRedemption(redemption(changes), signal)).toMatchObject({ refusal: { code } });
    await expect(signer.signRedemption(redemption({ value: 1n }), signal)).rejects.toThrow("answered 400");
  });

  test("an EOA's redemption is a transaction without money whose fee is bounded", async () => {
    const eoa = parseAddress(account.address);
    const { signer } = await start(writeSettings({ wallet: account.address, signatureType: 0 }));
    const fees = { gas: 300_000n, maxFeePerGas: 100n * 10n ** 9n, maxPriorityFeePerGas: 30n * 10n ** 9n };
    const asked = redemption({ kind: "TRANSACTION", wallet: eoa, deadline: undefined, ...fees });
    const answer = await signer.signRedemption(asked, signal);
    if (!answer.signed) throw new Error(answer.refusal.code);
    const raw = answer.signature as TransactionSerializedEIP1559;
    expect(parseTransaction(raw)).toMatchObject({ chainId: 137, nonce: 3, to: asked.call.to, data: asked.call.data });
    expect(parseTransaction(raw).value ?? 0n).toBe(0n);
    expect((await recoverTransactionAddress({ serializedTransaction: raw })).toLowerCase()).toBe(eoa);
    for (const dear of [{ gas: 1_000_001n }, { maxFeePerGas: 4_000n * 10n ** 9n }])
      expect(await signer.signRedemption({ ...asked, ...dear } as Redemption, signal)).toMatchObject({
        refusal: { code: "FEE_ABOVE_MAX" },
      });
  });

  test("the key is in no log, no file but its own, and no longer in the environment", async () => {
    const settings = writeSettings({ key: { environment: "TRADING_KEY" } });
    rmSync(join(folder, "key.hex"));
    const variables: Record<string, string | undefined> = { TRADING_KEY: KEY };
    const { signer, stop } = await start(settings, variables);
    await signer.signOrder(order(), domain, signal);
    await signer.signOrder(order({ maker: parseAddress(`0x${"44".repeat(20)}`) }), domain, signal);
    await signer.signAttestation(now / 1_000, 0, signal);
    await signer.signRedemption(redemption(), signal);
    await signer.signRedemption(redemption({ kind: "SAFE", deadline: undefined }), signal);
    await stop();
    expect(variables).toEqual({});
    expect(lines.join()).toContain("refused to sign");
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    expect(files).toHaveLength(2);
    for (const text of [...lines, ...files]) expect(text.toLowerCase()).not.toContain(KEY.slice(2, 34));
  });

  test("only this user can open its socket, and a second signer there is refused", async () => {
    const settings = writeSettings();
    await start(settings);
    expect(statSync(join(folder, "signer.sock")).mode & 0o777).toBe(0o600);
    await expect(start(settings)).rejects.toThrow("another signer listens on");
  });

  test("opens its socket to the group of a folder that was made for one", async () => {
    chmodSync(folder, 0o2750);
    await start(writeSettings());
    expect(statSync(join(folder, "signer.sock")).mode & 0o777).toBe(0o660);
  });

  test("an encrypted keystore works like a plain key, and a wrong password says so", async () => {
    const [secret, options] = Keystore.scrypt({ password: "correct horse", n: 1_024 });
    writeFileSync(join(folder, "key.json"), JSON.stringify(Keystore.encrypt(KEY, secret, options)), { mode: 0o600 });
    writeFileSync(join(folder, "password"), "correct horse\n", { mode: 0o600 });
    const source = { keystore: join(folder, "key.json"), passwordFile: join(folder, "password") };
    expect(loadAccount(source, {}).address).toBe(account.address);
    writeFileSync(join(folder, "password"), "wrong", { mode: 0o600 });
    expect(() => loadAccount(source, {})).toThrow("password is wrong");
  });

  test("who does not answer is named, without a signature", async () => {
    const signer = createSignerClient(join(folder, "nobody.sock"));
    await expect(signer.identity(signal)).rejects.toThrow("does not answer (ENOENT)");
  });
});

describe("bad settings stop the start with the fix, and without the key", () => {
  test.each<[string, () => void, string]>([
    ["a key that others can read", () => writeKey("key.hex", 0o640), "chmod 600"],
    ["settings that others can change", () => chmodSync(writeSettings(), 0o666), "chmod go-w"],
    ["no limits", () => writeSettings({ maxOrderUsd: undefined }), "maxOrderUsd"],
    ["a limit as a number", () => writeSettings({ maxDayUsd: 50 }), "maxDayUsd"],
    ["an unknown name", () => writeSettings({ maxPrices: "0.9" }), "maxPrices"],
    ["prices the wrong way round", () => writeSettings({ minPrice: "0.9", maxPrice: "0.1" }), "below maxPrice"],
    ["no such key file", () => writeSettings({ key: { file: "none.hex" } }), "none.hex cannot be read (ENOENT)"],
    ["a variable that is not set", () => writeSettings({ key: { environment: "NONE" } }), "NONE is not set"],
    ["a key of another length", () => writeKey("key.hex", 0o600, "11".repeat(31)), "does not hold a private key"],
    ["a key that is no number of the curve", () => writeKey("key.hex", 0o600, "ff".repeat(32)), "does not hold"],
    ["a damaged day's sum", () => writeKey("signed-today.json", 0o600, "{"), "is damaged"],
  ])("%s", (_what, prepare, expected) => {
    writeSettings();
    prepare();
    let message = "";
    try {
      loadAccount(readSignerSettings(join(folder, "signer.json")).key, {});
      createSpentFile(join(folder, "signed-today.json")).read();
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain(expected);
    expect(message).not.toContain("11".repeat(8));
  });
});

function writeKey(name: string, mode: number, text = KEY.slice(2)): void {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
}
