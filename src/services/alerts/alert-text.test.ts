import { expect, it } from "vitest";
import { NOON } from "../../../test/support/trading.ts";
import { addMs, DAY_MS } from "../../core/time/time.ts";
import type { Alert, AlertFacts, AlertKind } from "../../ports/alert-outbox.ts";
import { alertText } from "./alert-text.ts";

const said = (kind: AlertKind, facts: AlertFacts): string =>
  alertText({ id: 1n, kind, facts, createdAt: NOON } as unknown as Alert, NOON);
const until = addMs(NOON, DAY_MS);

it.each<[AlertKind, AlertFacts, string]>([
  [
    "riskLimit",
    { code: "DAILY_LOSS_LIMIT", limitUsd: "500", lossUsd: "512.3", until },
    "⚠️ **RISK LIMIT** DAILY\\_LOSS\\_LIMIT $512.30 of $500.00 · nothing is bought until 2026-11-21 12:00 UTC, exits go on",
  ],
  [
    "riskLimit",
    { code: "LOSS_STREAK", limit: "5 losses in a row", value: "5", until },
    "⚠️ **RISK LIMIT** LOSS\\_STREAK 5 (limit 5 losses in a row) · nothing is bought until 2026-11-21 12:00 UTC, exits go on",
  ],
  [
    "loss",
    {
      outcome: "Up",
      market: "BTC",
      entryPrice: "0.516",
      exitPrice: "0.435",
      profitUsd: "-31.899561",
      closeReason: "STOP_LOSS",
    },
    "❌ **LOSS** Up in “BTC” · entry $0.516 · exit $0.435 · profit -$31.90 · stop loss",
  ],
])("%s: %#", (kind, facts, text) => {
  expect(said(kind, facts)).toBe(text);
});
