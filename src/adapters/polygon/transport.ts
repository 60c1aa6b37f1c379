import { type ClientOptions, WebSocket } from "ws";

export type HttpAnswer = Pick<Response, "ok" | "status" | "headers" | "text">;
export type Socket = Pick<WebSocket, "on" | "send" | "ping" | "terminate" | "readyState">;

/** How bytes travel: over the network, or in a simulation through something that fails on purpose. */
export type Transport = {
  fetch(url: string, init: RequestInit): Promise<HttpAnswer>;
  openSocket(url: string, options: ClientOptions): Socket;
};

export const network: Transport = {
  fetch: (url, init) => fetch(url, init),
  openSocket: (url, options) => new WebSocket(url, options),
};
