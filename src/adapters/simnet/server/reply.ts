import type { ServerResponse } from "node:http";

/** What a route answers; `body` is sent as JSON, or as it is where the headers give it another type. */
export type Reply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
/** The client waits for ever, or sees its connection break. */
export type Silence = "no answer" | "hang up";

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const fail = (status: number, error: string): Reply => ({ status, body: { error } });

/** Every answer says that it is not real. */
export const SIMULATED_HEADER = "x-simulated";

export function send(response: ServerResponse, reply: Reply | Silence): void {
  if (reply === "no answer") return;
  if (reply === "hang up") {
    response.destroy();
    return;
  }
  const { status, body, headers = {} } = reply;
  const text = headers["content-type"] === undefined ? JSON.stringify(body) : String(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    [SIMULATED_HEADER]: "true",
    ...headers,
  });
  response.end(text);
}

/** @returns null for what is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
