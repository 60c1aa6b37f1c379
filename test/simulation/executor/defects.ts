import type { ClientOrderId } from "../../../src/core/ids/ids.ts";
import type { ExecutorDeps } from "../../../src/services/executor/session.ts";

/** Ways to be wrong about a kill; the campaign must notice each. */
export const DEFECTS: Readonly<Record<string, (deps: ExecutorDeps) => ExecutorDeps>> = {
  "acts before its step is stored": (deps) => ({
    ...deps,
    store: {
      ...deps.store,
      save: async (batch) => {
        void deps.store.save(batch).catch(() => {});
      },
    },
  }),
  "gives an order a new id when it is sent again": (deps) => {
    let sent = 0;
    const place: ExecutorDeps["venue"]["place"] = (order, signal) => {
      sent += 1;
      const id = `${order.clientOrderId}-${deps.clock.nowMs()}-${sent}` as ClientOrderId;
      return deps.venue.place({ ...order, clientOrderId: id }, signal);
    };
    return { ...deps, venue: { ...deps.venue, place } };
  },
  "forgets the orders in flight at a restart": (deps) => ({
    ...deps,
    store: {
      ...deps.store,
      load: async () => {
        const loaded = await deps.store.load();
        const { snapshot } = loaded;
        return snapshot === null
          ? loaded
          : { ...loaded, snapshot: { ...snapshot, state: { ...snapshot.state, orders: {} } } };
      },
    },
  }),
  "goes on from its snapshot and leaves out the steps after it": (deps) => ({
    ...deps,
    store: { ...deps.store, load: async () => ({ ...(await deps.store.load()), steps: [] }) },
  }),
  "does not unlearn what was taken back": (deps) => ({
    ...deps,
    store: {
      ...deps.store,
      read: async (query) => ({ ...(await deps.store.read(query)), retractedFrom: null }),
    },
  }),
  "takes an order without an answer for one that did not happen": (deps) => {
    const place: ExecutorDeps["venue"]["place"] = async (order, signal) => {
      try {
        return await deps.venue.place(order, signal);
      } catch {
        return { status: "unfilled", reason: "NO_BOOK" };
      }
    };
    return { ...deps, venue: { ...deps.venue, place } };
  },
};
