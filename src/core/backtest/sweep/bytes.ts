/** Bytes in the order in which they were written, through a buffer. */

/** Takes a piece; it is used again after the call. */
export type ByteSink = (piece: Uint8Array) => void;
/** The next bytes, at most as many as fit in; 0 at the end. */
export type ByteSource = (into: Uint8Array) => number;

const BUFFER = 1 << 16;

export class ByteWriter {
  private readonly sink: ByteSink;
  private readonly bytes = new Uint8Array(BUFFER);
  private readonly view = new DataView(this.bytes.buffer);
  private length = 0;

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.view.setUint8(this.length, value);
    this.length += 1;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value);
    this.length += 4;
  }

  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value);
    this.length += 8;
  }

  /** Once, at the end. */
  flush(): void {
    if (this.length > 0) this.sink(this.bytes.subarray(0, this.length));
    this.length = 0;
  }

  private reserve(count: number): void {
    if (this.length + count > BUFFER) this.flush();
  }
}

export class ByteReader {
  private readonly source: ByteSource;
  private readonly bytes = new Uint8Array(BUFFER);
  private readonly view = new DataView(this.bytes.buffer);
  private at = 0;
  private end = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  uint8(): number {
    return this.view.getUint8(this.take(1));
  }

  uint32(): number {
    return this.view.getUint32(this.take(4));
  }

  float64(): number {
    return this.view.getFloat64(this.take(8));
  }

  private take(count: number): number {
    if (this.at + count > this.end) this.fill(count);
    const at = this.at;
    this.at += count;
    return at;
  }

  private fill(count: number): void {
    this.bytes.copyWithin(0, this.at, this.end);
    this.end -= this.at;
    this.at = 0;
    while (this.end < count) {
      const read = this.source(this.bytes.subarray(this.end));
      if (read === 0) throw new RangeError("the recorded scores end before the history does");
      this.end += read;
    }
  }
}
