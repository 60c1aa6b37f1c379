import { chmodSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Json, toJson } from "../../core/engine/encode.ts";
import { InputError } from "../../core/errors.ts";
import { controlSocketPath } from "./socket-path.ts";

/** Answers one question; `args` are parsed JSON from outside. @throws InputError for what cannot be asked */
export type ControlHandler = (method: string, args: readonly Json[]) => Promise<unknown>;

const BODY_BYTES_MAX = 64 * 1024;
const OWNER_ONLY = 0o600;

/**
 * Lets other processes of the same user ask this one, which alone may open the embedded database: HTTP over a socket
 * file in the data folder. A file, not a port: its permissions keep other users out, and no web page can reach it.
 * Called by whoever holds the folder's lock, so a file that is there already was left by a process that died.
 * @returns a function that ends it
 */
export async function startControlServer(folder: string, handle: ControlHandler): Promise<() => Promise<void>> {
  const path = controlSocketPath(folder);
  rmSync(path, { force: true });
  const server = createServer((request, response) => void answer(request, response, handle));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
  chmodSync(path, OWNER_ONLY);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

async function answer(request: IncomingMessage, response: ServerResponse, handle: ControlHandler): Promise<void> {
  const reply = (status: number, body: Json): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  try {
    const { method, args } = await readQuestion(request);
    reply(200, { value: toJson((await handle(method, args)) ?? null) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply(error instanceof InputError ? 400 : 500, { error: message });
  }
}

async function readQuestion(request: IncomingMessage): Promise<{ method: string; args: readonly Json[] }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) throw new InputError("QUESTION_TOO_LARGE", "the question is too large");
    chunks.push(chunk as Buffer);
  }
  try {
    const { method, args } = JSON.parse(Buffer.concat(chunks).toString()) as { method?: unknown; args?: unknown };
    if (typeof method === "string" && Array.isArray(args)) return { method, args };
  } catch {
    // Said below.
  }
  throw new InputError("QUESTION_MALFORMED", 'a question is {"method": text, "args": [...]}');
}
