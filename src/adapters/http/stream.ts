import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { LiveEvent, LiveFeed, LiveTopic } from "../../ports/live-feed.ts";
import { problemAnswers } from "./list-route.ts";

const TOPICS = ["trades", "signals", "positions", "state", "health"] as const satisfies readonly LiveTopic[];
/** Bytes that may wait for a browser; one that is further behind misses events and is told so. */
const WAITING_MAX = 256 * 1024;
const HEARTBEAT_MS = 15_000;
const STREAMS_MAX = 500;

const route = createRoute({
  method: "get",
  path: "/stream",
  tags: ["Live"],
  summary: "Server-sent events; `reset` means: events were missed, ask for the tables anew",
  request: {
    query: z.object({
      topics: z
        .string()
        .default(TOPICS.join(","))
        .transform((text) => text.split(","))
        .pipe(z.array(z.enum(TOPICS)).min(1).max(TOPICS.length))
        .openapi({ type: "string", example: "trades,state" }),
    }),
  },
  responses: {
    200: { description: "An endless stream", content: { "text/event-stream": { schema: z.string() } } },
    ...problemAnswers,
  },
});

/** Streams that are open, each with what ends it. */
export type Streams = { endAll(): void };

export function addStream(app: OpenAPIHono, feed: LiveFeed): Streams {
  const open = new Set<() => void>();
  app.openapi(route, (context) => {
    if (open.size >= STREAMS_MAX) {
      return context.json({ code: "TOO_MANY_STREAMS", message: `${STREAMS_MAX} browsers look on already` }, 503);
    }
    const { topics } = context.req.valid("query");
    const lastId = context.req.header("last-event-id") ?? null;
    const body = openStream(feed, topics, lastId?.slice(0, 100) ?? null, open);
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    }) as never;
  });
  return {
    endAll: () => {
      for (const end of open) end();
    },
  };
}

function openStream(
  feed: LiveFeed,
  topics: readonly LiveTopic[],
  lastId: string | null,
  open: Set<() => void>,
): ReadableStream<Uint8Array> {
  let end = (): void => {};
  let isBehind = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const hasRoom = (): boolean => (controller.desiredSize ?? 0) > 0;
        const send = (bytes: Uint8Array): void => controller.enqueue(bytes);
        const onEvent = (event: LiveEvent): void => {
          if (!hasRoom()) {
            isBehind = true;
            feed.dropped();
            return;
          }
          if (isBehind) send(RESET);
          isBehind = false;
          send(frame(event));
        };
        const subscription = feed.subscribe(topics, lastId, onEvent);
        const beat = setInterval(() => hasRoom() && send(BEAT), HEARTBEAT_MS);
        end = () => {
          if (!open.delete(end)) return;
          clearInterval(beat);
          subscription.end();
          try {
            controller.close();
          } catch {
            // Closed from the other side.
          }
        };
        open.add(end);
        send(RETRY);
        if (subscription.missed === null) send(RESET);
        for (const event of subscription.missed ?? []) send(frame(event));
      },
      cancel: () => end(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: WAITING_MAX }),
  );
}

const encoder = new TextEncoder();
const RETRY = encoder.encode("retry: 2000\n\n");
const RESET = encoder.encode("event: reset\ndata: {}\n\n");
const BEAT = encoder.encode(": still here\n\n");

const frames = new WeakMap<LiveEvent, Uint8Array>();

/** Encoded once, however many look on: the bytes are shared, and nobody writes to them. */
function frame(event: LiveEvent): Uint8Array {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const { id, topic, data } = event;
  const bytes = encoder.encode(`id: ${id}\nevent: ${topic}\ndata: ${data}\n\n`);
  frames.set(event, bytes);
  return bytes;
}
