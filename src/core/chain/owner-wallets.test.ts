import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../ids/ids.ts";
import { ownerWallets } from "./owner-wallets.ts";

const VECTORS = "../shared/vectors/wallets.json";

type Row = { owner: string; proxy?: string; safe?: string; depositLegacyUUPS?: string; depositBeacon?: string };

describe.skipIf(!existsSync(VECTORS))("wallets of one owner (needs the recorded vectors)", () => {
  const recorded = existsSync(VECTORS)
    ? (JSON.parse(readFileSync(VECTORS, "utf8")) as { wallets: Row[]; extra: Row[] })
    : { wallets: [], extra: [] };
  const rows = [...recorded.wallets, ...recorded.extra];

  test("there are vectors to compare with", () => {
    expect(rows.length).toBeGreaterThanOrEqual(6);
  });

  test.each(rows)("$owner derives the addresses that the official clients derive", (row) => {
    const family = ownerWallets(parseAddress(row.owner));
    const expected = {
      proxy: row.proxy,
      safe: row.safe,
      depositFirstGeneration: row.depositLegacyUUPS,
      deposit: row.depositBeacon,
    };
    for (const [kind, address] of Object.entries(expected)) {
      if (address !== undefined)
        expect([kind, family[kind as keyof typeof expected]]).toEqual([kind, address.toLowerCase()]);
    }
  });
});
