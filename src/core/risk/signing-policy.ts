import { type ExchangeOrder, type OrderDomain, type SignatureType, ZERO_32 } from "../chain/exchange-order.ts";
import type { Address } from "../ids/ids.ts";
import {
  addUsd,
  formatPrice,
  formatUsd,
  MICROS,
  type PriceMicros,
  price,
  type UsdMicros,
  usd,
} from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { type EpochMs, SECOND_MS, startOfDay } from "../time/time.ts";
import type { Refusal } from "./limits.ts";

/** What the signer signs whoever asks. It stands in the signer's own settings; the trading process cannot change it. */
export type SigningPolicy = {
  /** The one wallet whose orders it signs, and how it signs for it. */
  readonly wallet: Address;
  readonly owner: Address;
  readonly signatureType: SignatureType;
  readonly contracts: readonly Address[];
  readonly sides: readonly ("BUY" | "SELL")[];
  readonly minPrice: PriceMicros;
  readonly maxPrice: PriceMicros;
  /** Collateral of one BUY; proceeds of one SELL at its limit. */
  readonly maxOrderUsd: UsdMicros;
  /** Collateral of all BUYs of a UTC day, signed, whether filled or not. */
  readonly maxDayUsd: UsdMicros;
};

/** BUYs signed since midnight UTC. */
export type DaySpent = { readonly day: EpochMs; readonly spentUsd: UsdMicros };

export type SigningCode =
  | "WALLET_NOT_ALLOWED"
  | "CONTRACT_NOT_ALLOWED"
  | "SIDE_NOT_ALLOWED"
  | "FIELD_NOT_ALLOWED"
  | "PRICE_OUT_OF_BAND"
  | "ORDER_ABOVE_MAX"
  | "DAY_ABOVE_MAX"
  | "TIMESTAMP_OFF";

export type SigningDecision =
  | { readonly allowed: true; readonly spent: DaySpent }
  | { readonly allowed: false; readonly refusal: Refusal<SigningCode> };

/** An order is signed when it is sent; an older or later stamp means a clock is wrong, or someone collects signatures. */
const TIMESTAMP_OFF_MS_MAX = 60 * SECOND_MS;

const refuse = (code: SigningCode, limit: string, value: string): SigningDecision => ({
  allowed: false,
  refusal: { code, limit, value },
});

export function checkSigning(
  policy: SigningPolicy,
  { order, domain }: { readonly order: ExchangeOrder; readonly domain: OrderDomain },
  before: DaySpent,
  at: EpochMs,
): SigningDecision {
  const signer = policy.signatureType === 3 ? policy.wallet : policy.owner;
  if (order.maker !== policy.wallet) return refuse("WALLET_NOT_ALLOWED", policy.wallet, order.maker);
  if (order.signer !== signer) return refuse("WALLET_NOT_ALLOWED", signer, order.signer);
  if (order.signatureType !== policy.signatureType)
    return refuse("WALLET_NOT_ALLOWED", String(policy.signatureType), String(order.signatureType));
  if (!policy.contracts.includes(domain.verifyingContract))
    return refuse("CONTRACT_NOT_ALLOWED", policy.contracts.join(", "), domain.verifyingContract);
  if (!policy.sides.includes(order.side)) return refuse("SIDE_NOT_ALLOWED", policy.sides.join(", "), order.side);
  // A builder code takes a fee for whoever owns it.
  if (order.builder !== ZERO_32) return refuse("FIELD_NOT_ALLOWED", "no builder", order.builder);
  if (order.metadata !== ZERO_32) return refuse("FIELD_NOT_ALLOWED", "no metadata", order.metadata);
  const off = Math.abs(order.timestamp - at);
  if (off > TIMESTAMP_OFF_MS_MAX) return refuse("TIMESTAMP_OFF", `${TIMESTAMP_OFF_MS_MAX} ms`, `${off} ms`);
  return checkAmounts(policy, order, before, at);
}

function checkAmounts(policy: SigningPolicy, order: ExchangeOrder, before: DaySpent, at: EpochMs): SigningDecision {
  const isBuy = order.side === "BUY";
  const [cash, size] = isBuy ? [order.makerAmount, order.takerAmount] : [order.takerAmount, order.makerAmount];
  const band = `${formatPrice(policy.minPrice)} to ${formatPrice(policy.maxPrice)}`;
  if (cash <= 0n || size <= 0n || cash > size) return refuse("PRICE_OUT_OF_BAND", band, `${cash} for ${size}`);
  // Rounded against the order: a BUY that pays a fraction more than the band allows is outside.
  const at6 = price(mulDiv(cash, MICROS, size, isBuy ? "ceil" : "floor"));
  if (at6 < policy.minPrice || at6 > policy.maxPrice) return refuse("PRICE_OUT_OF_BAND", band, formatPrice(at6));
  if (cash > policy.maxOrderUsd) return refuse("ORDER_ABOVE_MAX", formatUsd(policy.maxOrderUsd), formatUsd(usd(cash)));
  const day = startOfDay(at);
  const spentBefore = before.day === day ? before.spentUsd : usd(0n);
  if (!isBuy) return { allowed: true, spent: { day, spentUsd: spentBefore } };
  const spentUsd = addUsd(spentBefore, usd(cash));
  if (spentUsd > policy.maxDayUsd) return refuse("DAY_ABOVE_MAX", formatUsd(policy.maxDayUsd), formatUsd(spentUsd));
  return { allowed: true, spent: { day, spentUsd } };
}
