import type { Leg, Match } from "../exchange/match.ts";
import { sharesOf } from "../world/units.ts";
import { exchangeAddress, NEG_RISK_ADAPTER, V1_FEE_MODULE, V1_NEG_RISK_FEE_MODULE } from "./contracts.ts";
import { adapterOf } from "./encode-operation.ts";
import type { OrderEncoder } from "./encode-order.ts";
import type { TokenEncoder } from "./encode-tokens.ts";
import { addressTopic, type EventLog } from "./event-log.ts";

/**
 * The logs of one match in the contract's order: every maker's `OrderFilled`, the taker's own (whose taker topic is the
 * exchange), then `OrdersMatched`, which repeats the taker's amounts (on-chain sheet, section 2.2); between them the
 * tokens that move, the sets that are made or dissolved, and at the end V1's refunds.
 */
export type MatchEncoder = (match: Match) => readonly EventLog[];

type Kind = "COMPLEMENTARY" | "MINT" | "MERGE";
const kindOf = (maker: Leg, taker: Leg): Kind =>
  maker.side !== taker.side ? "COMPLEMENTARY" : taker.side === "BUY" ? "MINT" : "MERGE";

const exchangeOf = ({ market, version }: Match): string => exchangeAddress(version, market.negRisk);
const feeModuleOf = ({ market }: Match): string => (market.negRisk ? V1_NEG_RISK_FEE_MODULE : V1_FEE_MODULE);

export function createMatchEncoder(orders: OrderEncoder, tokens: TokenEncoder): MatchEncoder {
  const { addressOf, filled, matched, takerTopic } = orders;

  /** On V1 neg-risk the NegRiskAdapter stands in for Conditional Tokens, so it is who moves tokens. */
  function move(logs: EventLog[], match: Match, leg: Leg, from: string, to: string, micros: number): void {
    const isStandIn = match.version === 1 && match.market.negRisk;
    const operator = isStandIn ? NEG_RISK_ADAPTER : exchangeOf(match);
    if (micros > 0) tokens.single(logs, { operator, from, to }, match.market, leg.outcome, micros);
  }

  /** Makers and taker give each other their tokens, without the exchange between them. */
  function directly(match: Match): readonly EventLog[] {
    const { taker, makers } = match;
    const exchange = exchangeOf(match);
    const logs: EventLog[] = [];
    for (const maker of makers) {
      const [from, to] = maker.side === "SELL" ? [maker, taker] : [taker, maker];
      move(logs, match, maker, addressOf(from), addressOf(to), sharesOf(maker.lots));
      logs.push(filled(match, maker, takerTopic(match), exchange));
    }
    logs.push(filled(match, taker, addressTopic(exchange), exchange), matched(match, exchange));
    return logs;
  }

  function received(logs: EventLog[], match: Match, leg: Leg): void {
    if (leg.side !== "BUY") return;
    const kept = match.version === 1 ? leg.fee : 0;
    move(logs, match, leg, exchangeOf(match), addressOf(leg), sharesOf(leg.lots) - kept);
    move(logs, match, leg, exchangeOf(match), feeModuleOf(match), kept);
  }

  function refund(logs: EventLog[], match: Match, leg: Leg): void {
    if (leg.refund === 0) return;
    const feeModule = feeModuleOf(match);
    const back = { operator: feeModule, from: feeModule, to: addressOf(leg) };
    if (leg.side === "BUY") tokens.single(logs, back, match.market, leg.outcome, leg.refund);
    logs.push(orders.refunded(match, leg, feeModule));
  }

  return function encode(match) {
    const { taker, makers, version } = match;
    const exchange = exchangeOf(match);
    if (version === 2 && makers.every((maker) => kindOf(maker, taker) === "COMPLEMENTARY")) return directly(match);
    const logs: EventLog[] = [];
    if (taker.side === "SELL") move(logs, match, taker, addressOf(taker), exchange, sharesOf(taker.lots));
    for (const maker of makers) {
      if (maker.side === "SELL") move(logs, match, maker, addressOf(maker), exchange, sharesOf(maker.lots));
      changeSets(logs, match, kindOf(maker, taker), sharesOf(maker.lots), tokens);
      received(logs, match, maker);
      logs.push(filled(match, maker, takerTopic(match), exchange));
    }
    received(logs, match, taker);
    logs.push(filled(match, taker, addressTopic(exchange), exchange), matched(match, exchange));
    for (const leg of [...makers, taker]) refund(logs, match, leg);
    return logs;
  };
}

/** Sets that the exchange makes or dissolves for itself; in V2 through an adapter. */
function changeSets(logs: EventLog[], match: Match, kind: Kind, micros: number, tokens: TokenEncoder): void {
  const { market, version } = match;
  const exchange = exchangeOf(match);
  const caller = version === 1 ? exchange : adapterOf(market);
  const both = [micros, micros] as const;
  if (kind === "MINT") {
    if (market.negRisk) tokens.negRiskSplit(logs, caller, market, micros);
    else tokens.ctfSplit(logs, caller, market, micros);
    if (caller !== exchange) tokens.pair(logs, { operator: caller, from: caller, to: exchange }, market, both);
  } else if (kind === "MERGE") {
    if (caller !== exchange) tokens.pair(logs, { operator: caller, from: exchange, to: caller }, market, both);
    if (market.negRisk) tokens.negRiskMerge(logs, caller, market, micros);
    else tokens.ctfMerge(logs, caller, market, micros);
  }
}
