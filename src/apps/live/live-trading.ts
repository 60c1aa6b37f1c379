import { createUserFeed } from "../../adapters/polymarket-clob/user-feed.ts";
import { createGammaClient } from "../../adapters/polymarket-gamma/gamma-client.ts";
import { createMarketExchanges } from "../../adapters/polymarket-gamma/market-exchange.ts";
import { createAlertOutbox } from "../../adapters/postgres/alert-outbox.ts";
import { createLiveAccountStore } from "../../adapters/postgres/live-account-store.ts";
import { createLiveOrderStore } from "../../adapters/postgres/live-order-store.ts";
import { createSystemClock } from "../../adapters/system/clock.ts";
import { systemRandom } from "../../adapters/system/random.ts";
import type { BookFeed } from "../../ports/book-source.ts";
import type { Venue } from "../../ports/venue.ts";
import type { ExecutorDeps } from "../../services/executor/session.ts";
import { createLiveAccount } from "../../services/live/live-account.ts";
import { createLiveVenue } from "../../services/live/live-venue.ts";
import { createOrderHints } from "../../services/live/order-hints.ts";
import { withPaperTwin } from "../../services/live/paper-twin.ts";
import type { ServiceParts } from "../service-parts.ts";
import type { ArmedLive } from "./choose-mode.ts";

/** What the executor has otherwise than on paper: where its orders go, and who watches over the account. */
export function liveTrading(
  { environment, database, clock, logger: parent }: ServiceParts,
  { identity, account, signer }: ArmedLive,
  paper: { readonly books: BookFeed; readonly venue: Venue },
  signal: AbortSignal,
): Pick<ExecutorDeps, "venue" | "feed" | "companion"> {
  const logger = parent.with({ service: "executor" });
  const wall = createSystemClock();
  const hints = createOrderHints(clock);
  const { client, credentials } = account;
  const companion = createLiveAccount({
    ...{ client, clock, logger, hints, wallet: identity.wallet },
    store: createLiveAccountStore(database),
    feed: createUserFeed({
      ...{ url: environment.CLOB_USER_WS_URL, credentials, clock: wall, random: systemRandom, logger },
    }),
    outbox: createAlertOutbox(database),
  });
  const gamma = createGammaClient({ baseUrl: environment.GAMMA_URL, clock: wall, random: systemRandom });
  const exchanges = createMarketExchanges(gamma);
  const venue = createLiveVenue({
    ...{ client, signer, clock, logger, hints, account: identity, random: systemRandom },
    store: createLiveOrderStore(database),
    exchangeOf: exchanges.find,
    alarm: companion.alarm,
    hold: companion.hold,
  });
  return {
    venue: withPaperTwin(venue, paper.venue, logger),
    companion,
    feed: {
      ...paper.books,
      watch(followed) {
        paper.books.watch(followed);
        exchanges.warm(
          followed.map(({ marketId }) => marketId),
          signal,
        );
      },
    },
  };
}
