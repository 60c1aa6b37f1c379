/**
 * Runs commands one after the other in one process, each as its own would: `node command-runner.ts '[["status"],["top"]]'`. One line
 * of JSON for each says how it ended.
 */
import { keepCompiledCode } from "../../src/adapters/system/compile-cache.ts";

keepCompiledCode();
const { createCommandLine } = await import("../../src/apps/command-line.ts");

export type CommandOutcome = { readonly args: readonly string[]; readonly code: number; readonly said: string };

const [lists = "[]"] = process.argv.slice(2);
process.setMaxListeners(0);
process.stdout.setMaxListeners(0);
const tell = process.stdout.write.bind(process.stdout);

async function run(args: readonly string[]): Promise<CommandOutcome> {
  const listeners = process.listeners("uncaughtException");
  let said = "";
  const hear = ((text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    said += String(text);
    const done = rest.find((each): each is () => void => typeof each === "function");
    if (done !== undefined) queueMicrotask(done);
    return true;
  }) as typeof process.stdout.write;
  process.stdout.write = hear;
  process.stderr.write = hear;
  const code = await new Promise<number>((resolve) => {
    process.exit = ((ended?: number) => resolve(ended ?? 0)) as typeof process.exit;
    createCommandLine()
      .parseAsync([...args], { from: "user" })
      // One that has nothing to wait for ends without asking to.
      .then(() => setImmediate(() => resolve(Number(process.exitCode ?? 0))))
      .catch((error: unknown) => {
        said += String(error);
        resolve(-1);
      });
  });
  process.exitCode = 0;
  process.removeAllListeners("uncaughtException");
  for (const each of listeners) process.on("uncaughtException", each);
  return { args, code, said };
}

const end = process.exit.bind(process);
for (const args of JSON.parse(lists) as readonly (readonly string[])[]) tell(`${JSON.stringify(await run(args))}\n`);
end(0);
