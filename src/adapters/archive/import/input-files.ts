/** What lies under the paths a user names: which format, whether packed, and a clear word about what cannot be read. */
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync, constants as zlib } from "node:zlib";
import { InputError } from "../../../core/errors.ts";

/** JSON: one list, one object a line, or the API's `{"data": […]}` (one page or several after each other). */
export type InputFormat = "parquet" | "csv" | "json list" | "json lines" | "json pages";

export type InputFile = {
  readonly path: string;
  readonly format: InputFormat;
  readonly isGzip: boolean;
  readonly bytes: number;
};

const KNOWN = /\.(parquet|pq|csv|tsv|json|jsonl|ndjson)(\.gz)?$/i;
const PEEK_BYTES = 65_536;

/**
 * Files as they are, folders with everything below them that has a known ending.
 * @throws InputError
 */
export function findInputs(paths: readonly string[]): readonly InputFile[] {
  if (paths.length === 0) throw new InputError("IMPORT_NOTHING", "name at least one file or folder to import");
  return paths.flatMap((path) => {
    if (!existsSync(path)) throw new InputError("IMPORT_MISSING", `${path}: no such file or folder`, { path });
    if (!statSync(path).isDirectory()) return [inspect(path)];
    const found = readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((each) => KNOWN.test(each))
      .sort()
      .map((each) => join(path, each));
    if (found.length === 0) {
      throw new InputError("IMPORT_EMPTY_FOLDER", `${path}: holds no .parquet, .csv or .json file`, { path });
    }
    return found.map(inspect);
  });
}

function inspect(path: string): InputFile {
  const bytes = statSync(path).size;
  if (bytes === 0) throw new InputError("IMPORT_EMPTY", `${path}: the file is empty; fetch it again`, { path });
  const raw = readPart(path, 0, PEEK_BYTES);
  const isGzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const head = isGzip ? unpackHead(path, raw) : raw;
  if (head.toString("latin1", 0, 40).startsWith("version https://git-lfs")) {
    throw new InputError("IMPORT_POINTER", `${path}: only a Git LFS pointer; run "git lfs pull" where it came from`, {
      path,
    });
  }
  return { path, format: formatOf(path, head, isGzip), isGzip, bytes };
}

function formatOf(path: string, head: Buffer, isGzip: boolean): InputFormat {
  const isParquet = head.toString("latin1", 0, 4) === "PAR1";
  if (isParquet && !isGzip) return "parquet";
  if (isParquet)
    throw new InputError("IMPORT_PACKED", `${path}: unpack it first (gunzip); Parquet is packed inside`, { path });
  if (/\.(parquet|pq)$/i.test(path)) {
    const start = head.toString("latin1", 0, 12).replace(/[^ -~]/g, "·");
    throw new InputError("IMPORT_NOT_PARQUET", `${path}: is not Parquet (it begins with "${start}"); fetch it again`, {
      path,
    });
  }
  const first = head.toString("utf8").trimStart();
  if (first.startsWith("[")) return "json list";
  if (first.startsWith("{")) return /^\{\s*"data"\s*:\s*\[/.test(first) ? "json pages" : "json lines";
  if (first === "") throw new InputError("IMPORT_EMPTY", `${path}: the file is empty; fetch it again`, { path });
  return "csv";
}

function unpackHead(path: string, raw: Buffer): Buffer {
  try {
    // The peeked part ends in the middle of the stream, which is no error here.
    return gunzipSync(raw, { finishFlush: zlib.Z_SYNC_FLUSH });
  } catch {
    throw new InputError("IMPORT_PACKED", `${path}: looks like gzip and cannot be unpacked; fetch it again`, { path });
  }
}

function readPart(path: string, position: number, bytes: number): Buffer {
  const handle = openSync(path, "r");
  try {
    const part = Buffer.alloc(bytes);
    return part.subarray(0, readSync(handle, part, 0, bytes, position));
  } finally {
    closeSync(handle);
  }
}

/** The same content gives the same id wherever it lies: sizes, heads and tails, since whole archives are too long to hash. */
export function importId(inputs: readonly InputFile[], settings: string): string {
  const prints = inputs.map(({ path, bytes }) =>
    createHash("sha256")
      .update(`${basename(path)} ${bytes} `)
      .update(readPart(path, 0, PEEK_BYTES))
      .update(readPart(path, Math.max(0, bytes - PEEK_BYTES), PEEK_BYTES))
      .digest("hex"),
  );
  return createHash("sha256")
    .update([...prints.sort(), settings].join("\n"))
    .digest("hex")
    .slice(0, 12);
}
