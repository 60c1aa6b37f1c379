import { type ClientOptions, WebSocket } from "ws";
import { httpFetch } from "./http-fetch.ts";

export type HttpAnswer = Pick<Response, "ok" | "status"> & {
  readonly headers: Pick<Headers, "get">;
  text(): Promise<string>;
  /** The body as it arrives, where the transport can tell; read this or `text`, once. */
  pieces?(): AsyncIterable<Uint8Array>;
};
export type HttpRequest = {
  readonly method: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
};
export type Socket = Pick<WebSocket, "on" | "send" | "ping" | "terminate" | "readyState">;

/** How bytes travel: over the network, or in a simulation through something that fails on purpose. */
export type Transport = {
  /** Rejects with an error whose `cause` holds the system's `code` when there was no answer. */
  fetch(url: string, request: HttpRequest): Promise<HttpAnswer>;
  openSocket(url: string, options: ClientOptions): Socket;
};

export const network: Transport = {
  fetch: httpFetch,
  openSocket: (url, options) => new WebSocket(url, options),
};
