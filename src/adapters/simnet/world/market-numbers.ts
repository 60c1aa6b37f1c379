/** Numbers for markets and events, in the order in which they are drawn up. */
export type MarketNumbers = { nextMarket(): number; nextEvent(): number };

export function createMarketNumbers(): MarketNumbers {
  let markets = 0;
  let events = 0;
  return { nextMarket: () => markets++, nextEvent: () => events++ };
}

const FIRST_EVENT_ID = 180_000;
/** The event's id on Gamma. */
export const eventId = (number: number): string => String(FIRST_EVENT_ID + number);
