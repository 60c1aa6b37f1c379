import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAddress, parseBlockHash, parseTxHash } from "../ids/ids.ts";
import { findImbalances } from "./conservation.ts";
import type { RawLog } from "./fill.ts";
import { decodeLifecycle } from "./lifecycle-event.ts";
import { A, attribute, B, CTF, holding } from "./testdata/attribute.ts";
import {
  adapterRedeem,
  adapterSplit,
  CTF_ADAPTERS,
  negRiskConvert,
  negRiskEvent,
  negRiskMerge,
  negRiskSplit,
} from "./testdata/model-adapters.ts";
import { ctfMarket, ModelChain, type ModelMarket } from "./testdata/model-chain.ts";

const MARKET = ctfMarket("a market", false);
const NEG_RISK = negRiskEvent("an event", 4, 100n);

describe("missing logs", () => {
  const whole = (): readonly RawLog[] => {
    const chain = holding([...NEG_RISK.markets, MARKET]);
    chain.payouts.set(MARKET.id, [1n, 0n]);
    adapterSplit(chain, CTF_ADAPTERS[0] as typeof A, A, MARKET, 11n);
    negRiskMerge(chain, B, NEG_RISK.markets[2] as ModelMarket, 13n);
    negRiskConvert(chain, A, NEG_RISK, 0b0101n, 170n);
    adapterRedeem(chain, CTF_ADAPTERS[1] as typeof A, B, MARKET);
    return chain.logs;
  };

  test("whichever one log is left out, it is reported, or the effects are the same", () => {
    const logs = whole();
    const effectsOf = (some: readonly RawLog[]) =>
      attribute(some).effects.map((effect) => ({ ...effect, blockNumber: 0, logIndex: 0, ordinal: 0 }));
    const movementsOf = (some: readonly RawLog[]) =>
      some.map(decodeLifecycle).flatMap((event) => (event?.name === "transfer" ? event.movements : []));
    const complete = effectsOf(logs);
    expect(complete.map(({ kind }) => kind)).toEqual(["split", "merge", "convert", "redeem"]);
    for (const left of logs.keys()) {
      const rest = logs.toSpliced(left, 1);
      const { effects, unattributed } = attribute(rest);
      const isReported = unattributed.length > 0 || findImbalances(movementsOf(rest), [], effects).length > 0;
      if (!isReported) expect([left, effectsOf(rest)]).toEqual([left, complete]);
    }
  });

  test("an event whose tokens were not seen is reported", () => {
    const chain = new ModelChain();
    negRiskSplit(chain, A, NEG_RISK.markets[0] as ModelMarket, 5n);
    expect(attribute(chain.logs.slice(-1))).toMatchObject({
      effects: [],
      unattributed: [{ reason: "EVENT_WITHOUT_SUPPLY" }],
    });
  });
});

const VECTORS = "../shared/vectors/negrisk.json";
type Vector = {
  name: string;
  log: {
    address: string;
    blockNumber: number;
    transactionHash: string;
    logIndex: number;
    topics: string[];
    data: string;
  };
  decoded: { event: string; args: Record<string, string> };
};

describe.skipIf(!existsSync(VECTORS))("recorded logs of the NegRiskAdapter (needs the recorded vectors)", () => {
  const vectors = existsSync(VECTORS)
    ? (JSON.parse(readFileSync(VECTORS, "utf8")) as { vectors: Vector[] }).vectors
    : [];
  const raw = ({ log }: Vector): RawLog => ({
    address: parseAddress(log.address),
    topics: log.topics,
    data: log.data,
    blockNumber: log.blockNumber,
    blockHash: parseBlockHash(`0x${"0".repeat(64)}`),
    txHash: parseTxHash(log.transactionHash),
    txIndex: 0,
    logIndex: log.logIndex,
  });

  test.each(vectors)("$name decodes to its expected value", (vector) => {
    const decoded = decodeLifecycle(raw(vector));
    if (decoded?.name !== "negRisk") throw new Error("not an event of the NegRiskAdapter");
    const { stakeholder, conditionId, marketId, indexSet, amount } = vector.decoded.args;
    const group = decoded.event.kind === "convert" ? decoded.event.negRiskMarketId : decoded.event.marketId;
    expect(decoded.event).toMatchObject({ stakeholder: stakeholder?.toLowerCase(), amount: BigInt(amount as string) });
    expect(group).toBe(conditionId ?? marketId);
    if (decoded.event.kind === "convert") expect(decoded.event.indexSet).toBe(BigInt(indexSet as string));
  });

  test("with the logs around them that the contracts emit, the split is a match's, the merge and the conversion a user's", () => {
    const [split, merge, convert] = vectors as [Vector, Vector, Vector];
    const wallet = (vector: Vector) => parseAddress(vector.decoded.args.stakeholder as string);
    const market = (vector: Vector) => ctfMarket("", true, vector.decoded.args.conditionId as string);
    const amount = (vector: Vector) => BigInt(vector.decoded.args.amount as string);
    const around = (vector: Vector, run: (chain: ModelChain) => void) => {
      const chain = new ModelChain();
      run(chain);
      const last = chain.logs.at(-1) as RawLog;
      expect([last.address, last.topics, last.data]).toEqual([
        raw(vector).address,
        raw(vector).topics,
        raw(vector).data,
      ]);
      return attribute(chain.logs);
    };
    expect(around(split, (chain) => negRiskSplit(chain, wallet(split), market(split), amount(split)))).toEqual({
      effects: [],
      unattributed: [],
    });
    const merged = around(merge, (chain) => {
      for (const token of market(merge).tokens) chain.balances.set(`${CTF} ${wallet(merge)} ${token}`, amount(merge));
      negRiskMerge(chain, wallet(merge), market(merge), amount(merge));
    });
    expect(merged.effects).toMatchObject([{ kind: "merge", wallet: wallet(merge), cash: 10_000_000n }]);
    const id = convert.decoded.args.marketId as string;
    const event = { ...negRiskEvent(id, 3, 0n, id), id };
    const converted = around(convert, (chain) => {
      chain.balances.set(`${CTF} ${wallet(convert)} ${event.markets[0]?.tokens[1]}`, amount(convert));
      negRiskConvert(chain, wallet(convert), event, 1n, amount(convert));
    });
    expect(converted.effects).toMatchObject([
      { kind: "convert", wallet: wallet(convert), given: [{}], received: [{}, {}], cash: 0n },
    ]);
  });
});
