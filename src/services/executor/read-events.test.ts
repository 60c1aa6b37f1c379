import { expect, test } from "vitest";
import { anEngine } from "../../../test/support/engine.ts";
import { aConfig, aFillEvent, aTokenId, aWallet, NOON } from "../../../test/support/trading.ts";
import { candidateQuery } from "./read-events.ts";

test("a leader is watched from the signal on, also where the order came to nothing and may yet be filled late", () => {
  const engine = anEngine(aConfig({ mode: "LIVE" }));
  const watched = () => candidateQuery(engine.state(), 0n, NOON).entries;
  expect(watched()).toEqual([]);
  engine.tell(aFillEvent());
  const entry = { wallet: aWallet(1), tokenId: aTokenId(1, 0), blockNumber: 100, logIndex: 0 };
  expect(watched()).toEqual([entry]);
  engine.showBook();
  const clientOrderId = engine.orders()[0]?.clientOrderId;
  if (clientOrderId === undefined) throw new Error("no order");
  const result = { status: "unfilled", reason: "NO_LIQUIDITY" } as const;
  engine.tell({ kind: "orderResult", at: NOON, clientOrderId, result });
  expect(engine.state().signals).toEqual({});
  expect(watched()).toEqual([entry]);
});
