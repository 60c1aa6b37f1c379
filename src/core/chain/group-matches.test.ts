import { describe, expect, test } from "vitest";
import type { PlacedLog } from "../../../test/support/fake-chain.ts";
import { matchLogs, type SampleLeg, type SampleMatch, simpleMatch, wallet } from "../../../test/support/sample-logs.ts";
import { parseAddress, parseBlockHash } from "../ids/ids.ts";
import { decodeLogs } from "./decode-logs.ts";
import type { RawLog } from "./fill.ts";

const YES = 11n;
const NO = 22n;
const NEG_RISK = parseAddress("0xe2222d279d744050d28e00520010520000310f59");

const inBlock = (logs: readonly PlacedLog[], blockNumber = 9): RawLog[] =>
  logs.map((log) => ({ ...log, blockNumber, blockHash: parseBlockHash(`0x${"ab".repeat(32)}`) }));
const leg = (who: string, side: "BUY" | "SELL", token: bigint, size: bigint, cash: bigint): SampleLeg => ({
  who: wallet(who),
  order: `${who} ${side} ${token} ${size}`,
  side,
  token,
  size,
  cash,
});
const types = (match: SampleMatch) =>
  decodeLogs(inBlock(matchLogs(match, 0))).matches.flatMap(({ makers }) => makers.map(({ type }) => type));

describe("the type of a match", () => {
  test("buyer against seller of one token is COMPLEMENTARY", () => {
    const match = {
      tx: "a",
      taker: leg("t", "BUY", YES, 10n, 4n),
      makers: [leg("m", "SELL", YES, 10n, 4n)],
    };
    expect(types(match)).toEqual(["COMPLEMENTARY"]);
  });

  test("two buyers of opposite tokens are a MINT, two sellers a MERGE", () => {
    const mint = { tx: "a", taker: leg("t", "BUY", YES, 10n, 4n), makers: [leg("m", "BUY", NO, 10n, 6n)] };
    const merge = { tx: "a", taker: leg("t", "SELL", YES, 10n, 4n), makers: [leg("m", "SELL", NO, 10n, 6n)] };
    expect([types(mint), types(merge)]).toEqual([["MINT"], ["MERGE"]]);
  });

  test("one taker can meet both kinds at once, and all legs name the taker's leg as their match", () => {
    const logs = matchLogs(
      {
        tx: "a",
        taker: leg("t", "BUY", YES, 30n, 12n),
        makers: [leg("m", "SELL", YES, 10n, 4n), leg("n", "BUY", NO, 20n, 12n)],
      },
      5,
    );
    const { matches, fills, quarantined } = decodeLogs(inBlock(logs));
    expect(matches[0]?.makers.map(({ type }) => type)).toEqual(["COMPLEMENTARY", "MINT"]);
    expect(fills.map((fill) => fill.matchLogIndex)).toEqual([7, 7, 7]);
    expect(quarantined).toEqual([]);
  });
});

describe("maker legs are joined to", () => {
  const first = { tx: "a", taker: leg("t", "BUY", YES, 10n, 4n), makers: [leg("m", "SELL", YES, 10n, 4n)] };

  test("the next taker leg, also where one wallet takes twice in a transaction", () => {
    const second = { tx: "a", taker: leg("t", "BUY", YES, 20n, 8n), makers: [leg("m", "SELL", YES, 20n, 8n)] };
    const { fills, quarantined } = decodeLogs(inBlock([...matchLogs(first, 0), ...matchLogs(second, 3)]));
    expect(fills.map((fill) => fill.matchLogIndex)).toEqual([1, 1, 4, 4]);
    expect(quarantined).toEqual([]);
  });

  test("a taker leg of the same exchange only", () => {
    const other = { ...first, exchange: NEG_RISK };
    const { fills } = decodeLogs(inBlock([...matchLogs(first, 0), ...matchLogs(other, 3)]));
    expect(fills.map((fill) => fill.matchLogIndex)).toEqual([1, 1, 4, 4]);
  });

  test("the taker leg before them, where an archive lost the order of the logs", () => {
    const [maker, taker, summary] = matchLogs(first, 0) as [PlacedLog, PlacedLog, PlacedLog];
    const shuffled = [summary, taker, maker].map((log, logIndex) => ({ ...log, logIndex }));
    const { fills, quarantined } = decodeLogs(inBlock(shuffled));
    expect(fills.map((fill) => fill.matchLogIndex)).toEqual([1, 1]);
    expect(quarantined).toEqual([]);
  });

  test("nothing, for an order filled by an operator without a match: it still counts for its wallet", () => {
    const [maker] = matchLogs(first, 0) as [PlacedLog];
    const { fills, quarantined } = decodeLogs(inBlock([maker]));
    expect(fills.map((fill) => [fill.wallet, fill.matchLogIndex])).toEqual([[wallet("m"), null]]);
    expect(quarantined.map(({ reason }) => reason)).toEqual(["MAKER_LEG_WITHOUT_TAKER_LEG"]);
  });
});

describe("a match that cannot be is quarantined, its fills and all other matches are kept", () => {
  const makers = [leg("m", "SELL", YES, 10n, 4n)];
  const reasons = (logs: readonly PlacedLog[]) => {
    const bystander = simpleMatch("bystander", 100);
    const decoded = decodeLogs(inBlock([...logs, ...bystander]));
    expect(decoded.fills.slice(-2).map((fill) => fill.matchLogIndex)).toEqual([101, 101]);
    return { reasons: decoded.quarantined.map(({ reason }) => reason), isIncomplete: decoded.isIncomplete };
  };
  const sample = matchLogs({ tx: "a", taker: leg("t", "BUY", YES, 10n, 4n), makers }, 0);

  test("a taker who receives more than the makers give", () => {
    const logs = matchLogs({ tx: "a", taker: leg("t", "BUY", YES, 11n, 4n), makers }, 0);
    expect(reasons(logs)).toEqual({ reasons: ["AMOUNTS_OF_LEGS_DISAGREE"], isIncomplete: true });
  });

  test("but not a taker who was asked for more cash than was needed: the rest goes back without a log", () => {
    const logs = matchLogs({ tx: "a", taker: leg("t", "BUY", YES, 10n, 5n), makers }, 0);
    expect(reasons(logs)).toEqual({ reasons: [], isIncomplete: false });
  });

  test("a match whose summary is missing, or whose taker leg is", () => {
    expect(reasons(sample.slice(0, 2)).reasons).toEqual(["TAKER_LEG_WITHOUT_MATCH"]);
    const [maker, , summary] = sample as [PlacedLog, PlacedLog, PlacedLog];
    expect(reasons([maker, summary])).toEqual({
      reasons: ["MAKER_LEG_WITHOUT_TAKER_LEG", "MATCH_WITHOUT_TAKER_LEG"],
      isIncomplete: true,
    });
  });

  test("a summary that says something else than the taker leg", () => {
    const other = matchLogs({ tx: "a", taker: leg("t", "BUY", YES, 10n, 5n), makers }, 0);
    const taker = { ...(other[1] as PlacedLog), topics: (sample[1] as PlacedLog).topics };
    const logs = [sample[0] as PlacedLog, taker, sample[2] as PlacedLog];
    expect(reasons(logs)).toEqual({ reasons: ["MATCH_DIFFERS_FROM_TAKER_LEG"], isIncomplete: false });
  });

  test("buyer and seller of two different tokens", () => {
    const logs = matchLogs({ tx: "a", taker: leg("t", "BUY", NO, 10n, 4n), makers }, 0);
    expect(reasons(logs).reasons).toEqual(["TOKENS_OF_LEGS_DISAGREE"]);
  });

  test("a malformed log is quarantined alone", () => {
    const [maker, taker, summary] = sample as [PlacedLog, PlacedLog, PlacedLog];
    const broken = { ...maker, data: maker.data.slice(0, -2) };
    const { fills, quarantined } = decodeLogs(inBlock([broken, taker, summary]));
    expect(fills.map(({ role }) => role)).toEqual(["taker"]);
    expect(quarantined.map(({ log, reason }) => [log.logIndex, reason.split(":")[0]])).toEqual([
      [0, "MALFORMED"],
      [1, "TAKER_LEG_WITHOUT_MAKER_LEG"],
    ]);
  });

  test("dust without a price is kept aside, because nothing could value it", () => {
    const dust = matchLogs(
      { tx: "a", taker: leg("t", "BUY", YES, 0n, 1n), makers: [leg("m", "SELL", YES, 0n, 1n)] },
      0,
    );
    const { fills, quarantined } = decodeLogs(inBlock(dust));
    expect(fills).toEqual([]);
    expect(quarantined.map(({ reason }) => reason)).toEqual(["FILL_WITHOUT_A_PRICE", "FILL_WITHOUT_A_PRICE"]);
  });
});
