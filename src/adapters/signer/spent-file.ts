import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { formatUsd, parseUsd, usd } from "../../core/money/amounts.ts";
import type { DaySpent } from "../../core/risk/signing-policy.ts";
import { epochMs } from "../../core/time/time.ts";
import { readPrivateFile, replaceFile } from "./private-file.ts";

/** Keeps the day's sum over restarts, or a restart would be a way around it. */
export type SpentFile = {
  /** @throws ConfigError for a file that cannot be read */
  read(): DaySpent;
  /** Resolves when it is on the disk. One at a time. */
  write(spent: DaySpent): Promise<void>;
};

type Slot = { readonly serial: number; readonly spent: DaySpent };

const SLOT_BYTES = 128;
const schema = z.object({ serial: z.int().nonnegative().default(0), day: z.int().nonnegative(), spentUsd: z.string() });

/**
 * Two lines of a fixed length, written in turns and in place: a new file waits until the whole file system has written
 * its journal, a few bytes of an old one do not. A line that a power cut leaves half written fails its checksum, and the
 * other one holds.
 */
export function createSpentFile(path: string): SpentFile {
  /** Of a file that can be written in place; null: it has to be made first. */
  let newest: Slot | null = null;
  return {
    read() {
      newest = null;
      if (!existsSync(path)) return { day: epochMs(0), spentUsd: usd(0n) };
      const text = readPrivateFile(path, "rules");
      const [slot] = text
        .split("\n")
        .flatMap((line) => parseSlot(line) ?? [])
        .toSorted((a, b) => b.serial - a.serial);
      // The form of earlier versions: one line without a checksum.
      const spent = slot?.spent ?? parseSpent(text)?.spent;
      if (spent === undefined)
        throw new ConfigError([`${path} is damaged; remove it only if you accept that today's sum starts again at 0`]);
      if (slot !== undefined && text.length === 2 * SLOT_BYTES) newest = slot;
      return spent;
    },
    async write(spent) {
      const slot = { serial: (newest?.serial ?? 0) + 1, spent };
      const text = formatSlot(slot);
      const isWritten = newest !== null && (await overwrite(path, (slot.serial % 2) * SLOT_BYTES, text));
      if (!isWritten) await replaceFile(path, text.repeat(2));
      newest = slot;
    },
  };
}

/** @returns false: there is no such file any more */
async function overwrite(path: string, at: number, text: string): Promise<boolean> {
  const file = await open(path, "r+").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  try {
    await file?.write(text, at);
    await file?.datasync();
  } finally {
    await file?.close();
  }
  return file !== null;
}

function formatSlot({ serial, spent: { day, spentUsd } }: Slot): string {
  const body = JSON.stringify({ serial, day, spentUsd: formatUsd(spentUsd) });
  return `${`${body} ${checksum(body)}`.padEnd(SLOT_BYTES - 1)}\n`;
}

function parseSlot(line: string): Slot | null {
  const [, body = "", sum = ""] = /^(\{.*\}) ([0-9a-f]{8}) *$/.exec(line) ?? [];
  return checksum(body) === sum ? parseSpent(body) : null;
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, "0");

function parseSpent(text: string): Slot | null {
  try {
    const { serial, day, spentUsd } = schema.parse(JSON.parse(text));
    const amount = parseUsd(spentUsd);
    return amount === null ? null : { serial, spent: { day: epochMs(day), spentUsd: amount } };
  } catch {
    return null;
  }
}
