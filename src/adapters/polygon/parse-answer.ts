/** Takes the items of a long list, some at a time. */
export type ListReader = {
  take(items: readonly unknown[]): void;
  /** What was made of all that was taken. */
  result(): unknown;
};

/** With `list`, what a reader has taken of a list of objects; `json` holds the rest of it then, which is mostly nothing. */
export type ParsedAnswer = { readonly json: unknown; readonly list: ListReader | null };

/** About 60 logs: what is made of them dies young, and others have a turn every millisecond. */
const PIECE_BYTES = 32_768;
const LIST_OF_OBJECTS = /"result"\s*:\s*(?=\[\s*\{)/;
const [OPEN, CLOSE] = Buffer.from("[]") as unknown as readonly [number, number];

/**
 * Parses an answer of JSON-RPC while it arrives. A long list of flat objects in it, which is how logs come, is parsed in
 * pieces that a reader takes: as a whole it would be the largest thing in memory, and hold up everything else meanwhile.
 * When every piece is the inside of a list, and what is around the pieces is JSON, then the whole is their sum.
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
    const rest = parser.parse(Buffer.concat(parts));
    // What could not be parsed is tried again when there is much more of it.
    wanted = rest.length === length ? 2 * wanted : PIECE_BYTES;
    parts = [rest];
    length = rest.length;
  }
  const rest = Buffer.concat(parts);
  return parser === null ? { json: JSON.parse(rest.toString()), list: null } : parser.end(rest);
}

type ListParser = {
  /** Parses as much as it can, in place. @returns the rest, which comes again with more behind it */
  parse(bytes: Buffer): Buffer;
  end(bytes: Buffer): ParsedAnswer;
};

function createListParser(reader: ListReader): ListParser {
  /** What stands before the list; null: it has not begun. */
  let before: string | null = null;
  /** What stands behind what was taken, from the end of the list; null: it has not ended. */
  let behind: Buffer[] | null = null;
  let isTaken = false;

  function begin(bytes: Buffer): Buffer {
    const match = LIST_OF_OBJECTS.exec(bytes.toString("latin1"));
    if (match === null) return bytes;
    const at = match.index + match[0].length;
    before = bytes.toString("utf8", 0, at);
    return bytes.subarray(at);
  }

  /** Up to the last object that is whole, or to the end of the list: guesses, which a piece that is no list refutes. */
  function takePiece(bytes: Buffer): Buffer {
    const end = bytes.indexOf("}]");
    const to = (end < 0 ? bytes.lastIndexOf("},") : end) + 1;
    const items = to === 0 ? null : parseItems(bytes, to);
    if (items === null) return bytes;
    reader.take(items);
    isTaken = true;
    if (end < 0) return bytes.subarray(to);
    behind = [bytes.subarray(to)];
    return EMPTY;
  }

  function parse(bytes: Buffer): Buffer {
    const rest = before === null ? begin(bytes) : bytes;
    if (before === null) return rest;
    if (behind === null) return takePiece(rest);
    behind.push(rest);
    return EMPTY;
  }

  return {
    parse,
    end(bytes) {
      const rest = parse(bytes);
      if (!isTaken) return { json: JSON.parse((before ?? "") + rest.toString()), list: null };
      if (behind !== null) return { json: JSON.parse(`${before}[${Buffer.concat(behind)}`), list: reader };
      // Behind a piece comes a comma, and behind that another object.
      if (!/^,\s*\{/.test(rest.toString())) throw new SyntaxError("a list that ends with a comma");
      return { json: JSON.parse(`${before}[${rest.toString("utf8", 1)}`), list: reader };
    },
  };
}

const EMPTY = Buffer.alloc(0);

/**
 * The bytes between two delimiters, which become the brackets of a list for the moment: the text is made only once so.
 * @param to where the second delimiter is; the first is where the bytes begin
 */
function parseItems(bytes: Buffer, to: number): readonly unknown[] | null {
  const [first, last] = [bytes[0] as number, bytes[to] as number];
  bytes[0] = OPEN;
  bytes[to] = CLOSE;
  try {
    return JSON.parse(bytes.toString("utf8", 0, to + 1)) as unknown[];
  } catch {
    return null;
  } finally {
    bytes[0] = first;
    bytes[to] = last;
  }
}
