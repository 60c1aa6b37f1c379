/** What happens when: a heap of actions, earliest first, ties in the order of entry. */
export type Agenda = {
  at(time: number, action: (time: number) => void): void;
  /** Runs everything due up to and including `time`, also what those actions add. */
  runUntil(time: number): void;
};

type Entry = { readonly time: number; readonly order: number; readonly action: (time: number) => void };

const before = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let order = 0;

  function push(entry: Entry): void {
    let hole = heap.push(entry) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(entry, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = entry;
  }

  function pop(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      const least = right !== undefined && before(right, left) ? right : left;
      if (least === right) child += 1;
      if (!before(least, last)) break;
      heap[hole] = least;
      hole = child;
    }
    heap[hole] = last;
  }

  return {
    at(time, action) {
      push({ time, order: order++, action });
    },
    runUntil(time) {
      for (let next = heap[0]; next !== undefined && next.time <= time; next = heap[0]) {
        pop();
        next.action(next.time);
      }
    },
  };
}
