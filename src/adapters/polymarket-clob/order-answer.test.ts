import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { OrderAnswer } from "../../core/execution/venue-answer.ts";
import { readOrderAnswer } from "./order-answer.ts";

const SAMPLES = "../shared/samples/order_responses.json";
const samples = existsSync(SAMPLES)
  ? z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(SAMPLES, "utf8")))
  : null;

const answer = (status: number, body: unknown, retryAfterMs: number | null = null): OrderAnswer =>
  readOrderAnswer({ status, retryAfterMs, body: typeof body === "string" ? body : JSON.stringify(body) });
const inWords = (read: OrderAnswer): string => {
  if (read.kind === "refused") return `refused: ${read.class}`;
  if (read.kind === "unavailable") return `unavailable: ${read.sign.kind}`;
  return read.kind === "accepted" ? `accepted: ${read.status}` : read.kind;
};

const one = z.object({ http: z.number(), body: z.unknown(), headers: z.record(z.string(), z.string()).optional() });

describe.skipIf(samples === null)(`recorded answers (${SAMPLES})`, () => {
  test.each(["live", "matched_async_hashes", "matched_with_hashes", "delayed", "unmatched"])(
    "%s is accepted",
    (name) => {
      const { http, body } = one.parse(samples?.[name]);
      expect(inWords(answer(http, body))).toBe(`accepted: ${name.split("_")[0]}`);
    },
  );

  test("amounts are exact, and empty ones are left out", () => {
    const matched = answer(200, one.parse(samples?.matched_async_hashes).body);
    expect(matched).toMatchObject({ makingAmount: 9_980_000n, takingAmount: 10_150_000n });
    expect(matched).toMatchObject({ tradeIds: ["28c4d2eb-bbea-40e7-a9f0-b2fdb56b2c2e"] });
    expect(answer(200, one.parse(samples?.live).body)).toMatchObject({ makingAmount: null, takingAmount: null });
  });

  test("`success: true` with an error is no success", () => {
    const [placed, refused] = z.array(z.unknown()).parse(one.parse(samples?.success_true_but_rejected_in_batch).body);
    expect(inWords(answer(200, placed))).toBe("accepted: live");
    expect(inWords(answer(200, refused))).toBe("unavailable: post-only");
    const [amounts] = z.array(z.unknown()).parse(one.parse(samples?.batch_amount_error).body);
    expect(inWords(answer(200, amounts))).toBe("refused: amounts");
  });

  test("each recorded error is of its class", () => {
    const errors = z.array(one).parse(samples?.http_errors);
    const read = errors.map(({ http, body, headers }) =>
      inWords(
        answer(http, body, headers?.["Retry-After"] === undefined ? null : Number(headers["Retry-After"]) * 1_000),
      ),
    );
    expect(read).toEqual([
      ...["refused: funds", "refused: config", "refused: config", "refused: config", "duplicate", "refused: tick"],
      ...["refused: size", "refused: amounts", "refused: amounts", "no-fill", "no-fill", "refused: market"],
      ...["refused: market", "refused: market", "refused: closed-only", "refused: auth", "unavailable: blocked"],
      ...["unavailable: restarting", "rate-limited", "unknown", "unavailable: post-only", "unavailable: cancel-only"],
      "unavailable: disabled",
    ]);
  });
});

describe("what nobody has seen before is never a yes", () => {
  const placed = { success: true, errorMsg: "", orderID: `0x${"ab".repeat(32)}`, status: "live" };
  test.each<[string, number, unknown, string]>([
    ["an unknown status", 200, { ...placed, status: "parked" }, "unknown"],
    ["no success and no reason", 200, { ...placed, success: false }, "unknown"],
    ["no order id", 200, { ...placed, orderID: "" }, "unknown"],
    ["an unknown error text", 200, { ...placed, errorMsg: "the moon is full" }, "refused: other"],
    ["a body that is no JSON", 200, "OK", "unknown"],
    ["a gateway's error page", 502, "<html>", "unknown"],
    ["a 503 without a known mode", 503, { error: "try later" }, "unknown"],
    ["an unknown refusal", 400, { error: "no" }, "refused: other"],
    ["an unknown status code", 418, {}, "refused: other"],
  ])("%s", (_what, status, body, expected) => {
    expect(inWords(answer(status, body))).toBe(expected);
  });

  test.each(["invalid order version, please use the latest clob-client", "order_version_mismatch"])("%s", (error) => {
    expect(inWords(answer(400, { error }))).toBe("refused: version");
  });

  test("waits as long as the body or the header says", () => {
    const body = { error: "post-only mode", retry_after_seconds: 79 };
    expect(answer(503, body, 5_000)).toMatchObject({ sign: { retryAfterMs: 79_000 } });
    expect(answer(429, "", 2_000)).toEqual({ kind: "rate-limited", retryAfterMs: 2_000 });
    expect(answer(429, "", null)).toEqual({ kind: "rate-limited", retryAfterMs: null });
  });

  test("a long text is cut before it reaches a log", () => {
    const refused = answer(400, { error: "x".repeat(10_000) });
    expect(refused.kind === "refused" && refused.text.length).toBe(300);
  });
});
