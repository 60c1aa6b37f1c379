/** Channels on which one service hints to another that there may be something to read. */
export type WakeChannel = "orderflow_chain" | "orderflow_scores" | "orderflow_signals" | "orderflow_commands";

/** A hint and nothing more: a lost one is harmless, because every reader also polls. */
export type Wake = {
  notify(channel: WakeChannel): Promise<void>;
  /** @returns a function that stops listening. */
  listen(channel: WakeChannel, onHint: () => void): Promise<() => Promise<void>>;
};
