import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { HistoryFacts } from "../../../core/backtest/history.ts";
import type { Address, TokenId } from "../../../core/ids/ids.ts";
import type { BlockSpan } from "../../../ports/archive.ts";

/** All of a staged history that does not stand in columns. */
export type StagedFacts = {
  readonly facts: HistoryFacts;
  readonly missing: readonly BlockSpan[];
  /** Files beside this one, in the order of the chain. */
  readonly parts: readonly string[];
  readonly legs: string | null;
};

type Stored = Omit<StagedFacts, "facts"> & {
  readonly facts: Omit<HistoryFacts, "address" | "tokenId"> & {
    readonly addresses: readonly Address[];
    readonly tokenIds: readonly TokenId[];
  };
};

const NAME = "facts.bin";

/** In V8's own form, for other processes of the same program. */
export async function writeFacts(folder: string, { facts, ...rest }: StagedFacts): Promise<void> {
  const { address, tokenId, ...plain } = facts;
  const addresses = Array.from({ length: facts.wallets }, (_, wallet) => address(wallet));
  const tokenIds = Array.from({ length: facts.tokenMarket.length }, (_, token) => tokenId(token));
  const stored: Stored = { ...rest, facts: { ...plain, addresses, tokenIds } };
  await writeFile(join(folder, NAME), serialize(stored));
}

export async function readFacts(folder: string): Promise<StagedFacts> {
  const { facts, ...rest } = deserialize(await readFile(join(folder, NAME))) as Stored;
  const { addresses, tokenIds, ...plain } = facts;
  return {
    ...rest,
    facts: {
      ...plain,
      address: (wallet) => addresses[wallet] ?? ("" as Address),
      tokenId: (token) => tokenIds[token] ?? ("" as TokenId),
    },
  };
}
