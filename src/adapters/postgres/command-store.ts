import { sql, type Transaction } from "kysely";
import type { ControlCommand } from "../../core/engine/event.ts";
import type { PositionId } from "../../core/ids/ids.ts";
import type { TradingState } from "../../core/risk/limits.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { CommandReceipt, CommandStore, ExecutorSight } from "../../ports/command-store.ts";
import { ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { LOCKS } from "./locks.ts";
import type { Schema } from "./schema.ts";

const STATE_AFTER: Readonly<Partial<Record<ControlCommand["kind"], TradingState>>> = {
  pause: "REDUCING",
  halt: "HALTED",
  resume: "ACTIVE",
};
/** Of those the newest counts, so that pause, resume, pause is three commands and not two. */
const STATE_KINDS = Object.keys(STATE_AFTER);
const IDS_SHOWN = 5;

export function createCommandStore(db: Database): CommandStore {
  return {
    sight: async () => ({ ...(await readSight(db)), isRunning: await db.isLocked(LOCKS.executor) }),
    async submit(command, by, at) {
      const receipt = await db.transaction((trx) => submit(trx, command, by, at));
      if (receipt.kind === "waiting") await db.wake.notify("orderflow_commands");
      return receipt;
    },
    async handledAt(commandId) {
      const { rows } = await sql<{ handled_at: EpochMs | null }>`
        SELECT handled_at FROM flow.command WHERE id = ${BigInt(commandId)}`.execute(db.kysely);
      return rows[0]?.handled_at ?? null;
    },
  };
}

async function readSight({ kysely }: Pick<Database, "kysely">): Promise<Omit<ExecutorSight, "isRunning">> {
  const { rows } = await sql<{ last_seen_at: EpochMs | null; trading_state: TradingState | null }>`
    SELECT greatest(
        (SELECT max(updated_at) FROM flow.executor_state),
        (SELECT max(updated_at) FROM flow.reader_cursor WHERE reader LIKE 'executor:%')) AS last_seen_at,
      (SELECT trading_state FROM flow.executor_state ORDER BY updated_at DESC LIMIT 1) AS trading_state`.execute(
    kysely,
  );
  return { lastSeenAt: rows[0]?.last_seen_at ?? null, tradingState: rows[0]?.trading_state ?? null };
}

async function submit(
  trx: Transaction<Schema>,
  command: ControlCommand,
  by: string,
  at: EpochMs,
): Promise<CommandReceipt> {
  const positionId = command.kind === "close" ? command.positionId : null;
  const settled = positionId === null ? null : await lookAtPosition(trx, positionId);
  if (settled !== null) return settled;
  const [newest] = await waitingLike(trx, command.kind, positionId);
  if (newest?.kind === command.kind) return { kind: "waiting", commandId: newest.id.toString() };
  if (newest === undefined) {
    const already = await alreadySo(trx, command.kind);
    if (already !== null) return { kind: "done", detail: already };
  }
  const { rows } = await sql<{ id: bigint }>`
    INSERT INTO flow.command (kind, position_id, created_by, created_at)
    VALUES (${command.kind}, ${positionId}, ${by}, ${ts(at)}) RETURNING id`.execute(trx);
  return { kind: "waiting", commandId: String(rows[0]?.id) };
}

/** The newest command waiting that this one repeats or overrules. */
async function waitingLike(trx: Transaction<Schema>, kind: ControlCommand["kind"], positionId: string | null) {
  const kinds = kind in STATE_AFTER ? STATE_KINDS : [kind];
  const { rows } = await sql<{ id: bigint; kind: string }>`
    SELECT id, kind FROM flow.command
    WHERE handled_at IS NULL AND kind IN (${sql.join(kinds)}) AND position_id IS NOT DISTINCT FROM ${positionId}
    ORDER BY id DESC LIMIT 1`.execute(trx);
  return rows;
}

async function alreadySo(trx: Transaction<Schema>, kind: ControlCommand["kind"]): Promise<string | null> {
  if (kind === "close-all") {
    const open = await openPositions(trx);
    return open.length === 0 ? "no position is open" : null;
  }
  const wanted = STATE_AFTER[kind];
  if (wanted === undefined) return null;
  const { tradingState } = await readSight({ kysely: trx });
  return tradingState === wanted ? `trading is ${wanted} already` : null;
}

async function lookAtPosition(trx: Transaction<Schema>, id: PositionId): Promise<CommandReceipt | null> {
  const { rows } = await sql<{ status: string; closed_at: EpochMs | null; close_reason: string | null }>`
    SELECT status, closed_at, close_reason FROM flow.position WHERE id = ${id}`.execute(trx);
  const [position] = rows;
  if (position?.status === "OPEN") return null;
  if (position !== undefined) {
    const when = position.closed_at === null ? "" : ` at ${new Date(position.closed_at).toISOString()}`;
    return { kind: "done", detail: `position ${id} was closed${when} (${position.close_reason ?? "no reason kept"})` };
  }
  const open = await openPositions(trx);
  const shown = open.slice(0, IDS_SHOWN).join(", ");
  const more = open.length > IDS_SHOWN ? ` and ${open.length - IDS_SHOWN} more` : "";
  const known = open.length === 0 ? "no position is open" : `open are ${shown}${more}`;
  return { kind: "refused", detail: `there is no position ${id}; ${known}` };
}

async function openPositions(trx: Transaction<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM flow.position WHERE status = 'OPEN' ORDER BY opened_at, id`.execute(trx);
  return rows.map(({ id }) => id);
}
