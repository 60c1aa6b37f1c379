import { formatPrice } from "../../core/money/amounts.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { DoctorDeps, NodeProbe, Probe } from "./doctor-deps.ts";
import { ask, type Finding, fail, ok, warn } from "./finding.ts";

const BLOCK_AGE_MS_MAX = 30 * SECOND_MS;
/** The venue tells whole seconds, and half of the way there and back is not known. */
const CLOCK_OFF_MS_OK = 2 * SECOND_MS;
/** Signatures carry the time; the venue takes none that is this far off. */
const CLOCK_OFF_MS_MAX = 5 * SECOND_MS;
const SET_CLOCK = "let the system keep its clock: `timedatectl set-ntp true`, or chrony";

/** What paper trading needs too. */
export async function checkPublic(deps: DoctorDeps, signal: AbortSignal): Promise<readonly Finding[]> {
  const found = await Promise.all([
    ask("rpc", "set POLYGON_RPC_URL to an endpoint that you can reach", () => checkNodes(deps, signal)),
    ...deps.probes.map((probe) => checkProbe(probe, signal)),
    ask("clock", "check CLOB_URL", () => checkClock(deps, signal)),
    ask("books", "check CLOB_URL and GAMMA_URL", () => checkBook(deps, signal)),
  ]);
  return found.flat();
}

async function checkNodes({ clock, nodes }: DoctorDeps, signal: AbortSignal): Promise<readonly Finding[]> {
  const probes = await nodes(signal);
  const findings = probes.map((probe) => judgeNode(probe, clock.nowMs()));
  const works = findings.some(({ level }) => level === "ok");
  // One of several that fails is left aside by the program; none that works stops it.
  return findings.map((each) => (each.level === "fail" && works ? { ...each, level: "warn" } : each));
}

function judgeNode({ name, error, blockTime }: NodeProbe, now: number): Finding {
  const check = `rpc ${name}`;
  if (error !== null) return fail(check, error, "set POLYGON_RPC_URL to endpoints that answer, without this one");
  const age = Math.round((now - (blockTime ?? 0)) / SECOND_MS);
  const isOld = blockTime === null || now - blockTime > BLOCK_AGE_MS_MAX;
  if (isOld) return fail(check, `its newest block is ${age} s old`, "use an endpoint that keeps up with the chain");
  return ok(check, `answers for Polygon, newest block ${Math.max(0, age)} s old`);
}

async function checkProbe({ check, needs, fix, isVital, ask: look }: Probe, signal: AbortSignal) {
  const found = await ask(check, fix, async () => {
    await look(signal);
    return ok(check, "answers");
  });
  return found.map((each): Finding => {
    if (each.level === "ok") return each;
    return { ...each, level: isVital ? "fail" : "warn", detail: `${each.detail}; without it ${needs}` };
  });
}

async function checkClock({ clock, venueTime }: DoctorDeps, signal: AbortSignal): Promise<Finding> {
  const before = clock.nowMs();
  const theirs = await venueTime(signal);
  const ours = (before + clock.nowMs()) / 2;
  // Their second may have been over by up to a second when they told it.
  const off = ours < theirs ? ours - theirs : Math.max(0, ours - theirs - SECOND_MS);
  const detail = `this clock is ${(Math.abs(off) / SECOND_MS).toFixed(1)} s ${off < 0 ? "behind" : "ahead of"} the venue's`;
  if (Math.abs(off) > CLOCK_OFF_MS_MAX) return fail("clock", detail, SET_CLOCK);
  return Math.abs(off) > CLOCK_OFF_MS_OK ? warn("clock", detail, SET_CLOCK) : ok("clock", detail);
}

async function checkBook({ book }: DoctorDeps, signal: AbortSignal): Promise<Finding> {
  const seen = await book(signal);
  if (seen === null)
    return fail("books", "no market with prices on both sides was found", "try again: the venue may be restarting");
  return ok("books", `${seen.title}: ${formatPrice(seen.bid)} bid, ${formatPrice(seen.ask)} asked`);
}
