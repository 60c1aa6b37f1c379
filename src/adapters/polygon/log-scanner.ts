import { type FixedText, type Form, formOf } from "./log-form.ts";
import { createValueReader } from "./log-values.ts";
import type { Piece } from "./parse-answer.ts";
import { ScannedLog } from "./scanned-log.ts";

/**
 * Reads logs where they stand: an answer writes them all in one form, so that the next log is the texts of the one before
 * with other digits between them. Whatever is otherwise in any way (other keys, capitals, an escape, a wrong length)
 * is left to who parses JSON, and so is every complaint.
 */
export type LogScanner = {
  /** @returns where the log that begins at `at` ends, and puts it into `into`; -1: it must be parsed */
  scan(piece: Piece, at: number, into: unknown[]): number;
  /** Learns the form of the log in these bytes, which was parsed and is as it should be. */
  learn(bytes: Buffer, at: number, end: number): void;
};

/** Answers that change their form all the time are parsed. */
const FORMS_LEARNED = 32;

export function createLogScanner(): LogScanner {
  const readValue = createValueReader();
  let form: Form | null = null;
  let learned = 0;
  return {
    scan(piece, at, into) {
      if (form === null) return -1;
      const log = new ScannedLog(piece);
      let next = at;
      for (const { kind, before } of form.members) {
        if (!isNext(before, piece, next)) return -1;
        next = readValue(kind, piece, next + before.bytes.length, log);
        if (next < 0) return -1;
      }
      if (!isNext(form.last, piece, next)) return -1;
      next += form.last.bytes.length;
      if (next > piece.length) return -1;
      into.push(log);
      return next;
    },
    learn(bytes, at, end) {
      if (learned >= FORMS_LEARNED) return;
      learned += 1;
      form = formOf(bytes.toString("latin1", at, end)) ?? form;
    },
  };
}

/** Eight bytes at a time as the number they happen to make: text holds none that is unequal to itself. */
function isNext({ bytes, eights }: FixedText, { bytes: all, view }: Piece, at: number): boolean {
  const { length } = bytes;
  if (length < 8) {
    for (let index = 0; index < length; index += 1) if (all[at + index] !== bytes[index]) return false;
    return true;
  }
  const whole = length >> 3;
  for (let index = 0; index < whole; index += 1)
    if (view.getFloat64(at + 8 * index, true) !== eights[index]) return false;
  return view.getFloat64(at + length - 8, true) === eights[whole];
}
