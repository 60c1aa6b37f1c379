import { join, relative } from "node:path";

/** Where the process that holds the embedded database in `folder` listens; the shorter form, for such paths end at about 100 bytes. */
export function controlSocketPath(folder: string): string {
  const absolute = join(folder, "control.sock");
  const fromHere = relative(process.cwd(), absolute);
  return fromHere.length < absolute.length ? fromHere : absolute;
}
