import { createDataClient } from "../adapters/polymarket-data/data-client.ts";
import { fetchRedeemable } from "../adapters/polymarket-data/redeemable.ts";
import { createAlertOutbox } from "../adapters/postgres/alert-outbox.ts";
import { createSettlementStore } from "../adapters/postgres/settlement-store.ts";
import { createSignerClient } from "../adapters/signer/signer-client.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import { parseAddress } from "../core/ids/ids.ts";
import type { Service } from "../ports/service.ts";
import { createWalletSettlement } from "../services/settlement/wallet-settlement.ts";
import { openChain, openRelayer } from "./live/venue-parts.ts";
import type { ServiceParts } from "./service-parts.ts";

/**
 * Redeems for the wallet that is acknowledged for live trading, also while something keeps live trading itself from
 * beginning: what is owed stays owed. @returns null on paper
 */
export function createSettlement({ environment, database, clock, logger }: ServiceParts): Service | null {
  const { ENABLE_PAPER_TRADING, SIGNER_SOCKET, LIVE_TRADING_ACK, DATA_API_URL } = environment;
  if (ENABLE_PAPER_TRADING || SIGNER_SOCKET === null || LIVE_TRADING_ACK === null) return null;
  const own = logger.with({ service: "settlement" });
  const outbox = createAlertOutbox(database);
  const data = createDataClient({ baseUrl: DATA_API_URL, clock: createSystemClock(), random: systemRandom });
  const wallet = parseAddress(LIVE_TRADING_ACK);
  return createWalletSettlement({
    wallet,
    signer: createSignerClient(SIGNER_SOCKET),
    chain: openChain(environment, own),
    relayerOf: (owner) => openRelayer(environment, owner),
    store: createSettlementStore(database),
    redeemable: (signal) => fetchRedeemable(data, wallet, signal),
    ...{ clock, logger: own },
    alarm(text) {
      const at = clock.nowMs();
      outbox
        .record(`settlement-${at}`, "error", { service: "settlement", reason: text }, at)
        .catch((error: unknown) => own.error("alert not recorded", { error, text }));
    },
  });
}
