import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parser } from "@prometheus-io/lezer-promql";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { Secret } from "../../src/adapters/config/secret.ts";
import { createPing } from "../../src/adapters/healthcheck/ping.ts";
import { startMetricsServer } from "../../src/adapters/http/metrics-server.ts";
import { gather } from "../../src/adapters/metrics/gather.ts";
import { measureChainStore, measureExecutorStore } from "../../src/adapters/metrics/measured-stores.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import { createReadSide } from "../../src/adapters/postgres/read-side/read-side.ts";
import type { Service } from "../../src/ports/service.ts";
import { createPulseService } from "../../src/services/pulse/pulse-service.ts";
import * as facts from "../support/chain-facts.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { createExecutorWorld } from "../support/executor-world.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

const folder = new URL("../../deploy/observability/", import.meta.url);
const readText = (name: string): string => readFileSync(new URL(name, folder), "utf8");

const rule = z.strictObject({
  alert: z.string().regex(/^Orderflow[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smhd]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(["warning", "critical"]) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string().optional() }),
});
const ruleFile = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })) });
const panels = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })),
});

const alertQueries = (): string[] =>
  ruleFile.parse(parse(readText("alerts.yml"))).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
const panelQueries = (): string[] =>
  panels
    .parse(JSON.parse(readText("grafana-dashboard.json")))
    .panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Names of metrics in a query; null where it is no PromQL. */
function metricsOf(query: string): readonly string[] | null {
  const names: string[] = [];
  let isWrong = false;
  parser.parse(query).iterate({
    enter(node) {
      isWrong ||= node.type.isError;
      if (node.name === "Identifier" && node.node.parent?.name === "VectorSelector")
        names.push(query.slice(node.from, node.to));
    },
  });
  return isWrong ? null : names;
}

const service = (name: string, ready: boolean): Service => ({
  ...{ name, run: () => Promise.resolve() },
  health: () => ({ ready, detail: "as the test says" }),
});

describe("alert rules and panels", () => {
  test("a broken query is seen as broken", () => {
    expect(metricsOf("sum by (le) (rate(x[5m])")).toBeNull();
    expect(metricsOf("rate(a_total[5m]) > b")).toEqual(["a_total", "b"]);
  });

  test("parse, and ask only for metrics that exist", async () => {
    const exposed = new Set<string>();
    for (const { name, type } of await createMetrics().registry.getMetricsAsJSON()) {
      const suffixes = String(type) === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      for (const suffix of suffixes) exposed.add(`${name}${suffix}`);
    }
    const queries = [...alertQueries(), ...panelQueries()];
    expect(queries.length).toBeGreaterThan(30);
    for (const query of queries) {
      const names = metricsOf(query);
      expect([query, names]).toEqual([query, expect.any(Array)]);
      expect(names?.length).toBeGreaterThan(0);
      for (const name of names ?? []) expect([name, exposed.has(name)]).toEqual([name, true]);
    }
  });
});

describeOnOneEngine("metrics", (getDb) => {
  test("count what the listener and the executor did, and answer on their own port", async () => {
    const world = await createExecutorWorld(getDb());
    const metrics = createMetrics();
    world.offer(0, "0.5", "0.51");
    const deps = world.depsOf();
    const executor = world.start({ ...deps, store: measureExecutorStore(deps.store, metrics, world.clock) });
    await world.until(() => executor.service.health().ready);
    await world.whaleBuys();
    await world.whaleBuys({ tokenId: facts.tokenNo(2), logIndex: 3 });
    await world.until(
      async () => (await world.query(sql`SELECT 1 FROM flow.signal WHERE status <> 'PENDING'`)).length === 2,
    );
    await executor.stop();
    const chain = measureChainStore(world.chain, metrics);
    await chain.extend(facts.aRecord(90, 91, { fills: [facts.aFill({ blockNumber: 91 })] }), {
      finalizedBlock: 12,
      headBlock: 95,
    });

    const reads = createReadSide(getDb());
    const services = [service("listener", true), service("executor", false)];
    const server = await startMetricsServer({
      ...{ host: "127.0.0.1", port: 0, services },
      metrics: () => gather(metrics, { services, queues: () => reads.queues() }),
    });
    const ask = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    const text = await (await ask("/metrics")).text();
    for (const line of [
      "orderflow_fills_total 1",
      "orderflow_lag_blocks 4",
      'orderflow_signals_total{type="FOLLOW_WHALE",status="EXECUTED"} 1',
      'orderflow_orders_total{status="FILLED"} 1',
      `orderflow_read_entry ${(await deps.store.load()).cursor}`,
      "orderflow_row_to_decision_seconds_count 2",
      "orderflow_decision_to_order_seconds_count 1",
      "orderflow_order_to_answer_seconds_count 1",
      "orderflow_open_positions 1",
      'orderflow_trading_state{state="ACTIVE"} 1',
      'orderflow_queue_depth{queue="commands"} 0',
      'orderflow_service_ready{service="executor"} 0',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).toMatch(/orderflow_refusals_total\{code="\w+"\} 1/);
    expect((await ask("/healthz")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(503);
    await server.close();
    await world.close();
  });
});

test("pings once a minute while all is well, and not while a service waits; the address stays secret", async () => {
  const pings: string[] = [];
  let status = 200;
  const outside = createServer((request, response) => {
    pings.push(String(request.url));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
  const { port } = outside.address() as AddressInfo;
  const wall = createManualClock();
  const logger = createQuietLogger();
  let isReady = true;
  const watched: Service = { ...service("listener", true), health: () => ({ ready: isReady, detail: "" }) };
  const url = new Secret(`http://127.0.0.1:${port}/ping/s3cret-token`);
  const pulse = createPulseService({ ping: createPing(url), services: [watched], wall, logger });
  const stopping = new AbortController();
  const running = pulse.run(stopping.signal);
  const minute = async (): Promise<void> => {
    await wall.untilSleeping();
    await wall.advance(60_000);
    await wall.untilSleeping();
  };
  await minute();
  expect(pings).toEqual(["/ping/s3cret-token", "/ping/s3cret-token"]);
  isReady = false;
  await minute();
  expect(pings).toHaveLength(2);
  expect(pulse.health().detail).toContain("listener");
  isReady = true;
  status = 500;
  await minute();
  expect(pings).toHaveLength(3);
  outside.closeAllConnections();
  await new Promise((resolve) => outside.close(resolve));
  await minute();
  expect(logger.lines.map(({ message }) => message)).toEqual(["ping did not arrive", "ping did not arrive"]);
  expect(JSON.stringify(logger.lines.map(({ fields }) => String(fields.error)))).not.toContain("s3cret");
  stopping.abort();
  await running;
});
