import type { ServerResponse } from "node:http";

/** What a route answers; `body` is sent as JSON. */
export type Reply = { readonly status: number; readonly body: unknown };

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const fail = (status: number, error: string): Reply => ({ status, body: { error } });

/** Every answer says that it is not real. */
export const SIMULATED_HEADER = "x-simulated";

export function send(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    [SIMULATED_HEADER]: "true",
  });
  response.end(text);
}
