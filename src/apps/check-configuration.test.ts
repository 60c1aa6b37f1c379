import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseEnvironment } from "../adapters/config/load.ts";
import { ConfigError } from "../core/errors.ts";
import { loadTradingEnvironment } from "./check-configuration.ts";

test("faults of the strategy file and of the model file are told together", async () => {
  const folder = mkdtempSync(join(tmpdir(), "orderflow-check-"));
  const STRATEGY_FILE = join(folder, "rules.json");
  writeFileSync(STRATEGY_FILE, '{ "dayUsd": -1 }');
  const faulty = { STRATEGY_FILE, ENABLE_ML: "true", MODEL_FILE: join(folder, "none.json") };
  try {
    const refused = loadTradingEnvironment(() => parseEnvironment({ process: faulty, file: null }));
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toMatchObject({
      problems: [expect.stringMatching(/^rules.json: dayUsd/), expect.stringMatching(/^none.json: cannot be read/)],
    });
    writeFileSync(STRATEGY_FILE, "{}");
    const good = parseEnvironment({ process: { STRATEGY_FILE }, file: null });
    expect(await loadTradingEnvironment(() => good)).toBe(good);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
