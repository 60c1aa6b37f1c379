import { createMarketExchanges } from "../../adapters/polymarket-gamma/market-exchange.ts";
import { systemRandom } from "../../adapters/system/random.ts";
import type { LiveOrderStore } from "../../ports/live-order-store.ts";
import type { Venue } from "../../ports/venue.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import type { LiveVenueDeps } from "../../services/live/live-deps.ts";
import { createLiveVenue } from "../../services/live/live-venue.ts";
import { createOrderHints } from "../../services/live/order-hints.ts";
import type { Program } from "../program.ts";
import { type Account, openSigner } from "./account.ts";
import { openGamma } from "./venue-parts.ts";

type ManualVenue = {
  readonly program: Pick<Program, "environment" | "clock" | "logger">;
  readonly account: Pick<Account, "identity" | "client">;
  readonly store: LiveOrderStore;
  /** Where it is known without the catalogue. */
  readonly exchangeOf?: LiveVenueDeps["exchangeOf"];
  readonly tell: (line: string) => void;
};

/** The executor's road to the venue (signer, store, send, ask) for orders that a person asks for. */
export function openManualVenue({ program, account, store, exchangeOf, tell }: ManualVenue): Venue {
  const { environment, clock, logger } = program;
  return createLiveVenue({
    ...{ client: tellingClient(account.client, tell), account: account.identity, signer: openSigner(environment) },
    // What goes well is told already.
    ...{ store: tellingStore(store, tell), clock, logger: { ...logger, info: () => {} }, random: systemRandom },
    exchangeOf: exchangeOf ?? createMarketExchanges(openGamma(environment)).find,
    alarm: async (sort, text) => tell(`   the venue says no (${sort}): ${text}`),
    // A person has said yes; nothing is heard of the user channel, so the venue is asked.
    hold: () => null,
    hints: createOrderHints(clock),
  });
}

type Tell = ManualVenue["tell"];

const tellingClient = (client: VenueClient, tell: Tell): VenueClient => ({
  ...client,
  async postOrder(order, signal) {
    const answer = await client.postOrder(order, signal);
    tell(`   sent: ${answer.kind}${answer.kind === "accepted" ? `, ${answer.status}` : ""}`);
    return answer;
  },
});

function tellingStore(store: LiveOrderStore, tell: Tell): LiveOrderStore {
  const told = new Set<string>();
  return {
    ...store,
    async add(order) {
      const stored = await store.add(order);
      tell(`   signed and stored: order ${stored.orderHash}`);
      return stored;
    },
    async markKnown(id, tradeIds, trades) {
      await store.markKnown(id, tradeIds, trades);
      for (const { id: trade, status, txHash } of trades) {
        const line = `   trade ${trade}: ${status}${txHash === null ? "" : ` in ${txHash}`}`;
        if (!told.has(line)) tell(line);
        told.add(line);
      }
    },
  };
}
