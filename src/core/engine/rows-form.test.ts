import { expect, it } from "vitest";
import { anEngine } from "../../../test/support/engine.ts";
import { aFillEvent } from "../../../test/support/trading.ts";
import { newestChanges } from "./command.ts";
import { fromJson, type Json, toJson } from "./encode.ts";
import { moneyOf } from "./recover.ts";
import { packRows, unpackRows } from "./rows-form.ts";
import type { EngineState } from "./state.ts";

it("rows that wait come back from what is stored beside them, which is not repeated", () => {
  const engine = anEngine();
  const told = [engine.tell(aFillEvent()), engine.showBook()];
  const changes = newestChanges(told.flatMap((result) => result.changes));
  expect(changes.map(({ kind }) => kind)).toEqual(["signal", "performance", "control", "order"]);
  const rows = {
    changes,
    notices: [{ notice: { kind: "signal", key: "1n", facts: {} }, at: engine.state().at }],
  } as const;
  const packed = JSON.parse(JSON.stringify(packRows(rows, engine.state()))) as Json;
  const stored = fromJson(JSON.parse(JSON.stringify(toJson(moneyOf(engine.state()))))) as EngineState;
  expect(unpackRows(packed, stored)).toEqual(rows);
  expect(JSON.stringify(packed).length).toBeLessThan(JSON.stringify(toJson(rows)).length / 2);
  const alone = packRows(rows, { signals: {}, orders: {} });
  expect(unpackRows(alone, null)).toEqual(rows);
});
