import type { LiveEvent, LiveTopic } from "../../ports/live-feed.ts";

/** Characters kept for those who come back; about a minute of a busy feed. */
const KEPT_CHARACTERS = 4_000_000;

/** The last events, as far back as memory allows. */
export type EventLog = {
  /** null: the topic's newest event says just this. */
  add(topic: LiveTopic, data: string): LiveEvent | null;
  /** The newest of each topic, in the order in which they came. */
  newest(topics: ReadonlySet<LiveTopic>): readonly LiveEvent[];
  /** null: events between are gone, or the id is of another process. */
  since(id: string, topics: ReadonlySet<LiveTopic>): readonly LiveEvent[] | null;
};

export function createEventLog(name: string): EventLog {
  let events: (LiveEvent & { readonly number: number })[] = [];
  const last = new Map<LiveTopic, LiveEvent & { readonly number: number }>();
  let characters = 0;
  let number = 0;
  const forget = (): void => {
    let kept = 0;
    while (kept < events.length - 1 && characters > KEPT_CHARACTERS) {
      characters -= events[kept]?.data.length ?? 0;
      kept += 1;
    }
    if (kept > 0) events = events.slice(kept);
  };
  return {
    add(topic, data) {
      if (last.get(topic)?.data === data) return null;
      number += 1;
      const event = { id: `${name}-${number}`, topic, data, number };
      last.set(topic, event);
      events.push(event);
      characters += data.length;
      forget();
      return event;
    },
    newest: (topics) =>
      [...last.values()].filter(({ topic }) => topics.has(topic)).toSorted((a, b) => a.number - b.number),
    since(id, topics) {
      const cut = id.lastIndexOf("-");
      const known = Number(id.slice(cut + 1));
      const first = events[0]?.number ?? number + 1;
      if (id.slice(0, cut) !== name || !(known >= first - 1 && known <= number)) return null;
      return events.filter((event) => event.number > known && topics.has(event.topic));
    },
  };
}
