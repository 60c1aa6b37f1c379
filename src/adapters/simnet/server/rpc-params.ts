import { z } from "zod";
import type { Chain } from "../chain/chain.ts";
import type { LogFilter } from "../chain/log.ts";
import { invalidParams } from "./rpc-error.ts";

const QUANTITY = /^0x(0|[1-9a-f][0-9a-f]*)$/i;
const HEX_20 = /^0x[0-9a-f]{40}$/i;
const HEX_32 = /^0x[0-9a-f]{64}$/i;

const oneOrMore = (pattern: RegExp) => {
  const item = z.string().regex(pattern);
  return z.union([item, z.array(item)]).transform((value) => (typeof value === "string" ? [value] : value));
};

const filterSchema = z.object({
  fromBlock: z.string().nullish(),
  toBlock: z.string().nullish(),
  blockHash: z.string().regex(HEX_32).nullish(),
  address: oneOrMore(HEX_20).nullish(),
  topics: z.array(oneOrMore(HEX_32).nullable()).max(4).nullish(),
});
export type FilterParams = z.infer<typeof filterSchema>;

/** @throws RpcError -32602 */
export function parseFilter(value: unknown): FilterParams {
  const parsed = filterSchema.safeParse(value ?? {});
  if (!parsed.success)
    throw invalidParams(`invalid argument 0: ${parsed.error.issues[0]?.path.join(".") || "not a filter"}`);
  return parsed.data;
}

const lowerSet = (values: readonly string[] | null | undefined): ReadonlySet<string> | null =>
  values === null || values === undefined || values.length === 0
    ? null
    : new Set(values.map((value) => value.toLowerCase()));

/** An empty list matches everything, as a null does. */
export const toLogFilter = (params: FilterParams): LogFilter => ({
  addresses: lowerSet(params.address),
  topics: (params.topics ?? []).map(lowerSet),
});

/** A block number or tag as a number; it may lie beyond the head. @throws RpcError -32602 */
export function parseBlock(value: unknown, chain: Chain, fallback: string): number {
  const text = value ?? fallback;
  switch (text) {
    case "latest":
    case "pending":
      return chain.head();
    case "finalized":
    case "safe":
      return chain.finalized();
    case "earliest":
      return 0;
  }
  if (typeof text !== "string" || !QUANTITY.test(text)) throw invalidParams("invalid argument 0: hex string expected");
  return Number(text);
}
