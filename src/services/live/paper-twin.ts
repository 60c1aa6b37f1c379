import type { FillEstimates } from "../../core/execution/order.ts";
import type { ClientOrderId } from "../../core/ids/ids.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Venue } from "../../ports/venue.ts";

/**
 * The live venue, with what paper would have got beside each answer: the same order goes to the paper venue at the same
 * moment, once. Where that comes to nothing (a restart, a book that cannot be read) the estimate of the decision's own
 * book stays, which the engine stored.
 */
export function withPaperTwin(live: Venue, paper: Venue, logger: Logger): Venue {
  const twins = new Map<ClientOrderId, Promise<FillEstimates | null>>();

  /** Never rejects: it is compared with, not traded on. */
  async function shadow(order: ApprovedOrder, signal: AbortSignal): Promise<FillEstimates | null> {
    try {
      return (await paper.place(order, signal)).estimates ?? null;
    } catch (error) {
      logger.debug("no paper twin", { clientOrderId: order.clientOrderId, error });
      return null;
    }
  }

  return {
    mode: live.mode,
    withdraw(id) {
      live.withdraw(id);
      paper.withdraw(id);
    },
    async place(order, signal, onConfirmed) {
      const { clientOrderId } = order;
      const twin = twins.get(clientOrderId) ?? shadow(order, signal);
      twins.set(clientOrderId, twin);
      const result = await live.place(order, signal, onConfirmed);
      // What rests on paper does not outlive its twin.
      paper.withdraw(clientOrderId);
      const estimates = await twin;
      twins.delete(clientOrderId);
      return estimates === null ? result : { ...result, estimates };
    },
  };
}
