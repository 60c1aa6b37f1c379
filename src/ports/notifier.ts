/** What a channel for people asks of its sender after a message. */
export type Delivery = {
  /** How long to wait before the next message; 0: not at all. */
  readonly restMs: number;
};

/** Brings a text to people. */
export type Notifier = {
  /** Longest text that it takes, in characters. */
  readonly lengthMax: number;
  /**
   * @throws RateLimitError saying how long to wait
   * @throws TransientError when it may have worked, or may work later: the message can arrive twice
   * @throws RejectedError `MESSAGE_REFUSED`: this text never will be taken; `CHANNEL_GONE`: none will be
   * @throws AbortedError
   */
  send(text: string, signal: AbortSignal): Promise<Delivery>;
};
