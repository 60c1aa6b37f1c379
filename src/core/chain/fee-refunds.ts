import type { Address } from "../ids/ids.ts";
import { decodeEvent, EVENT_TOPICS } from "./decode-event.ts";
import type { Fill, LogPosition, RawLog } from "./fill.ts";
import { malformed } from "./hex-words.ts";

/**
 * A V1 fee module gives back what the exchange charged too much, in the transaction of the fill (on-chain sheet,
 * section 2.5). The earlier module names the wallet, the later one the order as well.
 */
export type FeeRefund = LogPosition & {
  readonly txHash: string;
  readonly orderHash: string | null;
  readonly wallet: Address;
  /** Decimal text; "0" is collateral. */
  readonly assetId: string;
  readonly refund: bigint;
  /** What is left of the fee, where the log says it. */
  readonly feeCharged: bigint | null;
};

export type RefundProblem = LogPosition & { readonly reason: string };

export const REFUND_TOPICS: ReadonlySet<string> = new Set(
  [...EVENT_TOPICS]
    .filter(([, name]) => name === "feeRefunded" || name === "feeRefundedEarlier")
    .map(([topic]) => topic),
);

export const isRefundTopic = (topic: string | undefined): boolean => REFUND_TOPICS.has(topic ?? "");

/** @throws PayloadError for another shape, or a contract that is no fee module. */
export function decodeRefund(log: RawLog): FeeRefund {
  const event = decodeEvent(log);
  const { blockNumber, logIndex, txHash } = log;
  if (event?.name === "feeRefunded") {
    const { orderHash, to, id, refund, feeCharged } = event.args;
    return { blockNumber, logIndex, txHash, orderHash, wallet: to, assetId: id.toString(), refund, feeCharged };
  }
  if (event?.name !== "feeRefundedEarlier") throw malformed("a refund of a contract that is no fee module");
  const { to, id, amount } = event.args;
  return {
    ...{ blockNumber, logIndex, txHash, orderHash: null, wallet: to },
    ...{ assetId: id.toString(), refund: amount, feeCharged: null },
  };
}

/**
 * Fills with their effective fee: what was charged less what came back. The logs do not say which of several fills of
 * one order a refund is for: the first one that it fits, in log order, among those before it that had none yet.
 */
export function applyRefunds(
  fills: readonly Fill[],
  refunds: readonly FeeRefund[],
): { readonly fills: readonly Fill[]; readonly problems: readonly RefundProblem[] } {
  if (refunds.length === 0) return { fills, problems: [] };
  const wanted = new Set(refunds.map(({ txHash }) => txHash));
  const places = new Map<string, number[]>();
  fills.forEach(({ txHash }, place) => {
    if (!wanted.has(txHash)) return;
    const known = places.get(txHash);
    if (known === undefined) places.set(txHash, [place]);
    else known.push(place);
  });
  const effective = [...fills];
  const refunded = new Set<number>();
  const problems: RefundProblem[] = [];
  for (const refund of refunds) {
    const open = (places.get(refund.txHash) ?? []).filter(
      (place) => !refunded.has(place) && mayBelong(refund, effective[place] as Fill),
    );
    const place = open.find((each) => isExact(refund, effective[each] as Fill)) ?? open[0];
    if (place === undefined) {
      problems.push({ ...positionOf(refund), reason: "REFUND_WITHOUT_FILL" });
      continue;
    }
    const fill = effective[place] as Fill;
    refunded.add(place);
    effective[place] = { ...fill, fee: fill.fee - refund.refund };
  }
  return { fills: effective, problems };
}

const positionOf = ({ blockNumber, logIndex }: LogPosition): LogPosition => ({ blockNumber, logIndex });

/** A fee in shares is refunded in that token, any other one in collateral. */
function mayBelong({ logIndex, orderHash, wallet, assetId, refund }: FeeRefund, fill: Fill): boolean {
  const isOrder = orderHash === null ? fill.wallet === wallet : fill.orderHash === orderHash;
  const isAsset = assetId === (fill.feeAsset === "shares" ? fill.tokenId : "0");
  return isOrder && isAsset && fill.logIndex < logIndex && fill.fee >= refund;
}

const isExact = ({ feeCharged, refund }: FeeRefund, { fee }: Fill): boolean =>
  feeCharged === null || fee === refund + feeCharged;
