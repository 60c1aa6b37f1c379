import type { Hex } from "viem";
import { createPrng } from "../../src/adapters/simnet/random/prng.ts";
import { NEG_RISK_ADAPTER } from "../../src/core/chain/contracts.ts";
import type { Address } from "../../src/core/ids/ids.ts";
import type { Call } from "./anvil.ts";
import {
  type MatchLeg,
  type NodeMarket,
  type NodePolymarket,
  V1,
  V1_NEG_RISK,
  V2,
  V2_B,
  V2_NEG_RISK,
  V3,
} from "./anvil-polymarket.ts";

export type Trading = {
  /** A match of a random kind on a random exchange that trades one of the markets. */
  match(): Call;
  /** What one block holds: nothing, or one or two matches; now and then tokens that move without a trade. */
  block(): readonly Call[];
  /** The same, for so many blocks. */
  blocks(count: number): readonly (readonly Call[])[];
};

const SHARE = 1_000_000n;

export type TradingOptions = {
  /** No buyer sends more than the match needs: what comes back of that comes without an event. */
  readonly isExact?: boolean;
};

/** Matches that the exchanges settle without a complaint, from a seed. Wallets must hold plenty of every token. */
export function createTrading(
  polymarket: NodePolymarket,
  markets: readonly NodeMarket[],
  seed: string,
  { isExact = false }: TradingOptions = {},
): Trading {
  const random = createPrng(seed, "trading");
  const below = (limit: number): number => Math.floor(random() * limit);
  const between = (low: bigint, high: bigint): bigint => low + BigInt(below(Number(high - low)));
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const hash32 = (): Hex =>
    `0x${Array.from({ length: 8 }, () =>
      below(2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    ).join("")}`;

  const leg = (wallet: Address, side: 0 | 1, tokenId: bigint, size: bigint, cash: bigint, fee = 0n): MatchLeg => ({
    ...{ orderHash: hash32(), wallet, side, tokenId, fee },
    makerAmount: side === 0 ? cash : size,
    takerAmount: side === 0 ? size : cash,
  });

  /** Maker and taker amounts agree to the unit; a buyer may have sent more than was needed. */
  function legs(tokenIds: readonly [bigint, bigint]): { taker: MatchLeg; makers: MatchLeg[] } {
    const takes = pick([0, 1] as const);
    const side = pick([0, 1] as const);
    const token = tokenIds[takes];
    const other = tokenIds[1 - takes] as bigint;
    const [taker, ...others] = [...polymarket.wallets].sort(() => random() - 0.5) as [Address, ...Address[]];
    const priceMicros = between(20_000n, 980_000n);
    let size = 0n;
    let cash = 0n;
    const makers = others.slice(0, 1 + below(3)).map((wallet) => {
      const makerSize = between(SHARE, 40n * SHARE);
      const paid = (makerSize * priceMicros) / SHARE;
      size += makerSize;
      cash += paid;
      const isComplementary = random() < 0.5;
      const makerSide = isComplementary ? ((1 - side) as 0 | 1) : side;
      return isComplementary
        ? leg(wallet, makerSide, token, makerSize, paid)
        : leg(wallet, makerSide, other, makerSize, makerSize - paid);
    });
    const tooMuch = !isExact && side === 0 && random() < 0.3 ? between(1n, 1_000n) : 0n;
    return { taker: leg(taker, side, token, size, cash + tooMuch, between(0n, 100_000n)), makers };
  }

  /** Position ids of Protocol V2 carry their structure in their bits (on-chain sheet, section 4). */
  function positionIds(): [bigint, bigint] {
    const first = (1n << 248n) | ((BigInt(hash32()) >> 128n) << 120n) | (2n << 104n) | (137n << 24n);
    return [first, first | 1n];
  }

  function match(): Call {
    if (random() < 0.1) return polymarket.matchLogs(V3, legs(positionIds()));
    const market = pick(markets);
    const exchange = pick(market.oracle === NEG_RISK_ADAPTER ? [V1_NEG_RISK, V2_NEG_RISK] : [V1, V2, V2, V2_B]);
    return polymarket.match(exchange, { market, ...legs(market.tokenIds) });
  }

  function move(): Call {
    const market = pick(markets);
    const [from, to] = [pick(polymarket.wallets), pick(polymarket.wallets)];
    const amount = between(SHARE, 10n * SHARE);
    return pick([
      () => polymarket.split(from, market, amount),
      () => polymarket.merge(from, market, amount),
      () => polymarket.transfer(from, to, pick(market.tokenIds), amount),
      () => polymarket.adapter("split", from, market, amount),
      () => polymarket.adapter("merge", from, market, amount),
    ])();
  }

  const block = (): Call[] => {
    if (random() < 0.5) return [];
    return Array.from({ length: 1 + below(2) }, () => (random() < 0.2 ? move() : match()));
  };
  return { match, block, blocks: (count) => Array.from({ length: count }, block) };
}
