import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { aWallet, NOON } from "../../../test/support/trading.ts";
import { ownerWallets } from "../../core/chain/owner-wallets.ts";
import { trialOf } from "../../core/chain/trial-order.ts";
import { TransientError } from "../../core/errors.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import type { SignerIdentity } from "../../ports/order-signer.ts";
import { signingRefusals } from "./check-signing.ts";

const key = (byte: string) => privateKeyToAccount(`0x${byte.repeat(32)}`);
const own = key("11");
const { owner, proxy, safe, deposit } = ownerWallets(parseAddress(own.address));
const OF_KEY: readonly SignerIdentity[] = [
  { owner, wallet: owner, signatureType: 0 },
  { owner, wallet: proxy, signatureType: 1 },
  { owner, wallet: safe, signatureType: 2 },
  { owner, wallet: deposit, signatureType: 3 },
];
const DEPOSIT = OF_KEY[3] as SignerIdentity;

type World = {
  readonly by?: typeof own;
  readonly isDeployed?: boolean;
  readonly takes?: boolean;
  readonly down?: true;
};

/** @returns the codes, and what was logged */
async function tried(identity: SignerIdentity, { by = own, isDeployed = true, takes = true, down }: World = {}) {
  const logger = createQuietLogger();
  const answer = async <T>(value: T): Promise<T> => {
    if (down) throw new TransientError("DOWN", "no answer");
    return value;
  };
  const asked: { hash: string; signature: Hex }[] = [];
  const refusals = await signingRefusals(
    {
      signer: {
        async signTrial(salt, at) {
          const trial = trialOf(identity, salt, at);
          return trial.encode(await by.sign({ hash: trial.digest }));
        },
      },
      chain: {
        hasCode: () => answer(isDeployed),
        accepts: (_wallet, hash, signature) => {
          asked.push({ hash, signature });
          return answer(takes);
        },
      },
      ...{ clock: createManualClock(NOON), random: () => 0.5, logger },
    },
    identity,
    AbortSignal.any([]),
  );
  return { codes: refusals.map(({ code }) => code), asked, warned: logger.lines.length };
}

test("what is signed by the owner for the owner's wallet is in order, for every kind of wallet", async () => {
  for (const identity of OF_KEY) expect(await tried(identity)).toMatchObject({ codes: [], warned: 0 });
  const { asked } = await tried(DEPOSIT);
  // Nested as orders are: 65 bytes of the owner, both hashes, the type and its length.
  expect(asked.map(({ signature }) => (signature.length - 2) / 2)).toEqual([65 + 64 + 186 + 2]);
});

test("another key, another kind of wallet, no wallet, and a wallet of another key are refused", async () => {
  const cases: readonly (readonly [SignerIdentity, World, string])[] = [
    ...OF_KEY.map((identity) => [identity, { by: key("22") }, "SIGNATURE_INVALID"] as const),
    [{ owner, wallet: safe, signatureType: 1 }, {}, "SIGNATURE_INVALID"],
    [{ owner, wallet: aWallet(5), signatureType: 2 }, {}, "SIGNATURE_INVALID"],
    ...OF_KEY.slice(1).map((identity) => [identity, { isDeployed: false }, "WALLET_NOT_DEPLOYED"] as const),
    [{ owner, wallet: aWallet(5), signatureType: 3 }, { takes: false }, "SIGNATURE_INVALID"],
  ];
  for (const [identity, world, code] of cases) expect((await tried(identity, world)).codes).toEqual([code]);
});

test("a chain that does not answer refuses nothing and is told; the key is tried all the same", async () => {
  expect(await tried(DEPOSIT, { down: true })).toMatchObject({ codes: [], warned: 1 });
  expect(await tried(DEPOSIT, { down: true, by: key("22") })).toMatchObject({ codes: ["SIGNATURE_INVALID"] });
});
