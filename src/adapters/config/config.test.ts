import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import { variables } from "./environment.ts";
import { renderEnvExample } from "./example.ts";
import { parseEnvironment, type Texts } from "./load.ts";

function problemsOf(process: Texts, file: Texts | null = null): readonly string[] {
  try {
    parseEnvironment({ process, file });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("defaults", () => {
  test("are those of the strategy, with money exact in micros", () => {
    const env = parseEnvironment({ process: {}, file: null });
    expect(env).toMatchObject({
      REPUTATION_LOOKBACK_DAYS: 90,
      CALCULATION_INTERVAL_SECONDS: 3600,
      SIGNAL_TTL_SECONDS: 60,
      MIN_WHALE_SCORE: 7,
      MIN_WHALE_TRADE_USD: 100_000_000n,
      MAX_FADE_SCORE: 3,
      PANIC_WINDOW_SECONDS: 300,
      ENABLE_WHALE_FOLLOWING: true,
      ENABLE_DEGEN_FADING: false,
      ENABLE_ML: false,
      KELLY_FRACTION: 0.25,
      MAX_POSITION_USD: 1_000_000_000n,
      SIZING: "classic",
      MIN_SIGNAL_CONFIDENCE: 0.7,
      MAX_OPEN_POSITIONS: 5,
      MAX_DAILY_LOSS: 500_000_000n,
      CAPITAL_USD: 10_000_000_000n,
      ENABLE_PAPER_TRADING: true,
      LIVE_TRADING_ACK: null,
      LIVE_GATE: "on",
      RETENTION_DAYS: 30,
      DATABASE_URL: null,
      POLYGON_RPC_URL: null,
      DATA_DIR: "./data",
    });
    expect(Object.isFrozen(env)).toBe(true);
  });
});

describe("sources", () => {
  test("the real environment wins over the file, and an empty text counts as not set", () => {
    const env = parseEnvironment({
      process: { MAX_OPEN_POSITIONS: "7", DATA_DIR: "" },
      file: { MAX_OPEN_POSITIONS: "3", MAX_DAILY_LOSS: "12.34", DATA_DIR: "./mine", KELLY_FRACTION: " " },
    });
    expect(env).toMatchObject({
      MAX_OPEN_POSITIONS: 7,
      MAX_DAILY_LOSS: 12_340_000n,
      DATA_DIR: "./mine",
      KELLY_FRACTION: 0.25,
    });
  });
});

describe("problems", () => {
  test("all are listed at once", () => {
    const problems = problemsOf({
      MAX_POSITION_USD: "lots",
      KELLY_FRACTION: "1.5",
      SIZING: "big",
      ENABLE_ML: "yes",
      CAPITAL_USD: "0.0000001",
      MAX_OPEN_POSITIONS: "2.5",
      GAMMA_URL: "ftp://example.org",
    });
    expect(problems.map((problem) => problem.split(" ")[0]).sort()).toEqual([
      "CAPITAL_USD",
      "ENABLE_ML",
      "GAMMA_URL",
      "KELLY_FRACTION",
      "MAX_OPEN_POSITIONS",
      "MAX_POSITION_USD",
      "SIZING",
    ]);
  });

  test("a misspelt name is found in the file and in the environment, with what was meant", () => {
    const inFile = problemsOf({}, { MAX_OPEN_POSITION: "3", COLOUR: "red" });
    expect(inFile[0]).toContain("did you mean MAX_OPEN_POSITIONS?");
    expect(inFile[1]).toContain("COLOUR in .env is not a known name");
    expect(problemsOf({ MAX_OPEN_POSITION: "3" })[0]).toContain("did you mean MAX_OPEN_POSITIONS?");
    expect(problemsOf({ POLYGON_RCP_URL: "https://example.org" })[0]).toContain("did you mean POLYGON_RPC_URL?");
    expect(problemsOf({ DATABASE_URI: "x" })[0]).toContain("did you mean DATABASE_URL?");
  });

  test("foreign names in the environment are left alone", () => {
    const foreign = ["PATH", "HOME", "BLOB_URL", "PGHOST", "PORT", "XDG_DATA_DIRS", "NODE_ENV", "npm_config_loglevel"];
    expect(problemsOf(Object.fromEntries(foreign.map((name) => [name, "x"])))).toEqual([]);
  });

  test("half of the API credentials is none", () => {
    expect(problemsOf({ CLOB_API_KEY: "k", CLOB_API_SECRET: "hunter2" })).toEqual([
      expect.stringMatching(/^(?!.*hunter2).*set all three or none/),
    ]);
  });

  test("one wallet cannot be followed and faded", () => {
    expect(problemsOf({ MAX_FADE_SCORE: "7" })).toHaveLength(1);
    expect(problemsOf({ ENABLE_ML: "true" })).toEqual([expect.stringContaining("needs MODEL_FILE")]);
    expect(problemsOf({ ENABLE_ML: "true", MODEL_FILE: "model.json" })).toEqual([]);
  });
});

describe("secrets", () => {
  test("are printed nowhere, neither as a value nor in the message that refuses them", () => {
    const env = parseEnvironment({
      process: {
        DATABASE_URL: "postgresql://me:hunter2@db.example.org/flow",
        POLYGON_RPC_URL: "https://rpc.example.org/v2/hunter2, wss://rpc.example.org/v2/hunter2",
      },
      file: null,
    });
    const printed = [
      JSON.stringify(env, (_, v) => (typeof v === "bigint" ? `${v}` : v)),
      inspect(env),
      `${env.DATABASE_URL}`,
    ];
    expect(printed.join()).not.toContain("hunter2");
    expect(env.DATABASE_URL?.reveal()).toContain("hunter2");
    expect(env.POLYGON_RPC_URL?.reveal()).toEqual([
      "https://rpc.example.org/v2/hunter2",
      "wss://rpc.example.org/v2/hunter2",
    ]);
    expect(problemsOf({ DATABASE_URL: "mysql://me:hunter2@x" }).join()).not.toContain("hunter2");
    expect(problemsOf({ DATABASE_URL: "mysql://me:hunter2@x" })).toHaveLength(1);
  });
});

describe(".env.example", () => {
  const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");

  test("is what the table renders (`npm run env:example` writes it)", () => {
    expect(example).toBe(renderEnvExample());
  });

  test("names every variable, and uncommented it is accepted", () => {
    const lines = [...example.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map((m) => [m[1] ?? "", m[2] ?? ""] as const);
    expect(lines.map(([name]) => name)).toEqual([...variables.keys()]);
    expect(problemsOf({}, Object.fromEntries(lines))).toEqual([]);
  });
});

test("the dashboard is opened to others only with a password, or when everybody may look", () => {
  expect(problemsOf({ DASHBOARD_HOST: "0.0.0.0" })).toEqual([expect.stringContaining("DASHBOARD_PASSWORD")]);
  expect(problemsOf({ DASHBOARD_HOST: "0.0.0.0", DASHBOARD_PASSWORD: "short" })).toEqual([
    "DASHBOARD_PASSWORD must be at least 12 characters",
  ]);
  expect(problemsOf({ DASHBOARD_HOST: "0.0.0.0", DASHBOARD_PASSWORD: "long enough to keep" })).toEqual([]);
  expect(problemsOf({ DASHBOARD_HOST: "::", DASHBOARD_PUBLIC: "true" })).toEqual([]);
});
