import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import { createStrategyFile, findStrategyFile } from "./strategy-file.ts";
import { STRATEGY_NAMES } from "./strategy-schema.ts";

const A = `0x${"a1".repeat(20)}`;
const docs = readFileSync(new URL("../../../docs/strategy-file.md", import.meta.url), "utf8");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-strategy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const read = (name: string, text: string) => createStrategyFile(write(name, text)).poll();

/** Without the path before each. */
async function problemsOf(name: string, text: string): Promise<readonly string[]> {
  const error = await read(name, text).catch((caught: unknown) => caught);
  if (!(error instanceof ConfigError)) throw new Error(`accepted: ${text}`);
  return error.problems.map((problem) => problem.replace(`${name}: `, ""));
}

describe("a strategy file", () => {
  it.each([
    ["waits for ever", "setInterval(() => {}, 1_000); await new Promise(() => {}); export default {};", 50],
    ["never ends a loop", "while (true) {} export default {};", 50],
  ])("that %s is refused, and the process goes on", async (_, text, limitMs) => {
    const waiting = createStrategyFile(write("orderflow.config.ts", text), limitMs).poll();
    await expect(waiting).rejects.toThrow(
      "orderflow.config.ts: exported nothing within 0.05 s: remove what it waits for",
    );
  });

  it("that waits for what nobody does, ends the process or exports no data is refused", async () => {
    expect(await problemsOf("a.ts", "await new Promise(() => {}); export default {};")).toEqual([
      "ended before it had exported anything",
    ]);
    expect(await problemsOf("b.ts", "process.exit(0); export default {};")).toEqual([
      "ended before it had exported anything",
    ]);
    const [problem] = await problemsOf("c.ts", "export default { base: () => ({}) };");
    expect(problem).toContain("could not be cloned");
  });

  it("is the documented example, in every value", async () => {
    const example = /```ts\n(.*?)```/s.exec(docs)?.[1] ?? "";
    const strategy = await read("orderflow.config.ts", example);
    expect(strategy).toMatchObject({
      copy: {
        allow: [],
        block: [`0x${"de".repeat(20)}`],
        dayUsd: 1_000_000_000n,
        base: {
          ...{ stake: { kind: "kelly", fraction: 0.25 }, minTradeUsd: 250_000_000n, walletDayUsd: 400_000_000n },
          ...{ walletOpenUsd: 600_000_000n, minPrice: 100_000n, maxPrice: 850_000n, minLiquidityUsd: 500_000_000n },
          ...{ minTimeLeftMs: 1_800_000, onlyCategories: null, notCategories: ["crypto"] },
          ...{ marketMaxUsd: 200_000_000n, mirrorExits: true, takeProfitBps: 6_000n, stopLossBps: 1_500n },
        },
        tiers: { SMART: { stake: { kind: "fixed", usd: 25_500_000n } } },
        wallets: { [A]: { mirrorExits: false, takeProfitBps: null, stopLossBps: null } },
      },
      protections: {
        ...{ stopCooldownMs: 7_200_000, lossStreakMax: 4, lossStreakPauseMs: 21_600_000 },
        ...{ maxDrawdownBps: 1_250n, drawdownPauseMs: 86_400_000 },
      },
    });
    for (const name of STRATEGY_NAMES) expect(docs, `${name} is not explained`).toContain(`\`${name}\``);
  });

  it("may be JSON, and may say nothing", async () => {
    const strategy = await read("orderflow.config.json", "{}");
    expect(strategy).toMatchObject({ copy: { allow: [], dayUsd: null, base: {} }, protections: {} });
    expect(strategy?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is told of with all its problems, each with the name and the fix", async () => {
    const bad = {
      ...{ alow: [], block: ["0x12"], dayUsd: 0 },
      base: { minPrice: 1.5, exit: "sell", takeProfitPercent: "10", onlyCategories: [], minTimeLeftMinutes: -1 },
      ...{
        tiers: { WALE: {}, DEGEN: { stopLossPercent: 0.15, stake: { kelly: 25 } } },
        wallets: { nobody: {} },
        protections: { lossStreak: 0 },
      },
    };
    expect(await problemsOf("orderflow.config.json", JSON.stringify(bad))).toEqual(
      expect.arrayContaining([
        "alow is not a known name; did you mean allow?",
        "block.0 must be a wallet address (0x and 40 hex digits)",
        "dayUsd must be an amount in dollars above 0 with at most 6 decimals, e.g. 250",
        "base.minPrice must be a price from 0 to 1 with at most 6 decimals, e.g. 0.15",
        'base.exit must be "mirror" or "hold"',
        "base.takeProfitPercent must be a percentage, 15 for 15 %, from 1 to 100000",
        "base.onlyCategories must name a category at least; leave it out to set no limit",
        "base.minTimeLeftMinutes must be a number of minutes from 0 to 525600",
        "tiers.DEGEN.stopLossPercent must be a percentage, 15 for 15 %, from 1 to 100",
        "tiers.DEGEN.stake must be { kelly: a fraction from 0 to 1 } or { fixedUsd: an amount in dollars }",
        "tiers.WALE is not a known name; did you mean WHALE?",
        "wallets.nobody must be a wallet address (0x and 40 hex digits)",
        "protections.lossStreak must be at least 1",
      ]),
    );
  });

  it.each([
    ["both lists", { allow: [A], block: [A] }, `${A} is on both lists: remove it from allow or from block`],
    [
      "an empty band",
      { base: { minPrice: 0.6 }, wallets: { [A]: { maxPrice: 0.5 } } },
      `wallets.${A}: minPrice 0.6 is above maxPrice 0.5; lower it`,
    ],
    [
      "a band above all entries",
      { base: { minPrice: 0.995 } },
      "base: minPrice 0.995: nothing is bought above 0.99; lower it",
    ],
    ["a band below all prices", { base: { maxPrice: 0 } }, "base: maxPrice 0: nothing costs so little; raise it"],
  ])("does not contradict itself: %s", async (_name, file, problem) => {
    expect(await problemsOf("orderflow.config.json", JSON.stringify(file))).toEqual([problem]);
  });

  it("says what keeps it from being read at all", async () => {
    expect(await problemsOf("orderflow.config.json", "{")).toEqual([expect.stringContaining("JSON")]);
    expect(await problemsOf("orderflow.config.ts", "export const a = 1;")).toEqual([
      'has no default export: write "export default { … }"',
    ]);
    expect(await problemsOf("other.config.ts", "export default { base: ")).toHaveLength(1);
  });

  it("is read again when its text has changed, and a faulty version is told of once", async () => {
    const path = write("orderflow.config.ts", "export default { dayUsd: 5 };");
    const source = createStrategyFile(path);
    expect((await source.poll())?.copy.dayUsd).toBe(5_000_000n);
    expect(await source.poll()).toBeNull();
    write("orderflow.config.ts", "export default { dayUsd: 'much' };");
    await expect(source.poll()).rejects.toThrow("dayUsd must be an amount");
    expect(await source.poll()).toBeNull();
    write("orderflow.config.ts", "export default { dayUsd: 7 as number };");
    expect((await source.poll())?.copy.dayUsd).toBe(7_000_000n);
    rmSync(path);
    await expect(source.poll()).rejects.toThrow("cannot be read");
    expect(await source.poll()).toBeNull();
  });

  it("is found by its name or by the setting", () => {
    expect(findStrategyFile(null, folder)).toBeNull();
    const json = write("orderflow.config.json", "{}");
    expect(findStrategyFile(null, folder)).toBe(json);
    expect(findStrategyFile(json, folder)).toBe(json);
    write("orderflow.config.ts", "");
    expect(() => findStrategyFile(null, folder)).toThrow("both orderflow.config.ts and orderflow.config.json exist");
    expect(() => findStrategyFile(join(folder, "gone.ts"))).toThrow("STRATEGY_FILE names");
  });
});
