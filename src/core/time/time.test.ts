import { describe, expect, test } from "vitest";
import { epochMs, isoDate, isoSecond, startOfDay } from "./time.ts";

describe("time", () => {
  test("days begin at midnight UTC", () => {
    const at = epochMs(Date.UTC(2026, 10, 21, 23, 59, 59, 999));
    expect(isoDate(at)).toBe("2026-11-21");
    expect(isoSecond(at)).toBe("2026-11-21 23:59:59 UTC");
    expect(startOfDay(at)).toBe(Date.UTC(2026, 10, 21));
    expect(isoDate(epochMs(at + 1))).toBe("2026-11-22");
  });
});
