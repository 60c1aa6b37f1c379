import { sql } from "kysely";
import type { Database } from "../../../src/adapters/postgres/connect.ts";
import { type StoredRow, toSteps } from "../../../src/adapters/postgres/journal-rows.ts";
import { fromJson, type Json, toJson } from "../../../src/core/engine/encode.ts";
import type { EngineState } from "../../../src/core/engine/state.ts";
import { step } from "../../../src/core/engine/step.ts";
import type { Outside } from "./outside.ts";

/** What must hold when everything has been answered, whatever happened on the way; each broken rule in words. */
export async function findExecutorProblems(database: Database, outside: Outside): Promise<readonly string[]> {
  const query = async <Row>(statement: ReturnType<typeof sql>): Promise<readonly Row[]> =>
    (await statement.execute(database.kysely)).rows as Row[];
  return [
    ...outside.problems,
    ...(await compareOrders(query, outside)),
    ...(await comparePositions(query, outside)),
    ...(await checkMoney(query, outside)),
    ...(await replayJournal(query)),
    ...(await compareLeaders(query)),
  ];
}

type Query = <Row>(statement: ReturnType<typeof sql>) => Promise<readonly Row[]>;

/** Every order that the venue knows is ours, filled as it says; one entry a signal; none is left without an answer. */
async function compareOrders(query: Query, outside: Outside): Promise<readonly string[]> {
  const orders = await query<{
    id: string;
    side: string;
    status: string;
    signal_id: string | null;
    size: string;
    cash: string;
  }>(sql`
    SELECT o.client_order_id AS id, side, status, signal_id,
      coalesce(sum(f.size_micros), 0)::text AS size, coalesce(sum(f.cash_micros), 0)::text AS cash
    FROM flow.trade_order o LEFT JOIN flow.own_fill f USING (client_order_id) GROUP BY 1, 2, 3, 4`);
  const known = new Map(orders.map((order) => [order.id, order]));
  const problems = orders.filter(({ status }) => status === "SUBMITTED").map(({ id }) => `${id} was never answered`);
  for (const [id, { result }] of outside.answers) {
    const mine = known.get(id);
    const executions = result.status === "filled" ? result.executions : [];
    const size = executions.reduce((sum, each) => sum + each.size, 0n);
    const cash = executions.reduce((sum, each) => sum + each.cash, 0n);
    if (mine === undefined) problems.push(`the venue has order ${id}, the database does not`);
    else if (mine.size !== String(size) || mine.cash !== String(cash)) {
      problems.push(`${id}: the venue filled ${size} for ${cash}, the database has ${mine.size} for ${mine.cash}`);
    }
  }
  const entries = orders.filter(({ side }) => side === "BUY").map(({ signal_id }) => signal_id);
  if (new Set(entries).size < entries.length) problems.push("a signal has two entry orders");
  return problems;
}

/** Every holding at the venue is an open position of the same size, and the other way round. */
async function comparePositions(query: Query, outside: Outside): Promise<readonly string[]> {
  const open = await query<{ token: string; shares: string }>(sql`
    SELECT t.token_id::text AS token, sum(open_shares_micros)::text AS shares
    FROM flow.position JOIN flow.token t USING (token_key) WHERE status = 'OPEN' GROUP BY 1 ORDER BY 1`);
  const mine = open.map(({ token, shares }) => `${token} ${shares}`);
  const theirs = [...outside.holdings].map(([token, { shares }]) => `${token} ${shares}`).sort();
  return mine.join() === theirs.join() ? [] : [`held at the venue: ${theirs.join()}; open here: ${mine.join()}`];
}

/** What the engine counts of a leader's sales is what he has sold on the chain as it stands, since the trigger's place. */
async function compareLeaders(query: Query): Promise<readonly string[]> {
  const [stored] = await query<{ snapshot: Json }>(sql`SELECT snapshot FROM flow.executor_state`);
  const sold = await query<{ id: string; size: string }>(sql`
    SELECT p.id, coalesce(sum(f.size_micros), 0)::text AS size
    FROM flow.position p JOIN flow.signal g ON g.id = p.signal_id
    LEFT JOIN flow.fill f ON f.wallet_key = p.leader_key AND f.token_key = p.token_key AND f.is_sell
      AND (f.block_number, f.log_index) > (g.trigger_block, g.trigger_log_index)
    WHERE p.status = 'OPEN' GROUP BY 1`);
  if (stored === undefined) return ["the executor has no state"];
  const { positions } = fromJson(stored.snapshot) as EngineState;
  return sold.flatMap(({ id, size }) => {
    const counted = positions[id]?.leaderExit?.size ?? 0n;
    return String(counted) === size ? [] : [`${id}: its leader has sold ${size}, and ${counted} is counted`];
  });
}

async function checkMoney(query: Query, outside: Outside): Promise<readonly string[]> {
  const [state] = await query<{ capital: bigint; cash: bigint; realized: bigint }>(sql`
    SELECT capital_micros AS capital, cash_micros AS cash, realized_micros AS realized FROM flow.executor_state`);
  const [open] = await query<{ cost: string; realized: string }>(sql`
    SELECT coalesce(sum(open_cost_micros) FILTER (WHERE status = 'OPEN'), 0)::text AS cost,
      coalesce(sum(realized_micros), 0)::text AS realized FROM flow.position`);
  if (state === undefined || open === undefined) return ["the executor has no state"];
  const problems: string[] = [];
  if (state.cash - state.capital !== outside.cash()) {
    problems.push(`cash moved by ${state.cash - state.capital}, at the venue by ${outside.cash()}`);
  }
  if (state.cash + BigInt(open.cost) - state.realized !== state.capital)
    problems.push("cash + cost − realised is not the capital");
  if (BigInt(open.realized) !== state.realized)
    problems.push(`positions realised ${open.realized}, the account ${state.realized}`);
  return problems;
}

/** From its first event the journal gives every command and the state again, to the byte, and passes no limit. */
export async function replayJournal(query: Query): Promise<readonly string[]> {
  const journal = toSteps(await query<StoredRow>(sql`SELECT * FROM flow.journal ORDER BY seq`));
  const [stored] = await query<{ snapshot: Json; snapshot_seq: bigint; seq: bigint; cash_micros: bigint }>(
    sql`SELECT snapshot, snapshot_seq, seq, cash_micros FROM flow.executor_state`,
  );
  const problems: string[] = [];
  let state: EngineState | null = null;
  for (const [index, entry] of journal.entries()) {
    if (entry.seq !== index + 1) return [`journal: step ${index + 1} is ${entry.seq}`];
    const { state: next, commands } = step(state, entry.event);
    if (bytesOf(toJson(commands)) !== bytesOf(toJson(entry.commands)))
      problems.push(`journal: step ${entry.seq} gives other commands`);
    for (const command of commands) {
      if (command.kind === "placeOrder" && command.order.side === "BUY" && state?.tradingState !== "ACTIVE") {
        problems.push(`step ${entry.seq} buys while trading is ${state?.tradingState}`);
      }
    }
    state = next;
    if (BigInt(entry.seq) === stored?.snapshot_seq && bytesOf(toJson(state)) !== bytesOf(stored.snapshot)) {
      problems.push(`journal: replayed to step ${entry.seq}, it gives another state`);
    }
  }
  if (stored?.seq !== BigInt(journal.length) || stored.cash_micros !== state?.cashUsd) {
    problems.push(
      `journal: ${journal.length} steps lead to ${state?.cashUsd}, stored is ${stored?.cash_micros} at ${stored?.seq}`,
    );
  }
  return problems;
}

/** The database keeps no order of keys. */
function bytesOf(json: Json): string {
  return JSON.stringify(json, (_, item: Json) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
