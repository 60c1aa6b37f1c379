import { expect, test } from "vitest";
import { EVENT_TOPICS } from "./decode-event.ts";
import { classOfTopic, topicsOfClass } from "./topic-classes.ts";
import { TOPICS } from "./topics.ts";

const nameOf = new Map([...EVENT_TOPICS].map(([topic, name]) => [name, topic]));

test("every log is read for one thing", () => {
  const all = topicsOfClass("trade", "fact", "lifecycle");
  expect(new Set(all).size).toBe(all.length);
  for (const topic of all) expect(topicsOfClass(classOfTopic(topic) ?? "trade")).toContain(topic);
});

test("fills and refunds are trades, results and owners facts, splits and transfers lifecycle", () => {
  const classes = (topics: readonly (string | undefined)[]) => topics.map(classOfTopic);
  expect(classes([TOPICS.orderFilledV1, TOPICS.ordersMatchedV2, nameOf.get("feeRefunded")])).toEqual([
    "trade",
    "trade",
    "trade",
  ]);
  expect(classes([nameOf.get("conditionResolved"), TOPICS.proxyCreation, TOPICS.newOperator])).toEqual([
    "fact",
    "fact",
    "fact",
  ]);
  expect(
    classes([TOPICS.negRiskPositionsConverted, nameOf.get("ctfRedemption"), nameOf.get("positionMigrated")]),
  ).toEqual(["lifecycle", "lifecycle", "lifecycle"]);
  expect(classes([nameOf.get("resultReported"), undefined, "0x00"])).toEqual([null, null, null]);
});
