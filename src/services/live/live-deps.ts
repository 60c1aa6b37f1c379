import type { Side } from "../../core/chain/fill.ts";
import type { Execution, OrderResult, UnfilledReason } from "../../core/execution/order.ts";
import type { RefusalClass } from "../../core/execution/venue-answer.ts";
import type { VenueAccount } from "../../core/execution/venue-order.ts";
import type { MarketId } from "../../core/ids/ids.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LiveOrderStore } from "../../ports/live-order-store.ts";
import type { Logger } from "../../ports/logger.ts";
import type { OrderSigner } from "../../ports/order-signer.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import type { OrderHints } from "./order-hints.ts";

export type LiveVenueDeps = {
  readonly client: VenueClient;
  readonly signer: OrderSigner;
  readonly store: LiveOrderStore;
  readonly account: VenueAccount;
  /** What Gamma says of the market; null where it does not know it. @throws TransientError */
  readonly exchangeOf: (
    marketId: MarketId,
    signal: AbortSignal,
    /** True: not from memory. */
    anew?: boolean,
  ) => Promise<{ readonly marketVersion: string; readonly negRisk: boolean } | null>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Something that only a person can mend: credentials, wallet, firewall, settlements that fail. */
  readonly alarm: (sort: RefusalClass | "blocked" | "settlement", text: string) => Promise<void>;
  /** Why no new order may go out now; null: it may. Orders that were sent before are followed all the same. */
  readonly hold: (side: Side) => UnfilledReason | null;
  readonly hints: OrderHints;
};

/** An order on its way to its end. */
export type Placing = {
  readonly request: ApprovedOrder;
  readonly signal: AbortSignal;
  /** All that is exchanged for good of one that rests. */
  readonly onConfirmed: (executions: readonly Execution[]) => void;
};

/** An order's end; null while it has none. */
export type Ending = OrderResult | null;

export const EXPIRED: OrderResult = { status: "unfilled", reason: "ORDER_EXPIRED" };
