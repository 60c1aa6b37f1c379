import { describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { TransientError } from "../../core/errors.ts";
import { epochMs } from "../../core/time/time.ts";
import type { Logger } from "../../ports/logger.ts";
import { createLogger, type LoggerOptions } from "./logger.ts";

const clock = createManualClock(epochMs(Date.UTC(2026, 0, 2, 3, 4, 5)));

function linesOf(options: Partial<LoggerOptions>, log: (logger: Logger) => void): string[] {
  const lines: string[] = [];
  const writeLine = (line: string): void => {
    lines.push(line);
  };
  log(createLogger({ level: "info", format: "json", colours: false, simulated: false, clock, ...options, writeLine }));
  return lines;
}

describe("JSON", () => {
  test("has the message under msg, the clock's time, the fields, amounts in units and other bigints as text", () => {
    const [line = ""] = linesOf({}, (logger) =>
      logger.with({ service: "executor" }).info("paper trade", { stakeUsd: 166_660_000n, price: 530_000n, seq: 7n }),
    );
    expect(JSON.parse(line)).toEqual({
      level: "info",
      at: "2026-01-02T03:04:05.000Z",
      service: "executor",
      stakeUsd: "166.66",
      price: "0.53",
      seq: "7",
      msg: "paper trade",
    });
  });

  test("keeps code, context and cause of an error", () => {
    const error = new TransientError("RPC_FAILED", "no answer", { attempt: 3 }, { cause: new Error("reset") });
    const [line = ""] = linesOf({}, (logger) => logger.warn("retrying", { error }));
    expect(JSON.parse(line).error).toMatchObject({
      name: "TransientError",
      code: "RPC_FAILED",
      message: "no answer",
      context: { attempt: 3 },
      cause: { name: "Error", message: "reset" },
    });
  });

  test("lines below the level are not written", () => {
    expect(linesOf({ level: "warn" }, (logger) => logger.info("hidden"))).toEqual([]);
  });
});

describe("redaction", () => {
  test.each(["json", "pretty"] as const)("no credential leaves in %s, wherever it stands", (format) => {
    const key = "hunter2hunter2";
    const text = linesOf({ format }, (logger) => {
      const url = `https://me:${key}@rpc.example.org/v2/${key}?k=${key}`;
      logger.with({ endpoint: url }).error(`cannot reach ${url}`, {
        apiKey: key,
        nested: { password: key, list: [`wss://rpc.example.org/${key}`] },
        error: new Error(`fetch failed: postgresql://flow:${key}@db.example.org:5432/flow`),
      });
    }).join();
    expect(text).not.toContain(key);
    expect(text).toContain("https://rpc.example.org/…");
    expect(text).toContain("postgresql://db.example.org:5432/…");
  });

  test("a loopback address without credentials stays whole: a person wants to open it", () => {
    const [line = ""] = linesOf({}, (logger) => logger.info("dashboard", { url: "http://127.0.0.1:4600/healthz" }));
    expect(JSON.parse(line).url).toBe("http://127.0.0.1:4600/healthz");
  });
});

describe("pretty", () => {
  test("reads as a sentence: time, service, message, short fields", () => {
    const [line] = linesOf({ format: "pretty" }, (logger) =>
      logger.with({ service: "listener" }).info("trade", {
        side: "BUY",
        size: 1_234_500_000n,
        price: 530_000n,
        cashUsd: 654_285_000n,
        wallet: "0x1111111111111111111111111111111111112222",
        market: "Will it rain?",
        headBlock: 81_234_567,
        signalId: "FW-7a100001ec53-0-a5f6426c3c592c3d",
        until: 1_795_321_175_966,
        waitMs: 1_500,
      }),
    );
    expect(line).toBe(
      "03:04:05 listener   trade              side=BUY size=1,234.5 price=0.53 cash=$654.29 " +
        "wallet=0x1111…2222 market=“Will it rain?” headBlock=81234567 until=2026-11-22T04:19:35Z wait=1.5 s",
    );
  });

  test("a long value is cut, but not the reason, which says what to do at its end", () => {
    const long = `${"a word ".repeat(20)}set IT`;
    const [line = ""] = linesOf({ format: "pretty" }, (logger) => logger.warn("no", { reason: long, title: long }));
    expect(line).toContain(`reason=“${long}”`);
    expect(line.split("title=")[1]).toMatch(/^.{60,80}…”/);
  });

  test("every simulated line carries the mark, also those of child loggers", () => {
    const lines = linesOf({ format: "pretty", simulated: true }, (logger) => {
      logger.info("connected");
      logger.with({ service: "executor" }).warn("risk limit reached", { code: "POSITIONS_AT_MAX" });
    });
    expect(lines).toEqual([
      "03:04:05 SIMULATED connected",
      "03:04:05 SIMULATED WARN executor   risk limit reached code=POSITIONS_AT_MAX",
    ]);
  });

  test("colours are used only when asked for", () => {
    const log = (logger: Logger): void => logger.error("stopped");
    expect(linesOf({ format: "pretty" }, log).join()).not.toContain("\u001b[");
    expect(linesOf({ format: "pretty", colours: true }, log).join()).toContain("\u001b[");
  });
});
