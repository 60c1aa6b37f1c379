import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/**
 * Call before work begins. V8 notices that the rows of a range outlive a small collection and then makes all of their
 * kind among the old objects, where a dead one keeps everything it refers to until the next full collection: memory
 * grows to several times what is in use, and most of it is copied once for nothing.
 */
export function keepShortLivedObjectsYoung(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}

/**
 * For a process whose work comes in steps of thousands of rows: it otherwise holds 60 to 90 MB more, and takes as much
 * time (measured with the reputation service).
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** With both of its halves. Twice as much, where V8 would end, takes 68 MB more and a twelfth less of processor time. */
const YOUNG_GENERATION_BYTES = 64 * 1_048_576;

/**
 * For a process that takes in megabytes and keeps hardly any. V8 begins a full collection whenever 64 MB of buffers came since
 * the last one, dead or alive, which is every other range of logs; counted together with its heap they are let go of by
 * small collections. Those come often enough for that as long as the young generation is not at its largest.
 */
export function letGoOfBuffersEarly(): void {
  setFlagsFromString("--external-memory-accounted-in-global-limit");
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (young === undefined || young.space_size < YOUNG_GENERATION_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}

/**
 * V8 of Node 24 and 26 can take a stored value for unchanged that a call has written through another name (V8 bug 554421904,
 * nodejs/node #66112), so that an object holds the numbers of another. Money is not computed on that; until Node has the
 * mending, the optimisation is off.
 */
export function avoidStaleLoads(): void {
  setFlagsFromString("--no-turboshaft-load-elimination");
}
