import type { VenueTrade } from "../core/execution/venue-answer.ts";
import type { OrderHash } from "../core/ids/ids.ts";

/** What the venue's user channel tells of our own account: a hint, which may come late, twice or not at all. */
export type AccountNews =
  /** Subscribed anew: whatever happened before was not heard. */
  | { readonly kind: "connected" }
  | { readonly kind: "order"; readonly orderHash: OrderHash }
  | { readonly kind: "trades"; readonly trades: readonly VenueTrade[] };

export type AccountFeed = {
  /** @returns a function that stops it */
  listen(listener: (news: AccountNews) => void): () => void;
  /** Listens until `signal` aborts. Never rejects: what may pass is tried again inside. */
  run(signal: AbortSignal): Promise<void>;
};
