import { beforeAll, describe, expect, it } from "vitest";
import {
  allLogs,
  aSimulatedChain,
  type SimulatedChain,
  SMALL_POPULATION,
  toRawLog,
} from "../../../../test/support/simulated-chain.ts";
import type { AttributedLogs } from "../../../core/chain/attribute-logs.ts";
import type { ChainFacts } from "../../../core/chain/chain-facts.ts";
import { findImbalances } from "../../../core/chain/conservation.ts";
import { familyOf } from "../../../core/chain/decode-owner.ts";
import { decodeTransfer, isTransferTopic } from "../../../core/chain/decode-transfer.ts";
import { legsOf } from "../../../core/chain/effect-legs.ts";
import type { Fill, RawLog } from "../../../core/chain/fill.ts";
import { decodeRange } from "../../../services/listener/decode-range.ts";

// Goal: whatever wallets do in the simulated world shows in its logs as it shows on the real chain.
// Method: a history with both generations is read by the listener's own decoding and compared with the world's accounts.
let simulated: SimulatedChain;
let raw: readonly RawLog[];
let fills: readonly Fill[];
let attributed: AttributedLogs;
let facts: ChainFacts;

beforeAll(() => {
  simulated = aSimulatedChain({ seed: 21, hours: 30, population: SMALL_POPULATION });
  raw = allLogs(simulated.chain).map(toRawLog);
  const range = decodeRange(raw, "effects");
  fills = range.decoded.fills;
  attributed = range.attributed as AttributedLogs;
  facts = range.facts as ChainFacts;
});

describe("the simulated logs", () => {
  it("are attributed without one log in quarantine", () => {
    expect(attributed.quarantined).toEqual([]);
    expect(facts.quarantined).toEqual([]);
    expect(attributed.isIncomplete).toBe(false);
  });

  it("hold every kind of effect, and only few transactions besides matches", () => {
    const kinds = Map.groupBy(attributed.effects, ({ kind }) => kind);
    for (const kind of ["split", "merge", "redeem", "convert", "transfer"] as const) {
      expect(kinds.get(kind)?.length ?? 0).toBeGreaterThan(3);
    }
    const transactions = new Set(raw.map(({ txHash }) => txHash)).size;
    expect(attributed.transactions).toBeLessThan(transactions * 0.6);
  });

  it("balance: transfers say of every holding what fills and effects say", () => {
    const movements = raw
      .filter(({ topics }) => isTransferTopic(topics[0]))
      .flatMap((log) => decodeTransfer(log) ?? []);
    expect(findImbalances(movements, fills, attributed.effects)).toEqual([]);
  });

  it("never let a wallet give what it does not have, and leave it what the world's accounts say", () => {
    const changes = [
      ...fills.map((fill) => {
        const amount = fill.side === "SELL" ? -fill.size : fill.size - (fill.feeAsset === "shares" ? fill.fee : 0n);
        return { ...fill, amount };
      }),
      ...attributed.effects.flatMap((effect) => legsOf(effect).map((leg) => ({ ...effect, ...leg }))),
    ].sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
    const held = new Map<string, bigint>();
    for (const { wallet, tokenId, amount } of changes) {
      const key = `${wallet} ${tokenId}`;
      const after = (held.get(key) ?? 0n) + amount;
      expect(after >= 0n).toBe(true);
      held.set(key, after);
    }
    const { accounts, markets, wallets } = simulated.world;
    for (const market of markets) {
      for (const outcome of [0, 1] as const) {
        for (const wallet of wallets) {
          const fromLogs = held.get(`${wallet.address} ${market.tokenIds()[outcome]}`) ?? 0n;
          expect(BigInt(accounts.holding(wallet.index, market, outcome))).toBe(fromLogs);
        }
      }
    }
  });

  it("show the owners of wallets that belong together", () => {
    const families = simulated.world.wallets.filter(({ family }) => family !== null);
    expect(families.length).toBe(4);
    const owners = new Map(facts.owners.map(({ owner, source }) => [owner as string, source]));
    expect([...new Set(owners.values())].sort()).toEqual(["proxyRelayed", "safeCreated"]);
    for (const { address, family } of families) {
      const owner = [...owners.keys()].find((each) => each === family?.owner);
      expect(Object.values(familyOf(owner as never))).toContain(address);
    }
  });

  it("announce the questions of every neg-risk event before anything is converted", () => {
    const prepared = facts.negRisk.filter(({ name }) => name === "negRiskQuestionPrepared");
    expect(prepared.length).toBe(simulated.world.markets.filter(({ negRisk }) => negRisk).length);
    const conversions = attributed.effects.filter(({ kind }) => kind === "convert");
    expect(Math.min(...conversions.map(({ blockNumber }) => blockNumber))).toBeGreaterThan(
      prepared[0]?.blockNumber ?? 0,
    );
  });
});
