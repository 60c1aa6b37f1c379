import type { OrderResult } from "../core/execution/order.ts";
import type { TradingMode } from "../core/execution/position.ts";
import type { ApprovedOrder } from "../core/risk/check-order.ts";

/** Where orders go. It takes nothing that has not passed the risk check. */
export type Venue = {
  readonly mode: TradingMode;
  /**
   * Places a fill-and-kill order and waits for its final answer. Asking again with the same `clientOrderId` never makes
   * a second order: a venue that may have received the first one finds out what became of it.
   * @throws OutcomeUnknownError when the order may or may not have happened; it stays in flight until a later call knows
   * @throws TransientError when it surely did not happen and may be placed again
   * @throws AbortedError when asked to stop before the answer was known
   */
  place(order: ApprovedOrder, signal: AbortSignal): Promise<OrderResult>;
};
