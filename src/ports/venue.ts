import type { Execution, OrderResult } from "../core/execution/order.ts";
import type { TradingMode } from "../core/execution/position.ts";
import type { ClientOrderId } from "../core/ids/ids.ts";
import type { ApprovedOrder } from "../core/risk/check-order.ts";

/** Where orders go. It takes nothing that has not passed the risk check. */
export type Venue = {
  readonly mode: TradingMode;
  /**
   * Places an order and waits for its final answer, which one that may rest has only when it is over. Asking again with the same `clientOrderId` never makes
   * a second order: a venue that may have received the first one finds out what became of it.
   * @param onConfirmed told all that is exchanged for good of an order that still rests, whenever it has become more
   * @throws OutcomeUnknownError when the order may or may not have happened; it stays in flight until a later call knows
   * @throws TransientError when it surely did not happen and may be placed again
   * @throws AbortedError when asked to stop before the answer was known
   */
  place(
    order: ApprovedOrder,
    signal: AbortSignal,
    onConfirmed?: (executions: readonly Execution[]) => void,
  ): Promise<OrderResult>;
  /** Takes back what rests of an order that is being placed; what became of it is the answer to `place`. */
  withdraw(id: ClientOrderId): void;
};
