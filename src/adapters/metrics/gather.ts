import type { Service } from "../../ports/service.ts";
import type { Metrics } from "./metrics.ts";

export type Gathering = {
  readonly services: readonly Service[];
  /** What waits for somebody, by name. Asked at each scrape. */
  readonly queues: () => Promise<readonly { readonly name: string; readonly waiting: number }[]>;
};

/** The text of GET /metrics. A database that does not answer leaves its figures as they were: the rest still counts. */
export async function gather(metrics: Metrics, { services, queues }: Gathering): Promise<string> {
  for (const service of services) metrics.ready.set({ service: service.name }, service.health().ready ? 1 : 0);
  const waiting = await queues().catch(() => []);
  for (const { name, waiting: depth } of waiting) metrics.queueDepth.set({ queue: name }, depth);
  return metrics.registry.metrics();
}
