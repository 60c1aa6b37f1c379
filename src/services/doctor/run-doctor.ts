import { checkLive } from "./check-live.ts";
import { checkPublic } from "./check-public.ts";
import type { DoctorDeps } from "./doctor-deps.ts";
import type { Finding } from "./finding.ts";

/** Looks at everything that trading needs, at once, and changes nothing. */
export async function runDoctor(deps: DoctorDeps, signal: AbortSignal): Promise<readonly Finding[]> {
  const parts = [checkPublic(deps, signal), ...(deps.live === null ? [] : [checkLive(deps.live, signal)])];
  return (await Promise.all(parts)).flat();
}
