// Goal: whoever stops while the past is taken over does not wait for the rest of it, and gigabytes of it do not stay behind.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AbortedError } from "../../../core/errors.ts";
import type { HistoryMoment } from "../../../ports/backtest.ts";
import { createHistoryEngine } from "./engine.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-stage-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function stageUntil(isLast: (stage: string) => boolean, lines: (stop: () => void) => Iterable<string>) {
  const stop = new AbortController();
  const stages: string[] = [];
  const moment: HistoryMoment = {
    ...{ files: [], missing: [], finalizedBlock: 1, facts: {} as HistoryMoment["facts"] },
    async *read(relation) {
      if (relation === "wallet") for (const line of lines(() => stop.abort())) yield Buffer.from(line);
    },
  };
  const onStage = (stage: string): void => {
    stages.push(stage);
    if (isLast(stage)) stop.abort();
  };
  const staged = createHistoryEngine({ folder, memoryMb: 64 }).stage(moment, onStage, stop.signal);
  await expect(staged).rejects.toThrow(AbortedError);
  expect(readdirSync(join(folder, ".backtest"))).toEqual([]);
  return stages;
}

test("stopped while wallets come that never end", async () => {
  const endless = function* (stop: () => void) {
    for (let key = 1; ; key += 1) {
      if (key === 3) stop();
      yield `${key},${"ab".repeat(20)}\n`;
    }
  };
  expect(await stageUntil(() => false, endless)).toEqual(["reading wallets"]);
});

test("stopped before it sorts", async () => {
  const stages = await stageUntil(
    (stage) => stage.startsWith("sorting"),
    () => [`1,${"ab".repeat(20)}\n`],
  );
  expect(stages.at(-1)).toBe("sorting the archive");
});
