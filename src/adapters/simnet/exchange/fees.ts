import { mulDiv } from "../../../core/money/fixed.ts";
import type { Side } from "../world/units.ts";

const BPS = 10_000n;
/** The venue charges whole units of 0.00001 USD. */
const FEE_UNIT = 10n;

/**
 * CLOB V2: `shares · rate · p · (1 − p)`, p the executed price, in collateral (API sheet, section 2.12). To the nearest
 * unit, as recorded fees show; a half goes up, which nobody has seen.
 * All amounts in micros.
 */
export function takerFeeV2(cashMicros: number, sharesMicros: number, rateBps: number): number {
  if (rateBps === 0) return 0;
  const [cash, shares] = [BigInt(cashMicros), BigInt(sharesMicros)];
  const over = shares * BPS * FEE_UNIT;
  const fee = mulDiv(2n * cash * (shares - cash) * BigInt(rateBps) + over, 1n, 2n * over, "floor");
  return Number((fee === 0n ? 1n : fee) * FEE_UNIT);
}

/**
 * V1 charges the proceeds: `bps · min(p, 1 − p) · shares`, on a BUY divided by p and so in outcome tokens, on a SELL in
 * collateral (on-chain sheet, section 2.5). All amounts in micros.
 */
export function takerFeeV1(side: Side, cashMicros: number, sharesMicros: number, bps: number): number {
  const [cash, shares] = [BigInt(cashMicros), BigInt(sharesMicros)];
  const base = cash < shares - cash ? cash : shares - cash;
  const fee =
    side === "BUY" ? mulDiv(base * BigInt(bps), shares, cash * BPS, "floor") : mulDiv(base, BigInt(bps), BPS, "floor");
  return Number(fee);
}
