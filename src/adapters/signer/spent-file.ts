import { existsSync } from "node:fs";
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { formatUsd, parseUsd, usd } from "../../core/money/amounts.ts";
import type { DaySpent } from "../../core/risk/signing-policy.ts";
import { epochMs } from "../../core/time/time.ts";
import { readPrivateFile, replaceFile } from "./private-file.ts";

const schema = z.strictObject({ day: z.int().nonnegative(), spentUsd: z.string() });

/** Keeps the day's sum over restarts, or a restart would be a way around it. */
export type SpentFile = { read(): DaySpent; write(spent: DaySpent): Promise<void> };

export function createSpentFile(path: string): SpentFile {
  return {
    read() {
      if (!existsSync(path)) return { day: epochMs(0), spentUsd: usd(0n) };
      const parsed = schema.safeParse(safeJson(readPrivateFile(path, "rules")));
      const spentUsd = parsed.success ? parseUsd(parsed.data.spentUsd) : null;
      if (!parsed.success || spentUsd === null)
        throw new ConfigError([`${path} is damaged; remove it only if you accept that today's sum starts again at 0`]);
      return { day: epochMs(parsed.data.day), spentUsd };
    },
    write: ({ day, spentUsd }) => replaceFile(path, `${JSON.stringify({ day, spentUsd: formatUsd(spentUsd) })}\n`),
  };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
