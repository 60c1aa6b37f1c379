/** As many browsers' worth of live streams as its parent says, read as fast as they come, in a process of their own. */
export type ViewersOrder = { readonly url: string; readonly streams: number };
export type ViewersMessage =
  | { readonly kind: "looking" }
  | { readonly kind: "seen"; readonly bytes: number; readonly events: number; readonly resets: number };

const seen = { bytes: 0, events: 0, resets: 0 };
let stopping = new AbortController();

async function look(url: string, signal: AbortSignal, onFirst: () => void): Promise<void> {
  const response = await fetch(`${url}/api/v1/stream`, { signal });
  if (response.body === null || !response.ok) throw new Error(`the stream answers ${response.status}`);
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    onFirst();
    seen.bytes += piece.length;
    seen.events += piece.split("\nevent: ").length - 1;
    seen.resets += piece.split("event: reset").length - 1;
  }
}

process.on("message", (order: ViewersOrder | "stop") => {
  if (order === "stop") {
    stopping.abort();
    process.send?.({ kind: "seen", ...seen } satisfies ViewersMessage);
    return;
  }
  Object.assign(seen, { bytes: 0, events: 0, resets: 0 });
  stopping = new AbortController();
  const { signal } = stopping;
  const first = Array.from({ length: order.streams }, () => Promise.withResolvers<void>());
  for (const { resolve, reject } of first) {
    look(order.url, signal, resolve).catch((error: unknown) => (signal.aborted ? resolve() : reject(error)));
  }
  void Promise.all(first.map(({ promise }) => promise)).then(() =>
    process.send?.({ kind: "looking" } satisfies ViewersMessage),
  );
});
process.on("disconnect", () => process.exit(0));
