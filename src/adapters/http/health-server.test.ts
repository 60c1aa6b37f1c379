import { expect, test } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import type { Service } from "../../ports/service.ts";
import { createHealthApp, startHealthServer } from "./health-server.ts";

const service = (name: string, ready: boolean, detail: string): Service => ({
  name,
  run: () => Promise.resolve(),
  health: () => ({ ready, detail }),
});

test("GET /healthz says of each service whether it is ready and what it waits for", async () => {
  const app = createHealthApp([
    service("listener", true, "at block 7"),
    service("executor", false, "waits for scores"),
  ]);
  const response = await app.request("/healthz");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    services: [
      { name: "listener", ready: true, detail: "at block 7" },
      { name: "executor", ready: false, detail: "waits for scores" },
    ],
  });
});

test("a taken port is a configuration problem that names the variable, not a crash", async () => {
  const first = await startHealthServer({ port: 0, services: [] });
  const second = startHealthServer({ port: first.port, services: [] });
  await expect(second).rejects.toThrow(ConfigError);
  await expect(second).rejects.toThrow(/DASHBOARD_PORT/);
  await first.close();
  await (await startHealthServer({ port: first.port, services: [] })).close();
});
