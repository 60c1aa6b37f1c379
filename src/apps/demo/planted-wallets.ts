import { z } from "zod";
import type { PlantedWallet } from "./planted-skill.ts";

const answer = z.array(z.object({ address: z.string(), kind: z.string(), skill: z.number() }));

/** The planted truth, from simnet. Only the summary asks for it; the program that is watched never does. */
export async function fetchPlantedWallets(url: string): Promise<readonly PlantedWallet[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`simnet answered ${response.status} when asked for its wallets`);
  return answer.parse(await response.json());
}
