/** An input as a relation that DuckDB reads piece by piece, and its columns. */
import { InputError } from "../../../core/errors.ts";
import { type Duckdb, name, text, textList } from "../duckdb.ts";
import type { Column } from "./fields.ts";
import type { InputFile } from "./input-files.ts";

/** Files that are read with one statement: they have the same columns. */
export type InputGroup = {
  readonly files: readonly InputFile[];
  readonly relation: string;
  readonly columns: readonly Column[];
  /** Where lines that are no CSV are noted; null for other formats. */
  readonly rejects: string | null;
};

/** Bounded, so that progress is seen and a killed import repeats little. */
const GROUP_BYTES = 256 * 2 ** 20;

/** @throws InputError for a file that cannot be read at all */
export async function groupInputs(duckdb: Duckdb, inputs: readonly InputFile[]): Promise<readonly InputGroup[]> {
  const groups: InputGroup[] = [];
  let open: { files: InputFile[]; columns: readonly Column[]; key: string; bytes: number } | null = null;
  const close = (): void => {
    if (open !== null) groups.push({ ...open, relation: parquetOf(open.files), rejects: null });
    open = null;
  };
  for (const file of inputs) {
    if (file.format !== "parquet") {
      close();
      groups.push(await single(duckdb, file, groups.length));
      continue;
    }
    const columns = await columnsOf(duckdb, parquetOf([file]), file);
    const key = JSON.stringify(columns);
    if (open === null || open.key !== key || open.bytes + file.bytes > GROUP_BYTES) {
      close();
      open = { files: [], columns, key, bytes: 0 };
    }
    open.files.push(file);
    open.bytes += file.bytes;
  }
  close();
  return groups;
}

const parquetOf = (files: readonly InputFile[]): string => `read_parquet(${textList(files.map(({ path }) => path))})`;

async function single(duckdb: Duckdb, file: InputFile, index: number): Promise<InputGroup> {
  const rejects = file.format === "csv" ? `rejects_${index}` : null;
  const relation = rejects !== null ? csvOf(file, rejects) : await jsonOf(duckdb, file);
  return { files: [file], relation, columns: await columnsOf(duckdb, relation, file), rejects };
}

const compressionOf = ({ isGzip }: InputFile): string => (isGzip ? "gzip" : "uncompressed");

const csvOf = (file: InputFile, rejects: string): string =>
  `read_csv(${text(file.path)}, header = true, all_varchar = true, compression = ${text(compressionOf(file))},
    store_rejects = true, rejects_table = ${text(rejects)}, rejects_scan = ${text(`${rejects}_scan`)})`;

async function jsonOf(duckdb: Duckdb, file: InputFile): Promise<string> {
  const format = { "json list": "array", "json lines": "newline_delimited" }[file.format as string] ?? "unstructured";
  const objects = `read_json_objects(${text(file.path)}, format = ${text(format)}, compression = ${text(compressionOf(file))})`;
  const rows =
    file.format === "json pages"
      ? `(SELECT unnest(from_json(json -> '$.data', '["JSON"]')) AS json FROM ${objects})`
      : objects;
  const keys = await reading(file, () =>
    duckdb.rows(
      `SELECT DISTINCT unnest(json_keys(json)) AS key FROM (SELECT json FROM ${rows} LIMIT 1000) ORDER BY key`,
    ),
  );
  if (keys.length === 0) {
    throw new InputError("IMPORT_EMPTY", `${file.path}: holds no JSON objects`, { path: file.path });
  }
  const columns = keys.map(({ key }) => `json ->> ${text(key as string)} AS ${name(key as string)}`);
  return `(SELECT ${columns.join(", ")} FROM ${rows})`;
}

async function columnsOf(duckdb: Duckdb, relation: string, file: InputFile): Promise<readonly Column[]> {
  const rows = await reading(file, () => duckdb.rows(`DESCRIBE SELECT * FROM ${relation}`));
  return rows.map((row) => ({ name: row.column_name as string, type: row.column_type as string }));
}

/** DuckDB's messages begin with what is wrong; what follows is about its options. */
export async function reading<T>({ path }: Pick<InputFile, "path">, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new InputError("IMPORT_UNREADABLE", `${path}: cannot be read: ${reason}`, { path }, { cause: error });
  }
}
