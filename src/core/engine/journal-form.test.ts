import { expect, test } from "vitest";
import { aFillEvent, startedEvent } from "../../../test/support/trading.ts";
import { type Json, toJson } from "./encode.ts";
import type { EngineEvent } from "./event.ts";
import { type FillObserved, packEvent, packFills, unpackEvent, unpackFills } from "./journal-form.ts";

const stored = (form: Json): Json => JSON.parse(JSON.stringify(form)) as Json;
const { fill, ...fillEvent } = aFillEvent();
const sold: EngineEvent = { ...fillEvent, fill: { ...fill, side: "SELL", heldBefore: fill.size } };
const titled: EngineEvent = { ...aFillEvent(), market: { ...aFillEvent().market, title: "'12n", endsAt: null } };

test.each<EngineEvent>([aFillEvent(), sold, titled, startedEvent()])("comes back as it went in: $kind", (event) => {
  expect(unpackEvent(stored(packEvent(event)))).toStrictEqual(event);
  expect(unpackEvent(stored(toJson(event)))).toStrictEqual(event);
});

test("fills of one time come back in their order", () => {
  const { at } = aFillEvent();
  const fills = [aFillEvent(), sold, titled] as readonly FillObserved[];
  expect(unpackFills(packFills(fills), at)).toStrictEqual(fills);
});

test("a fill takes two thirds of its plain JSON at most, and its kind can be asked for", () => {
  const [packed, plain] = [packEvent(aFillEvent()), toJson(aFillEvent())];
  expect(JSON.stringify(packed).length).toBeLessThan((JSON.stringify(plain).length * 2) / 3);
  expect(packed).toMatchObject({ kind: "fillObserved" });
});
