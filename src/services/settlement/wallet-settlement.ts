import { AbortedError } from "../../core/errors.ts";
import type { Address } from "../../core/ids/ids.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { OrderSigner, SignerIdentity } from "../../ports/order-signer.ts";
import type { RedemptionSigner } from "../../ports/redemption-signer.ts";
import type { Relayer } from "../../ports/relayer.ts";
import type { Health, Service } from "../../ports/service.ts";
import type { SettlementDeps } from "./settlement-deps.ts";
import { createSettlementService } from "./settlement-service.ts";

export type WalletSettlementDeps = Omit<SettlementDeps, "account" | "relayer" | "signer"> & {
  /** The one that is acknowledged; for another one nothing is signed. */
  readonly wallet: Address;
  readonly signer: RedemptionSigner & Pick<OrderSigner, "identity">;
  readonly relayerOf: (owner: Address) => Relayer | null;
};

const ASK_AGAIN_MS = 10 * SECOND_MS;

/** Settlement of one wallet, from when its signer answers. */
export function createWalletSettlement(deps: WalletSettlementDeps): Service {
  const { clock, logger, signer, wallet } = deps;
  let inner: Service | null = null;
  let health: Health = { ready: false, detail: "waits for the signer" };

  async function identify(signal: AbortSignal): Promise<SignerIdentity> {
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const identity = await signer.identity(signal);
        if (identity.wallet === wallet) return identity;
        const detail = `the signer signs for ${identity.wallet}, not for the acknowledged ${wallet}: nothing is redeemed`;
        if (health.detail !== detail) deps.alarm(detail);
        health = { ready: false, detail };
      } catch (error) {
        if (error instanceof AbortedError) throw error;
        health = { ready: false, detail: "waits for the signer" };
        if (tries === 0) logger.warn("settlement waits for the signer", { error });
      }
      await clock.sleep(ASK_AGAIN_MS, signal);
    }
    throw new AbortedError();
  }

  return {
    name: "settlement",
    health: () => inner?.health() ?? health,
    async run(signal) {
      const account = await identify(signal);
      inner = createSettlementService({ ...deps, account, relayer: deps.relayerOf(account.owner) });
      await inner.run(signal);
    },
  };
}
