import type { Cast, Rush } from "../actors/actor.ts";
import { createCrowd } from "../actors/crowd.ts";
import { createHousekeeper } from "../actors/housekeeper.ts";
import { createInformed } from "../actors/informed.ts";
import { createNoiseTrader } from "../actors/noise-trader.ts";
import { createPanicker } from "../actors/panicker.ts";
import { type Accounts, createAccounts } from "../exchange/accounts.ts";
import { createDesk, type Desk } from "../exchange/desk.ts";
import type { Match } from "../exchange/match.ts";
import { createMatchingEngine } from "../exchange/matching.ts";
import type { Operation } from "../exchange/operation.ts";
import { createOrderEntry, type OrderEntry } from "../exchange/order-entry.ts";
import { createQuotes, type Quotes } from "../exchange/quotes.ts";
import { createSettlement } from "../exchange/settlement.ts";
import { createTradingState, type TradingState } from "../exchange/trading-state.ts";
import { createVault, type Vault } from "../exchange/vault.ts";
import { noiseBits } from "../random/noise.ts";
import { hashText, type Seed } from "../random/prng.ts";
import { type Agenda, createAgenda } from "./agenda.ts";
import { type Customer, customerWallet } from "./customers.ts";
import { createDailyMarkets, DAY_MS } from "./daily-markets.ts";
import type { SimMarket } from "./market.ts";
import { createMarketNumbers } from "./market-numbers.ts";
import { createUpDownMarkets, LEAD_MS, SLOT_MS } from "./up-down-markets.ts";
import { createWallets, type Population, type SimWallet } from "./wallets.ts";

export type WorldOptions = {
  readonly seed: Seed;
  /** First moment of the world, on a full quarter of an hour; milliseconds since 1970. */
  readonly genesisMs: number;
  /** Matches before this settle on the V1 exchanges, later ones on V2. */
  readonly cutoverMs: number;
  readonly population: Population;
  /** False: nobody's private signal knows anything. */
  readonly isSkillPlanted?: boolean;
  /** How long it takes until all the world knows what an informed wallet that has bought knew; null: it never does. */
  readonly revealMs?: number | null;
  /** Whose orders come from outside. */
  readonly customers?: readonly Customer[];
  /** Null: everybody is there from the beginning. */
  readonly rush?: Rush | null;
};

/** One transaction of the chain, before it has a block. */
export type Transaction = { readonly at: number } & (
  | { readonly kind: "matches"; readonly matches: readonly Match[] }
  | { readonly kind: "preparation"; readonly markets: readonly SimMarket[] }
  | { readonly kind: "resolution"; readonly market: SimMarket }
  | { readonly kind: "operation"; readonly operation: Operation }
  /** The wallet's owner shows: its Safe is made, or it has its proxy wallet do something. */
  | { readonly kind: "owner"; readonly wallet: SimWallet }
);

/** Takers' cash, and the last price in pips of outcome 0. */
export type Volume = { readonly micros: number; readonly lastPips: number | null };

export type World = {
  readonly options: WorldOptions;
  /** The customers' last. */
  readonly wallets: readonly SimWallet[];
  /** Every market that was ever prepared, in that order. */
  readonly markets: readonly SimMarket[];
  readonly accounts: Accounts;
  readonly quotes: Quotes;
  /** Undefined once a market is resolved. */
  stateOf(market: SimMarket): TradingState | undefined;
  volumeOf(market: SimMarket): Volume;
  readonly orderEntry: OrderEntry;
  readonly vault: Vault;
  /** Lives on until `at` inclusive, so that an order can come in then. @returns how far the world has lived. */
  liveTo(at: number): number;
  /** Lives on until `at` inclusive. @returns what happened since the last time, in order. */
  advanceTo(at: number): readonly Transaction[];
};

const MAKERS_PER_MARKET = 5;

export function createWorld(options: WorldOptions): World {
  const { seed, genesisMs, rush = null } = options;
  const { population, wallets, accounts, purses } = createParticipants(options);
  const { pot, feeReceiver, negRiskVault, burn } = purses;
  const cast: Cast = { seed, wallets: population, rush };
  const agenda = createAgenda();
  const quotes = createQuotes(seed, accounts, options.revealMs ?? null);
  const markets: SimMarket[] = [];
  const states = new Map<number, TradingState>();
  const finished = new Map<number, Volume>();
  let livedTo = genesisMs;
  let happened: Transaction[] = rush === null ? population.flatMap((wallet) => introduce(wallet, genesisMs)) : [];

  const versionAt = (at: number) => (at < options.cutoverMs ? 1 : 2);
  const stateOf = (market: SimMarket): TradingState | undefined => states.get(market.index);
  const settle = (matches: readonly Match[], at: number) => void happened.push({ at, kind: "matches", matches });
  const orderEntry = createOrderEntry({ accounts, quotes, pot, feeReceiver, stateOf, versionAt, settle });
  const desk = createDesk({
    agenda,
    accounts,
    quotes,
    engine: createMatchingEngine(accounts, quotes, createSettlement(accounts, pot, feeReceiver)),
    stateOf,
    versionAt,
    settle,
    sliceKey: hashText(`${seed}/slices`),
  });
  const crowd = createCrowd(cast, agenda, actorsAt(seed, desk));
  const vault = createVault({
    ...{ accounts, negRiskVault, burn, versionAt },
    isOpen: (market) => stateOf(market) !== undefined,
    perform: (operation, at) => happened.push({ at, kind: "operation", operation }),
  });
  const housekeeper = createHousekeeper(cast, desk, vault);
  const makersOf = chooseMakers(seed, population);

  function prepare(group: readonly SimMarket[], at: number): void {
    happened.push({ at, kind: "preparation", markets: group });
    for (const market of group) {
      markets.push(market);
      states.set(market.index, createTradingState(market, makersOf(market)));
      crowd.gather(market);
      agenda.at(market.resolvesAt, (resolvedAt) => resolve(market, resolvedAt));
    }
    housekeeper.tend(group);
  }
  function liveTo(at: number): number {
    agenda.runUntil(at);
    livedTo = Math.max(livedTo, at);
    return livedTo;
  }
  function resolve(market: SimMarket, at: number): void {
    const state = states.get(market.index);
    if (state !== undefined) finished.set(market.index, { micros: state.volumeMicros, lastPips: state.lastPips });
    states.delete(market.index);
    happened.push({ at, kind: "resolution", market });
    housekeeper.resolved(market, at);
  }
  if (rush !== null) introduceUntil(rush, cast, agenda, genesisMs, (found) => happened.push(...found));
  schedule(seed, genesisMs, agenda, prepare);

  return {
    options,
    wallets,
    markets,
    accounts,
    quotes,
    stateOf,
    volumeOf(market) {
      const state = states.get(market.index);
      if (state !== undefined) return { micros: state.volumeMicros, lastPips: state.lastPips };
      return finished.get(market.index) ?? { micros: 0, lastPips: null };
    },
    ...{ orderEntry, vault },
    liveTo,
    advanceTo(at) {
      liveTo(at);
      const transactions = happened;
      happened = [];
      return transactions;
    },
  };
}

const actorsAt = (seed: Seed, desk: Desk) => ({
  informed: createInformed(seed, desk),
  noise: createNoiseTrader(seed, desk),
  panicker: createPanicker(seed, desk),
});

/** Collateral between a maker and a taker, fees, fees of conversions, what is out of everybody's reach. */
type Purses = Readonly<Record<"pot" | "feeReceiver" | "negRiskVault" | "burn", number>>;

function createParticipants({ seed, population: sizes, customers = [], isSkillPlanted = true }: WorldOptions) {
  const population = createWallets(seed, sizes, isSkillPlanted);
  const outside = customers.map((customer, i) => customerWallet(customer, population.length + i));
  const wallets = [...population, ...outside];
  const accounts = createAccounts(wallets.length + 4, new Set(outside.map(({ index }) => index)));
  for (const [i, { collateralUsd }] of customers.entries())
    accounts.deposit(population.length + i, Math.round(collateralUsd * 1e6));
  const first = wallets.length;
  const purses: Purses = { pot: first, feeReceiver: first + 1, negRiskVault: first + 2, burn: first + 3 };
  return { population, wallets, accounts, purses };
}

/** The older wallet of a family shows whose it is; the other one's address follows from that. */
const introduce = (wallet: SimWallet, at: number): readonly Transaction[] =>
  wallet.family !== null && wallet.index < wallet.family.sibling ? [{ at, kind: "owner", wallet }] : [];

/** Little by little until the crowd comes: no block has room for all of them. */
function introduceUntil(
  { fromMs }: Rush,
  { wallets }: Cast,
  agenda: Agenda,
  genesisMs: number,
  happen: (transactions: readonly Transaction[]) => void,
): void {
  for (const [i, wallet] of wallets.entries()) {
    const shown = genesisMs + Math.floor(((fromMs - genesisMs) * i) / wallets.length);
    if (wallet.family !== null) agenda.at(shown, (at) => happen(introduce(wallet, at)));
  }
}

/** Puts the preparation of every market there will ever be on the agenda, slot after slot and day after day. */
function schedule(
  seed: Seed,
  genesisMs: number,
  agenda: Agenda,
  prepare: (group: readonly SimMarket[], at: number) => void,
): void {
  const numbers = createMarketNumbers();
  const upDown = createUpDownMarkets(seed, genesisMs, numbers);
  const daily = createDailyMarkets(seed, genesisMs, numbers);
  const announce = (group: readonly SimMarket[]): void => {
    const [first] = group;
    if (first !== undefined) agenda.at(first.createdAt, (at) => prepare(group, at));
  };
  function openSlot(opensAt: number): void {
    for (const market of upDown(opensAt)) announce([market]);
    agenda.at(opensAt + SLOT_MS - LEAD_MS, () => openSlot(opensAt + SLOT_MS));
  }
  function openDay(dayStart: number): void {
    for (const group of daily(dayStart)) announce(group);
    agenda.at(dayStart + DAY_MS - LEAD_MS, () => openDay(dayStart + DAY_MS));
  }
  const today = Math.floor(genesisMs / DAY_MS) * DAY_MS;
  openSlot(genesisMs);
  // Yesterday's questions run into today; `openDay` of today follows by itself, at once if need be.
  openDay(today - DAY_MS);
}

/** Five makers per market: those of its asset first, in an order of the market's own. */
function chooseMakers(seed: Seed, wallets: readonly SimWallet[]): (market: SimMarket) => readonly SimWallet[] {
  const key = hashText(`${seed}/makers`);
  const makers = wallets.filter((wallet) => wallet.kind === "market_maker");
  return (market) => {
    const rank = (maker: SimWallet): number =>
      noiseBits(key, market.index, maker.index) - (maker.assets.includes(market.topic) ? 0x1_0000_0000 : 0);
    return makers.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAKERS_PER_MARKET);
  };
}
