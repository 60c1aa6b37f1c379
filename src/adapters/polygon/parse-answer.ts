/** Takes the items of a long list, one after the other. */
export type ListReader = {
  /** Takes the object that begins at `at` as it stands, if it can. @returns where it ends; -1: it must be parsed */
  scan?(piece: Piece, at: number): number;
  take(item: unknown): void;
  /** Where the object stood that was taken last, because it had to be parsed. */
  parsed?(bytes: Buffer, at: number, end: number): void;
  /** What was made of all that was taken. */
  result(): unknown;
};

/** Bytes up to `length`, and behind them `SPARE` that may be read and mean nothing. */
export type Piece = { readonly bytes: Buffer; readonly view: DataView; readonly length: number };

/** With `list`, what a reader has taken of a list of objects; `json` holds the rest of the answer then. */
export type ParsedAnswer = { readonly json: unknown; readonly list: ListReader | null };

/** Shorter answers are parsed at once. */
const PIECE_BYTES = 32_768;
const SPARE = 4_096;
/** Of the next part: enough to read on behind what lies across two. */
const OVERLAP = 2 * SPARE;
const LIST_OF_OBJECTS = /"result"\s*:\s*(?=\[\s*\{)/;

/**
 * Reads an answer of JSON-RPC while it arrives. A long list of objects in it, which is how logs come, is taken item by
 * item by a reader: as a whole it would be the largest thing in memory, and hold up everything else meanwhile.
 * @param body UTF-8
 * @throws SyntaxError when it is no JSON; whatever `body` and the reader throw
 */
export async function parseAnswer(
  body: AsyncIterable<Uint8Array>,
  createReader: () => ListReader,
): Promise<ParsedAnswer> {
  let parser: ListParser | null = null;
  let parts: Uint8Array[] = [];
  let length = 0;
  let wanted = PIECE_BYTES;
  for await (const part of body) {
    parts.push(part);
    length += part.length;
    if (length < wanted) continue;
    parser ??= createListParser(createReader());
    const [held = EMPTY, ...others] = parts.slice(0, -1);
    const isLarge = others.length === 0 && part.length >= PIECE_BYTES;
    const rest = isLarge ? parseInPlace(parser, held, part) : parser.parse(pieceOf(parts, length));
    // What could not be read is tried again when there is much more of it.
    wanted = rest.length === length ? 2 * wanted : PIECE_BYTES;
    parts = [rest];
    length = rest.length;
  }
  if (parser === null) return { json: JSON.parse(Buffer.concat(parts).toString()), list: null };
  return parser.end(pieceOf(parts, length));
}

function pieceOf(parts: readonly Uint8Array[], length: number): Piece {
  const bytes = Buffer.allocUnsafeSlow(length + SPARE);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), length };
}

/**
 * Reads a large part where it is: logs keep its bytes, and a copy of all would be as much again for the collector to count.
 * Only what lies across two parts is joined.
 * @param rest of the part before. Returns what is left of both.
 */
function parseInPlace(parser: ListParser, rest: Uint8Array, part: Uint8Array): Uint8Array {
  let from = 0;
  if (rest.length > 0) {
    const head = part.subarray(0, OVERLAP);
    const left = parser.parse(pieceOf([rest, head], rest.length + head.length));
    from = head.length - left.length;
    if (from < 0) return parser.parse(pieceOf([left, part.subarray(head.length)], part.length - from));
  }
  const bytes = Buffer.from(part.buffer, part.byteOffset + from, part.length - from);
  const length = bytes.length - SPARE;
  if (length <= 0) return bytes;
  const left = parser.parse({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), length });
  return bytes.subarray(length - left.length);
}

type ListParser = {
  /** Reads as much as it can. @returns the rest, which comes again with more behind it */
  parse(piece: Piece): Buffer;
  end(piece: Piece): ParsedAnswer;
};

const EMPTY = Buffer.alloc(0);
const [OPEN, CLOSE, COMMA, BRACE] = Buffer.from("[],{") as unknown as readonly [number, number, number, number];

function createListParser(reader: ListReader): ListParser {
  /** What stands before the list; null: it has not begun. */
  let before: string | null = null;
  /** What stands behind the list; null: it has not ended. */
  let behind: Buffer[] | null = null;
  /** Behind an item comes a comma or the end, and behind a comma another item. */
  let wantsItem = true;

  function begin({ bytes, length }: Piece): number {
    const match = LIST_OF_OBJECTS.exec(bytes.toString("latin1", 0, length));
    if (match === null) return 0;
    const at = match.index + match[0].length;
    before = bytes.toString("utf8", 0, at);
    return at + 1;
  }

  /** @returns where the object ends; -1: not all of it is there */
  function takeItem(piece: Piece, at: number): number {
    const { bytes, length } = piece;
    if (bytes[at] !== BRACE) throw new SyntaxError("something else than an object in a list of objects");
    const scanned = reader.scan?.(piece, at) ?? -1;
    if (scanned >= 0) return scanned;
    const end = endOfObject(bytes, at, length);
    if (end < 0) return -1;
    reader.take(JSON.parse(bytes.toString("utf8", at, end)));
    reader.parsed?.(bytes, at, end);
    return end;
  }

  /** @returns where to go on; the list has ended when there is something behind it */
  function takeItems(piece: Piece, from: number): number {
    const { bytes, length } = piece;
    let at = skipSpace(bytes, from, length);
    while (at < length) {
      if (wantsItem) {
        const end = takeItem(piece, at);
        if (end < 0) return at;
        at = end;
      } else if (bytes[at] === CLOSE) {
        behind = [bytes.subarray(at + 1, length)];
        return length;
      } else if (bytes[at] === COMMA) at += 1;
      else throw new SyntaxError("a list without a comma between its items");
      wantsItem = !wantsItem;
      at = skipSpace(bytes, at, length);
    }
    return at;
  }

  function parse(piece: Piece): Buffer {
    const { bytes, length } = piece;
    const at = before === null ? begin(piece) : 0;
    if (before === null) return bytes.subarray(0, length);
    if (behind === null) return bytes.subarray(takeItems(piece, at), length);
    behind.push(bytes.subarray(0, length));
    return EMPTY;
  }

  return {
    parse,
    end(piece) {
      const rest = parse(piece);
      if (before === null) return { json: JSON.parse(rest.toString()), list: null };
      if (behind === null) throw new SyntaxError("a list without an end");
      return { json: JSON.parse(`${before}[]${Buffer.concat(behind)}`), list: reader };
    },
  };
}

function skipSpace(bytes: Buffer, from: number, length: number): number {
  let at = from;
  for (; at < length; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

const [QUOTE, ESCAPE, END_BRACE] = Buffer.from('"\\}') as unknown as readonly [number, number, number];

/** Objects and lists inside are passed over, texts too, whatever is in them. @returns -1: it does not end here */
function endOfObject(bytes: Buffer, from: number, length: number): number {
  let depth = 0;
  for (let at = from; at < length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at += 1; at < length && bytes[at] !== QUOTE; at += 1) if (bytes[at] === ESCAPE) at += 1;
    } else if (byte === BRACE || byte === OPEN) depth += 1;
    else if (byte === END_BRACE || byte === CLOSE) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
