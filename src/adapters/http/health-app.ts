import type { Hono } from "hono";
import type { Service } from "../../ports/service.ts";

/**
 * `/healthz`: 200 as long as the process runs, with what each service says. `/readyz`: 503 while one of them still
 * waits for something.
 */
export function addHealth(app: Pick<Hono, "get">, services: readonly Service[]): void {
  const report = () => ({ services: services.map((service) => ({ name: service.name, ...service.health() })) });
  app.get("/healthz", (context) => context.json(report()));
  app.get("/readyz", (context) => {
    const { services: all } = report();
    return context.json({ services: all }, all.every(({ ready }) => ready) ? 200 : 503);
  });
}
