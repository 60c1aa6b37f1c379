import { batch, type Signal, signal } from "@preact/signals";
import { API } from "./api.ts";
import { clockFactor, hearServerClock } from "./clock.ts";
import type { LiveHealth, LiveTrades, State } from "./rows.ts";

/** `lost` since when, by performance.now(). */
export type Connection = { readonly is: "opening" | "live" } | { readonly is: "lost"; readonly since: number };

export const connection = signal<Connection>({ is: "opening" });
export const liveState = signal<State | null>(null);
export const liveHealth = signal<LiveHealth | null>(null);

/** Of the wall, until the reader is at the newest block, judged by how fast it comes nearer; null: it is there, or one cannot tell yet. */
export const catchUpMs = signal<number | null>(null);
/** An age of the newest block that is no longer a matter of a few blocks. */
const BEHIND_MS = 5 * 60_000;
let firstBehind: { readonly at: number; readonly lagMs: number } | null = null;

function judgeCatchUp(lagMs: number | null): void {
  const at = performance.now();
  const isBehind = lagMs !== null && lagMs > BEHIND_MS * clockFactor();
  firstBehind = isBehind ? (firstBehind ?? { at, lagMs }) : null;
  const gained = firstBehind === null || lagMs === null ? 0 : firstBehind.lagMs - lagMs;
  catchUpMs.value = gained <= 0 || firstBehind === null ? null : ((lagMs ?? 0) / gained) * (at - firstBehind.at);
}

const versions = new Map<string, Signal<number>>();
/** Rises whenever something of the topic changed. */
export function versionOf(topic: string): Signal<number> {
  let version = versions.get(topic);
  if (version === undefined) {
    version = signal(0);
    versions.set(topic, version);
  }
  return version;
}

const changed = (topic: string): void => {
  versionOf(topic).value += 1;
};

const everythingChanged = (): void =>
  batch(() => {
    for (const topic of versions.keys()) changed(topic);
  });

const tradeListeners = new Set<(news: LiveTrades) => void>();

export function onTrades(listen: (news: LiveTrades) => void): () => void {
  tradeListeners.add(listen);
  return () => void tradeListeners.delete(listen);
}

/** The stream says something every second; silence for this long is a lost connection that nobody told of. */
const SILENCE_MS = 12_000;
const RETRY_MS = 2_000;
/** What a topic brings may come every quarter of a second; tables are asked for anew no more often than this. */
const REST_MS = 1_500;

let source: EventSource | null = null;
let heardAt = 0;
const resting = new Set<string>();

function changedSoon(topic: string): void {
  if (resting.has(topic)) return;
  resting.add(topic);
  setTimeout(() => {
    resting.delete(topic);
    changed(topic);
  }, REST_MS);
}

function heard(): void {
  heardAt = performance.now();
  if (connection.value.is === "live") return;
  // What was missed is asked for: every page is as fresh as after loading it.
  const wasLost = connection.value.is === "lost";
  connection.value = { is: "live" };
  if (wasLost) everythingChanged();
}

function lost(): void {
  if (connection.value.is !== "lost") connection.value = { is: "lost", since: performance.now() };
}

const parse = <T>(event: Event): T => JSON.parse((event as MessageEvent<string>).data) as T;

function open(): void {
  source?.close();
  source = new EventSource(`${API}/stream`);
  const on = (topic: string, handle: (event: Event) => void): void =>
    source?.addEventListener(topic, (event) => {
      heard();
      handle(event);
    });
  source.addEventListener("open", heard);
  source.addEventListener("error", lost);
  on("state", (event) => {
    liveState.value = parse<State>(event);
  });
  on("health", (event) => {
    const health = parse<LiveHealth>(event);
    liveHealth.value = health;
    judgeCatchUp(health.lag_ms);
    hearServerClock(Date.parse(health.now), clockFactor());
  });
  on("trades", (event) => {
    const news = parse<LiveTrades>(event);
    for (const listen of tradeListeners) listen(news);
  });
  for (const topic of ["signals", "positions"]) on(topic, () => changedSoon(topic));
  on("reset", everythingChanged);
}

/** Keeps the stream open: a browser gives up by itself after some answers, and cannot see a dead line. @returns its end */
export function keepStreamOpen(): () => void {
  open();
  heardAt = performance.now();
  const timer = setInterval(() => {
    const isSilent = performance.now() - heardAt > SILENCE_MS;
    if (isSilent) lost();
    if (isSilent || source?.readyState === EventSource.CLOSED) open();
  }, RETRY_MS);
  addEventListener("online", open);
  return () => {
    clearInterval(timer);
    removeEventListener("online", open);
    source?.close();
  };
}
