/**
 * What wallets hold at PositionManager, the ledger of Protocol V2. No market of this world trades such positions: they
 * are given, resolved by hand, and redeemed.
 */
export type Positions = {
  held(wallet: string, positionId: bigint): bigint;
  give(wallet: string, positionId: bigint, micros: bigint): void;
  /** @param condition 31 bytes @param result of outcome 0; both together are a million */
  resolve(condition: string, result: bigint): void;
  /** null: not resolved */
  payout(positionId: bigint, micros: bigint): bigint | null;
};

const RESULT_DENOMINATOR = 1_000_000n;

export function createPositions(): Positions {
  const balances = new Map<string, bigint>();
  const results = new Map<bigint, bigint>();
  const keyOf = (wallet: string, positionId: bigint): string => `${wallet.toLowerCase()} ${positionId}`;
  const held = (wallet: string, positionId: bigint): bigint => balances.get(keyOf(wallet, positionId)) ?? 0n;
  return {
    held,
    give: (wallet, positionId, micros) =>
      void balances.set(keyOf(wallet, positionId), held(wallet, positionId) + micros),
    resolve: (condition, result) => void results.set(BigInt(condition), result),
    payout(positionId, micros) {
      const first = results.get(positionId >> 8n);
      if (first === undefined) return null;
      return (micros * ((positionId & 0xffn) === 0n ? first : RESULT_DENOMINATOR - first)) / RESULT_DENOMINATOR;
    },
  };
}
