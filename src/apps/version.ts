import { readFileSync } from "node:fs";

/** Of package.json. */
export const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** What venues see of us. */
export const USER_AGENT = "orderflow";
