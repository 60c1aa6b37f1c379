/** ABI words are 32 bytes. */
const WORD = 32;
const UINT32 = 0x1_0000_0000;

/**
 * Builds the `data` of logs in one buffer that is used again for every log: a node answers a hundred thousand of them
 * in one backfill, and joining hex texts costs several times as much.
 */
export type WordBuffer = {
  start(): void;
  /** A whole number below 2⁵³. */
  number(value: number): void;
  /** 32 bytes. */
  bytes(value: Uint8Array): void;
  /** Everything since `start`, as `0x…`. */
  finish(): string;
};

export function createWordBuffer(words: number): WordBuffer {
  const buffer = Buffer.alloc(words * WORD);
  let used = 0;
  return {
    start() {
      used = 0;
    },
    number(value) {
      buffer.fill(0, used, used + 24);
      buffer.writeUInt32BE(Math.floor(value / UINT32), used + 24);
      buffer.writeUInt32BE(value % UINT32, used + 28);
      used += WORD;
    },
    bytes(value) {
      buffer.set(value, used);
      used += WORD;
    },
    finish: () => `0x${buffer.toString("hex", 0, used)}`,
  };
}
