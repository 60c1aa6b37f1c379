import { expect, test } from "vitest";
import { parseAddress } from "../../core/ids/ids.ts";
import type { DataClient } from "./data-client.ts";
import { fetchRedeemable } from "./redeemable.ts";

const wallet = parseAddress(`0x${"a".repeat(40)}`);
const clientWith = (data: readonly object[]): DataClient => ({
  get: async () => ({ data, pagination: { limit: 100, has_more: false, next_cursor: null } }),
  use: () => ({ requests: 0, waitedMs: 0 }) as never,
});
const read = (...rows: readonly object[]) => fetchRedeemable(clientWith(rows), wallet, AbortSignal.timeout(5_000));

test("each market once; one of Protocol V2 says by its id what it is", async () => {
  const [ctf, binary, negRisk] = [`0x${"ab".repeat(32)}`, `0x01${"c".repeat(60)}`, `0x02${"d".repeat(60)}`];
  const rows = [
    { condition_id: ctf, negative_risk: true },
    { condition_id: ctf, negative_risk: true },
    ...[{ condition_id: binary }, { condition_id: negRisk, negative_risk: false }],
  ];
  expect(await read(...rows)).toEqual([
    { marketId: ctf, negRisk: true },
    { marketId: binary, negRisk: false },
    { marketId: negRisk, negRisk: true },
  ]);
});

test.each([{ condition_id: `0x${"ab".repeat(32)}` }, { condition_id: "0x12", negative_risk: true }, {}])(
  "%j is no position that can be read",
  (row) => expect(read(row)).rejects.toThrow("cannot be read"),
);
