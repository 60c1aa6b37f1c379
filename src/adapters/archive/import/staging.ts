/** First half of an import: every row is read once, judged, and put with the others of its segment on disk. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EXCHANGES } from "../../../core/chain/contracts.ts";
import type { ArchiveContent } from "../../../ports/archive.ts";
import type { ImportedGroup, RefusedRows } from "../../../ports/archive-import.ts";
import { type Duckdb, name, text } from "../duckdb.ts";
import { planRows, type RowPlan } from "./plan.ts";
import { type InputGroup, reading } from "./relation.ts";

/** As the partitions of the fill table, so that files of both kinds have the same borders. */
export const SEGMENT_BLOCKS = 50_000;
const REFUSED = "refused";
const SAMPLE_CHARACTERS = 400;

/** Kept beside the staged rows; its presence says that the group is complete. */
type GroupReport = ImportedGroup & { readonly segments: readonly string[] };

export type Staging = { readonly folder: string; readonly hasBlocks: boolean };

/** Folder of the rows of one group; segments of all groups are found by their content. */
const groupFolder = ({ folder }: Staging, content: ArchiveContent, index: number): string =>
  join(folder, content, `group-${index}`);

export const segmentGlob = (folder: string, content: ArchiveContent, key: string): string =>
  join(folder, content, "*", `segment=${key}`, "*.parquet");

/** @throws InputError */
export async function stageGroup(
  duckdb: Duckdb,
  staging: Staging,
  group: InputGroup,
  index: number,
): Promise<GroupReport> {
  const reportPath = join(staging.folder, `group-${index}.json`);
  if (existsSync(reportPath)) return JSON.parse(readFileSync(reportPath, "utf8"));
  const plan = planRows(group, staging.hasBlocks);
  const target = groupFolder(staging, plan.content, index);
  await rm(target, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true });
  await reading(group.files[0] ?? { path: "" }, () =>
    duckdb.run(`COPY (${statementOf(group, plan, staging.hasBlocks)}) TO ${text(target)}
      (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARTITION_BY (segment))`),
  );
  const report = await reportOn(duckdb, group, plan, target);
  await writeFile(reportPath, JSON.stringify(report));
  return report;
}

function statementOf(group: InputGroup, plan: RowPlan, hasBlocks: boolean): string {
  const values = Object.entries(plan.values).map(([column, made]) => `${made} AS ${column}`);
  const times = hasBlocks ? `LEFT JOIN block_times ON block_times.block_number = ${plan.values.block_number}` : "";
  const segment =
    plan.content === "fill" ? `(block_number // ${SEGMENT_BLOCKS})::VARCHAR` : "strftime(timestamp, '%Y-%m-%d')";
  return `
    WITH valued AS (SELECT raw, ${values.join(",\n")} FROM ${group.relation} AS raw ${times}),
    judged AS (SELECT *, ${reasonOf(plan.content)} AS reason FROM valued)
    SELECT block_number, log_index, timestamp, tx_hash, order_hash, exchange, wallet, taker, token_id, market_id,
      outcome_index, outcome, title, side, size_micros, cash_micros, fee_micros, ${text(originOf(group))} AS origin, reason,
      CASE WHEN reason IS NOT NULL THEN left(to_json(raw)::VARCHAR, ${SAMPLE_CHARACTERS}) END AS sample,
      CASE WHEN reason IS NOT NULL THEN '${REFUSED}' ELSE ${segment} END AS segment
    FROM judged`;
}

const knownExchanges = EXCHANGES.map(({ address }) => `unhex(${text(address.slice(2))})`).join(", ");

/** Why a row cannot be placed; null when it can. */
function reasonOf(content: ArchiveContent): string {
  const always: readonly (readonly [string, string])[] = [
    ["kind IS NOT NULL AND upper(replace(kind, '_', '')) NOT IN ('TRADE', 'ORDERFILLED')", "is no trade, by its type"],
    ["timestamp IS NULL OR timestamp < '2020-01-01'::TIMESTAMPTZ", "no time"],
    ["side IS NULL", "not exactly one side is money: neither a BUY nor a SELL"],
    ["token_id IS NULL", "the token id is no decimal number"],
    ["size_micros IS NULL OR cash_micros IS NULL OR size_micros < 0 OR cash_micros < 0", "the amounts cannot be read"],
    ["size_micros = 0 OR cash_micros > size_micros", "no price between 0 and 1"],
    ["wallet IS NULL AND wallet_text IS NOT NULL", "the wallet is no address"],
  ];
  const ofFills: readonly (readonly [string, string])[] = [
    ["block_number IS NULL OR log_index IS NULL", "no place on the chain"],
    ["tx_hash IS NULL", "no transaction hash"],
    ["order_hash IS NULL", "no order hash"],
    ["wallet IS NULL OR taker IS NULL", "maker or taker is no address"],
    ["fee_micros IS NULL", "no fee"],
    [`exchange IS NOT NULL AND exchange NOT IN (${knownExchanges})`, "the contract is no exchange of the venue"],
  ];
  const reasons = content === "fill" ? [...ofFills, ...always] : always;
  return `CASE ${reasons.map(([when, reason]) => `WHEN ${when} THEN ${text(reason)}`).join("\n")} END`;
}

export function originOf({ files }: InputGroup): string {
  const [first] = files;
  if (first === undefined) return "";
  return files.length === 1
    ? basename(first.path)
    : `${basename(dirname(first.path))}/${basename(first.path)} and ${files.length - 1} more`;
}

async function reportOn(duckdb: Duckdb, group: InputGroup, plan: RowPlan, target: string): Promise<GroupReport> {
  const files = `read_parquet(${text(join(target, "*", "*.parquet"))}, hive_partitioning = true, hive_types = {'segment': 'VARCHAR'})`;
  const isEmpty = !existsSync(target);
  const counts = isEmpty
    ? []
    : await duckdb.rows(`SELECT segment, count(*) AS rows FROM ${files} GROUP BY segment ORDER BY segment`);
  const segments = counts.filter(({ segment }) => segment !== REFUSED);
  const refused = [
    ...(counts.length > segments.length
      ? await refusedOf(duckdb, `SELECT reason, 1 AS rows, sample FROM ${files} WHERE segment = '${REFUSED}'`)
      : []),
    ...(await brokenLines(duckdb, group)),
  ];
  const accepted = segments.reduce((sum, { rows }) => sum + Number(rows), 0);
  return {
    inputs: group.files.map(({ path }) => path),
    ...{
      content: plan.content,
      missingForFills: plan.missingForFills,
      columns: plan.used,
      unrecognised: plan.unrecognised,
    },
    read: accepted + refused.reduce((sum, { rows }) => sum + rows, 0),
    ...{ accepted, refused, remarks: plan.remarks },
    segments: segments.map(({ segment }) => segment as string),
  };
}

/** Lines that are no CSV never become rows; DuckDB notes each with its text. */
async function brokenLines(duckdb: Duckdb, { rejects }: InputGroup): Promise<readonly RefusedRows[]> {
  if (rejects === null) return [];
  const broken = await refusedOf(
    duckdb,
    `SELECT 'is no line of this CSV: ' || lower(any_value(error_type)::VARCHAR) AS reason, 1 AS rows,
      left(any_value(csv_line), ${SAMPLE_CHARACTERS}) AS sample FROM ${name(rejects)} GROUP BY scan_id, file_id, line`,
  );
  await duckdb.run(`DROP TABLE IF EXISTS ${name(rejects)}; DROP TABLE IF EXISTS ${name(`${rejects}_scan`)}`);
  return broken;
}

export async function refusedOf(duckdb: Duckdb, rows: string): Promise<readonly RefusedRows[]> {
  const found = await duckdb.rows(
    `SELECT reason, sum(rows)::BIGINT AS rows, any_value(sample) AS sample FROM (${rows}) GROUP BY reason ORDER BY rows DESC, reason`,
  );
  return found.map((row) => ({ reason: row.reason as string, rows: Number(row.rows), sample: row.sample as string }));
}
