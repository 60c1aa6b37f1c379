/** How one answer writes its logs: the texts between the digits of one value and those of the next. */
export type Form = { readonly members: readonly Member[]; readonly last: FixedText };

export type MemberKind =
  | "address"
  | "topics"
  | "data"
  | "blockNumber"
  | "blockHash"
  | "transactionHash"
  | "transactionIndex"
  | "logIndex"
  | "blockTimestamp";

export type Member = { readonly kind: MemberKind; readonly before: FixedText };

/** With eight bytes at a time as numbers, the last eight of all behind them. */
export type FixedText = { readonly bytes: Buffer; readonly eights: Float64Array };

/** What a log must have, with what its value begins and ends with; the digits are in between. */
const HEX = { open: '"0x', close: '"' };
const KINDS: ReadonlyMap<string, { readonly open: string; readonly close: string }> = new Map([
  ["address", HEX],
  ["topics", { open: '["0x', close: '"]' }],
  ["data", HEX],
  ["blockNumber", HEX],
  ["blockHash", HEX],
  ["transactionHash", HEX],
  ["transactionIndex", HEX],
  ["logIndex", HEX],
  ["blockTimestamp", HEX],
]);
const OPTIONAL = new Set(["blockTimestamp"]);

/** So that a log without its data has a bounded length. */
const FIXED_MAX = 600;
const KEY = /\s*[{,]\s*"([A-Za-z]+)"\s*:\s*/y;
const VALUE = /"0x[0-9a-f]*"|\["0x[^\]\\]*"\]|false/y;
const END = /\s*\}/y;

/**
 * @param text of one JSON object
 * @returns null for an object that is not written as logs are: with other keys, values of other kinds, texts beyond ASCII
 */
export function formOf(text: string): Form | null {
  const members: Member[] = [];
  const seen = new Set<string>();
  let at = 0;
  let fixed = "";
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (let key = next(KEY); key !== null; key = next(KEY)) {
    const name = key[1] as string;
    const value = next(VALUE)?.[0];
    if (value === undefined || seen.has(name)) return null;
    seen.add(name);
    const kind = KINDS.get(name);
    if (value === "false") {
      if (name !== "removed") return null;
      fixed += key[0] + value;
      continue;
    }
    if (kind === undefined || !value.startsWith(kind.open)) return null;
    members.push({ kind: name as MemberKind, before: fixedText(fixed + key[0] + kind.open) });
    fixed = kind.close;
  }
  const end = next(END);
  if (end === null || at !== text.length) return null;
  if ([...KINDS.keys()].some((name) => !seen.has(name) && !OPTIONAL.has(name))) return null;
  const last = fixedText(fixed + end[0]);
  const length = members.reduce((sum, { before }) => sum + before.bytes.length, last.bytes.length);
  return length > FIXED_MAX ? null : { members, last };
}

function fixedText(text: string): FixedText {
  const bytes = Buffer.from(text, "latin1");
  const whole = bytes.length >> 3;
  const eights = new Float64Array(bytes.length < 8 ? 0 : whole + 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0; index < eights.length; index += 1) {
    eights[index] = view.getFloat64(index < whole ? 8 * index : bytes.length - 8, true);
  }
  return { bytes, eights };
}
