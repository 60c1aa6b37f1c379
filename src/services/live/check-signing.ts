import { trialOf } from "../../core/chain/trial-order.ts";
import { WALLET_NAMES, walletType } from "../../core/chain/wallet-type.ts";
import { PayloadError, TransientError } from "../../core/errors.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { ArmingRefusal } from "../../core/risk/live-arming.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { OrderSigner, SignerIdentity } from "../../ports/order-signer.ts";
import type { WalletChain } from "../../ports/wallet-chain.ts";

export type SigningDeps = {
  readonly signer: Pick<OrderSigner, "signTrial">;
  readonly chain: Pick<WalletChain, "hasCode" | "accepts">;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
};

const SALT_MAX = 2 ** 53 - 1;
const invalid = (text: string): ArmingRefusal => ({ code: "SIGNATURE_INVALID", text });

/**
 * Has a trial order signed, and looks at it as exchange and wallet would look at an order.
 * @returns why they would refuse it; null: they would take it
 * @throws TransientError where signer or chain do not answer, PayloadError where they answer nonsense
 */
export async function trySignature(
  { signer, chain, clock, random }: SigningDeps,
  identity: SignerIdentity,
  signal: AbortSignal,
): Promise<ArmingRefusal | null> {
  const { owner, wallet, signatureType } = identity;
  const name = WALLET_NAMES[signatureType];
  const derived = walletType(owner, wallet);
  // A deposit wallet may be of a factory that we do not know; it is asked itself.
  if (derived !== signatureType && (derived !== null || signatureType !== 3)) {
    const is = derived === null ? "none of the wallets" : `the ${WALLET_NAMES[derived]}`;
    return invalid(
      `${wallet} is ${is} of the signer's key ${owner}, and not its ${name}: correct "wallet", "signatureType" or "key" in the signer's settings`,
    );
  }
  const [salt, at] = [Math.floor(random() * SALT_MAX), clock.nowMs()];
  const trial = trialOf(identity, salt, at);
  const signature = await signer.signTrial(salt, at, signal);
  const by = await trial.signerOf(signature).catch((): Address | null => null);
  if (by !== owner)
    return invalid(
      `the signer says that its key is ${owner}'s and signs ${by === null ? "nonsense" : `with ${by}'s`}: start it anew`,
    );
  if (signatureType === 0) return null;
  if (!(await chain.hasCode(wallet, signal))) {
    const text = `the ${name} ${wallet} is not deployed on Polygon: log in and make a first deposit on the venue's site`;
    return { code: "WALLET_NOT_DEPLOYED", text };
  }
  if (signatureType !== 3 || (await chain.accepts(wallet, trial.hash, signature, signal))) return null;
  return invalid(
    `the deposit wallet ${wallet} does not take what ${owner} signs (ERC-1271): "wallet" and "key" in the signer's settings do not belong together`,
  );
}

/**
 * `trySignature` for arming. Where nobody answers nothing is refused: the venue checks the same, and positions that are
 * open need somebody who watches them.
 */
export async function signingRefusals(
  deps: SigningDeps & { readonly logger: Logger },
  identity: SignerIdentity,
  signal: AbortSignal,
): Promise<readonly ArmingRefusal[]> {
  try {
    const refusal = await trySignature(deps, identity, signal);
    return refusal === null ? [] : [refusal];
  } catch (error) {
    if (!(error instanceof TransientError || error instanceof PayloadError)) throw error;
    deps.logger.warn("wallet and signature could not be tried in full", { reason: error.message });
    return [];
  }
}
