import pg from "pg";
import type { Wake, WakeChannel } from "../../ports/wake.ts";
import { translateFailure } from "./failures.ts";

const RECONNECT_MS = 1_000;

/**
 * Listens on a connection of its own, opened at the first `listen` and opened again when it breaks; what was notified
 * in between is lost, so every listener gets one hint after a reconnection.
 */
export function openServerWake(
  config: pg.ClientConfig,
  pool: pg.Pool,
  onError: (error: Error) => void,
): { wake: Wake; close: () => Promise<void> } {
  const listeners = new Map<WakeChannel, Set<() => void>>();
  let client: pg.Client | null = null;
  let connecting: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const hint = (channel: string): void => {
    for (const onHint of listeners.get(channel as WakeChannel) ?? []) onHint();
  };

  const connect = async (): Promise<void> => {
    const fresh = new pg.Client(config);
    fresh.on("error", onError);
    fresh.on("notification", ({ channel }) => hint(channel));
    await fresh.connect();
    fresh.on("end", () => reconnectLater(fresh));
    client = fresh;
    for (const channel of listeners.keys()) await fresh.query(`LISTEN ${channel}`);
  };

  const ensure = (): Promise<void> => {
    if (client !== null) return Promise.resolve();
    connecting ??= connect().finally(() => {
      connecting = null;
    });
    return connecting;
  };

  const reconnectLater = (ended: pg.Client | null): void => {
    if (closed || client !== ended) return;
    client = null;
    timer = setTimeout(() => {
      ensure().then(
        () => {
          for (const channel of listeners.keys()) hint(channel);
        },
        (error: Error) => {
          onError(error);
          reconnectLater(null);
        },
      );
    }, RECONNECT_MS);
    timer.unref();
  };

  const wake: Wake = {
    async notify(channel) {
      try {
        await pool.query(`NOTIFY ${channel}`);
      } catch (error) {
        throw translateFailure(error);
      }
    },
    async listen(channel, onHint) {
      const known = listeners.get(channel);
      const set = known ?? new Set();
      listeners.set(channel, set);
      set.add(onHint);
      try {
        const already = client;
        await ensure();
        if (known === undefined && already !== null) await already.query(`LISTEN ${channel}`);
      } catch (error) {
        onError(error as Error);
        reconnectLater(client);
      }
      return async () => void set.delete(onHint);
    },
  };
  const close = async (): Promise<void> => {
    closed = true;
    clearTimeout(timer);
    await connecting?.catch(() => {});
    await client?.end().catch(() => {});
  };
  return { wake, close };
}
