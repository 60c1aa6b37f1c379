import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const ELSEWHERE = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/snap/bin/chromium"];

/** The system's Chromium: `CHROMIUM`, or the first on PATH; null where there is none. Nothing is downloaded. */
export const chromiumPath: string | null =
  [
    process.env.CHROMIUM,
    ...(process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...ELSEWHERE,
  ].find((path) => path !== undefined && path !== "" && existsSync(path)) ?? null;
