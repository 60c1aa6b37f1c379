export type LiveTopic = "trades" | "signals" | "positions" | "state" | "health";

/** Ready to be sent: `data` is made once, whatever the number of those who get it. */
export type LiveEvent = {
  /** Told back by a browser that lost its connection. */
  readonly id: string;
  readonly topic: LiveTopic;
  /** JSON on one line. */
  readonly data: string;
};

export type Subscription = {
  /** What was missed since the last event that the subscriber has; null: that is no longer known, all is to be asked for anew. */
  readonly missed: readonly LiveEvent[] | null;
  end(): void;
};

/** What goes to every browser that looks on. One reader makes it for all of them, and none while nobody looks. */
export type LiveFeed = {
  /** @param lastEventId of the last event that the subscriber got; null: it is new, and gets the newest of each topic */
  subscribe(
    topics: readonly LiveTopic[],
    lastEventId: string | null,
    onEvent: (event: LiveEvent) => void,
  ): Subscription;
  /** A subscriber was too slow for this event. */
  dropped(): void;
  counts(): { readonly open: number; readonly dropped_events: number };
};
