import { ProviderInconsistencyError } from "../../core/errors.ts";

/** Something that an answer says of a block and that is probably, but not certainly, wrong. */
export type Claim = {
  readonly blockNumber: number;
  readonly what: string;
  /** False: it may well be true. */
  readonly isTelling: boolean;
};

/** @throws ProviderInconsistencyError as long as the claim is not believed */
export type Doubt = (claim: Claim) => void;

/**
 * Decides when a claim is believed: when a second endpoint makes it too. The same one again will do where there is no
 * other, or where little speaks against it.
 */
export function createDoubt(endpoints: number): (endpoint: string, claim: Claim) => void {
  const claims = new Map<string, Set<string>>();
  return (endpoint, { blockNumber, what, isTelling }) => {
    const key = `${blockNumber} ${what}`;
    const said = claims.get(key) ?? new Set();
    claims.set(key, said);
    const isRepeated = said.has(endpoint) && (endpoints === 1 || !isTelling);
    if (isRepeated || said.size > (said.has(endpoint) ? 1 : 0)) return;
    said.add(endpoint);
    throw new ProviderInconsistencyError("LOGS_MISSING", what, { blockNumber, endpoint });
  };
}
