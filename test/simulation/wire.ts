import { EventEmitter } from "node:events";
import type { HttpAnswer, Socket, Transport } from "../../src/adapters/polygon/transport.ts";
import type { Faults } from "../../src/adapters/simnet/faults/faults.ts";
import { type FeedSocket, faultyFeed } from "../../src/adapters/simnet/faults/faulty-feed.ts";
import type { NodeAnswer } from "../../src/adapters/simnet/faults/faulty-node.ts";
import { serveSocket } from "../../src/adapters/simnet/server/subscriptions.ts";
import type { Endpoint, Network } from "./endpoints.ts";
import type { Life } from "./life.ts";
import type { SimTime } from "./sim-time.ts";

export type WireOptions = {
  readonly time: SimTime;
  readonly network: Network;
  readonly faults: Faults;
  /** Distinguishes this process's connections from those of the ones before it. */
  readonly processNumber: number;
};

const LATENCY_MS = 10;
const BATCH_MAX = 1_000;
const [OPEN, CLOSED] = [1, 3];

/** The network as one process sees it: requests and sockets to simulated endpoints, on simulated time. */
export function createWire(options: WireOptions, life: Life): Transport {
  const { time, network } = options;
  let connections = 0;
  const endpointOf = (url: string): Endpoint => {
    const endpoint = network.endpoints.get(new URL(url).hostname);
    if (endpoint === undefined) throw new Error(`no simulated endpoint at ${url}`);
    return endpoint;
  };
  return {
    fetch(url, { body, signal }) {
      const answer = endpointOf(url).node.answer(String(body));
      return life.answer(travel(time, answer, signal ?? null));
    },
    openSocket(url) {
      connections += 1;
      const name = `${options.processNumber}/${connections}`;
      return openSocket(options, endpointOf(url), name, life);
    },
  };
}

function travel(time: SimTime, answer: NodeAnswer, signal: AbortSignal | null): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(new DOMException("This operation was aborted", "AbortError"));
    };
    const arrive = (): void => {
      signal?.removeEventListener("abort", abort);
      if (answer.kind === "reply") resolve(httpAnswer(answer));
      if (answer.kind === "broken") reject(new TypeError("fetch failed", { cause: { code: answer.code } }));
    };
    const cancel = answer.kind === "silent" ? () => {} : time.at(time.now() + answer.afterMs, arrive);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
  });
}

const httpAnswer = ({ status, body, retryAfter }: NodeAnswer & { kind: "reply" }): HttpAnswer => ({
  ok: status === 200,
  status,
  headers: new Headers(retryAfter === null ? {} : { "retry-after": String(retryAfter) }),
  text: async () => body,
});

/** Two ends in one process; each hears the other a little later. */
function openSocket({ time, faults }: WireOptions, endpoint: Endpoint, name: string, life: Life): Socket {
  const [near, far] = [new EventEmitter(), new EventEmitter()];
  let readyState = 0;
  let isPaused = false;

  const soon = (run: () => void): void => void time.at(time.now() + LATENCY_MS, run);
  const tell = (event: string, ...content: unknown[]): void => {
    if (!life.isDead()) near.emit(event, ...content);
  };
  const close = (): void => {
    if (readyState === CLOSED) return;
    readyState = CLOSED;
    far.emit("close");
    soon(() => tell("close"));
  };
  const serverEnd = {
    bufferedAmount: 0,
    send: (text: string) => soon(() => readyState === OPEN && tell("message", text)),
    terminate: close,
    pause: () => {
      isPaused = true;
    },
    on: (event: string, run: () => void) => far.on(event, run),
  };
  soon(() => {
    if (endpoint.isDead()) {
      tell("error", new Error("connect ECONNREFUSED"));
      close();
    } else if (readyState !== CLOSED) {
      readyState = OPEN;
      const feed = faultyFeed(serverEnd as unknown as FeedSocket, {
        name: `${endpoint.name}/${name}`,
        faults,
        later: (ms, run) => void time.at(time.now() + ms, run),
      });
      serveSocket(feed, endpoint.chain, endpoint.methods, BATCH_MAX);
      tell("open");
    }
  });
  life.onDeath(close);
  const clientEnd = {
    get readyState() {
      return readyState;
    },
    on: (event: string, run: () => void) => near.on(event, run),
    send: (text: string) => soon(() => readyState === OPEN && !isPaused && far.emit("message", text)),
    ping: () => soon(() => readyState === OPEN && !isPaused && tell("pong")),
    terminate: close,
  };
  return clientEnd as unknown as Socket;
}
