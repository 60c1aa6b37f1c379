import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../../src/adapters/config/secret.ts";
import { startSigner } from "../../src/adapters/signer/signer-server.ts";
import { createSpentFile } from "../../src/adapters/signer/spent-file.ts";
import { openAccount } from "../../src/apps/live/account.ts";
import { credentialsPath } from "../../src/apps/live/credentials-file.ts";
import { type LiveSimnet, OWNER, policyOf, startLiveSimnet, WALLETS } from "../support/live-simnet.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

const signal = new AbortController().signal;
const [, , SAFE, WALLET] = WALLETS;
let live: LiveSimnet;
let folder = "";
beforeEach(async () => {
  live = await startLiveSimnet();
  folder = mkdtempSync(join(tmpdir(), "orderflow-account-"));
});
afterEach(async () => {
  await live.stop();
  rmSync(folder, { recursive: true });
});

const socket = (): string => join(folder, "signer.sock");
const signing = () =>
  startSigner(socket(), {
    ...{ account: OWNER, policy: policyOf(WALLET, 3), spent: createSpentFile(join(folder, "spent.json")) },
    ...{ clock: live.clock, logger: createQuietLogger() },
  });
const variables = (SIGNER_SOCKET: string | null, CLOB_URL: string) => ({
  ...{ CLOB_URL, DATA_DIR: folder, SIGNER_SOCKET },
  ...{ CLOB_API_KEY: null, CLOB_API_SECRET: null, CLOB_API_PASSPHRASE: null },
});
const open = (SIGNER_SOCKET: string | null, CLOB_URL = live.simnet.clobUrl) =>
  openAccount({ environment: variables(SIGNER_SOCKET, CLOB_URL), clock: live.clock }, signal);

test("a first login needs the signer; what it brings is kept for this user alone and works without the signer", async () => {
  await expect(open(null)).rejects.toThrow("SIGNER_SOCKET is not set");
  await expect(open(socket())).rejects.toThrow("does not answer (ENOENT)");
  const signer = await signing();
  const first = await open(socket());
  expect(first).toMatchObject({ isClosedOnly: false, identity: { wallet: WALLET, signatureType: 3 } });
  await signer.close();
  const path = credentialsPath(folder);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).not.toContain("11".repeat(16));
  for (const either of [null, socket()]) {
    const again = await open(either);
    expect(again.credentials).toEqual(first.credentials);
    expect(await again.client.openOrders(signal)).toEqual([]);
  }
});

test("credentials that the venue no longer takes are derived anew, and need the signer for it", async () => {
  const signer = await signing();
  const first = await open(socket());
  const other = await startLiveSimnet({ seed: 16 });
  try {
    const second = await open(socket(), other.simnet.clobUrl);
    expect(second.credentials.key).not.toBe(first.credentials.key);
    expect((await open(null, other.simnet.clobUrl)).credentials).toEqual(second.credentials);
    await signer.close();
    await expect(open(null)).rejects.toThrow("SIGNER_SOCKET is not set");
  } finally {
    await other.stop();
  }
});

test("credentials of another signer are not used for this one", async () => {
  const signer = await signing();
  await open(socket());
  const path = credentialsPath(folder);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(WALLET, SAFE).replace('"signatureType":3', '"signatureType":2'));
  expect((await open(socket())).identity.wallet).toBe(WALLET);
  await signer.close();
});

test("a file that others can read, and a damaged one, stop with the remedy and nothing of what is in them", async () => {
  const signer = await signing();
  const { credentials } = await open(socket());
  const path = credentialsPath(folder);
  chmodSync(path, 0o644);
  await expect(open(socket())).rejects.toThrow(`chmod 600 ${path}`);
  chmodSync(path, 0o600);
  writeFileSync(path, `{"credentials":"${credentials.secret}`);
  const failure = await open(socket()).catch(String);
  expect(failure).toContain("is damaged: remove it");
  expect(failure).not.toContain(credentials.secret);
  await signer.close();
});

test("a clock that is wrong shows at the login", async () => {
  const signer = await signing();
  const behind = { ...live.clock, nowMs: () => (live.clock.nowMs() - 30_000) as ReturnType<typeof live.clock.nowMs> };
  const environment = variables(socket(), live.simnet.clobUrl);
  await expect(openAccount({ environment, clock: behind }, signal)).rejects.toThrow("check this machine's clock");
  await signer.close();
});

test("credentials from the environment win, and a wrong one is named and not replaced", async () => {
  const signer = await signing();
  const { credentials } = await open(socket());
  const environment = {
    ...variables(socket(), live.simnet.clobUrl),
    ...{ CLOB_API_KEY: new Secret(credentials.key), CLOB_API_SECRET: new Secret(credentials.secret) },
  };
  const withPassphrase = (text: string) =>
    openAccount({ environment: { ...environment, CLOB_API_PASSPHRASE: new Secret(text) }, clock: live.clock }, signal);
  rmSync(credentialsPath(folder));
  expect((await withPassphrase(credentials.passphrase)).credentials).toEqual(credentials);
  expect(existsSync(credentialsPath(folder))).toBe(false);
  await expect(withPassphrase("wrong")).rejects.toThrow("does not take CLOB_API_KEY");
  await signer.close();
});
