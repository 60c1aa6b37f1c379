import type { SimMarket } from "../world/market.ts";
import {
  CONDITIONAL_TOKENS,
  NEG_RISK_ADAPTER,
  NEG_RISK_VAULT,
  NO_TOKEN_BURN_ADDRESS,
  NOBODY,
  TOPIC,
  USDC_E,
  WRAPPED_COLLATERAL,
} from "./contracts.ts";
import { createTransferEncoder, type TransferEncoder } from "./encode-transfers.ts";
import { addressTopic, type EventLog, wordOf } from "./event-log.ts";
import { createWordBuffer } from "./word-buffer.ts";

type Sets = (logs: EventLog[], by: string, market: SimMarket, micros: number) => void;
type Redeem = (
  logs: EventLog[],
  by: string,
  market: SimMarket,
  /** All that `by` holds of each outcome. */
  held: readonly [number, number],
  payout: number,
) => void;

type CtfEncoder = { readonly ctfSplit: Sets; readonly ctfMerge: Sets; readonly ctfRedeem: Redeem };

/**
 * Conditional Tokens and the NegRiskAdapter: their logs in the contracts' order (gnosis/conditional-tokens-contracts,
 * Polymarket/neg-risk-ctf-adapter). Every method appends to `logs`; amounts in micros.
 */
export type TokenEncoder = TransferEncoder &
  CtfEncoder & {
    readonly negRiskSplit: Sets;
    readonly negRiskMerge: Sets;
    readonly negRiskRedeem: Redeem;
    negRiskConvert(logs: EventLog[], by: string, conversion: EncodedConversion): void;
  };

export type EncodedConversion = {
  readonly markets: readonly SimMarket[];
  readonly given: readonly number[];
  readonly micros: number;
  readonly feeMicros: number;
};

const WORDS_MAX = 6;
const ROOT = `0x${"0".repeat(64)}`;
const NRA = NEG_RISK_ADAPTER;
const YES = 0;
const NO = 1;

const collateralOf = ({ negRisk }: SimMarket): string => (negRisk ? WRAPPED_COLLATERAL : USDC_E);
const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;

function createCtfEncoder({ single, pair }: TransferEncoder): CtfEncoder {
  const data = createWordBuffer(WORDS_MAX);

  function changed(topic: string, by: string, market: SimMarket, micros: number): EventLog {
    data.start();
    data.bytes(wordOf(collateralOf(market).slice(2)));
    for (const value of [96, micros, 2, 1, 2]) data.number(value);
    const topics = [topic, addressTopic(by), ROOT, market.conditionId];
    return { address: CONDITIONAL_TOKENS, topics, data: data.finish() };
  }

  return {
    ctfSplit(logs, by, market, micros) {
      pair(logs, { operator: by, from: NOBODY, to: by }, market, [micros, micros]);
      logs.push(changed(TOPIC.positionSplit, by, market, micros));
    },
    ctfMerge(logs, by, market, micros) {
      pair(logs, { operator: by, from: by, to: NOBODY }, market, [micros, micros]);
      logs.push(changed(TOPIC.positionsMerge, by, market, micros));
    },
    ctfRedeem(logs, by, market, held, payout) {
      for (const outcome of [YES, NO] as const) {
        if (held[outcome] === 0) continue;
        single(logs, { operator: by, from: by, to: NOBODY }, market, outcome, held[outcome]);
      }
      data.start();
      data.bytes(wordOf(market.conditionId.slice(2)));
      for (const value of [96, payout, 2, 1, 2]) data.number(value);
      const topics = [TOPIC.payoutRedemption, addressTopic(by), addressTopic(collateralOf(market)), ROOT];
      logs.push({ address: CONDITIONAL_TOKENS, topics, data: data.finish() });
    },
  };
}

export function createTokenEncoder(): TokenEncoder {
  const transfers = createTransferEncoder();
  const ctf = createCtfEncoder(transfers);
  const { pair, batch } = transfers;
  const data = createWordBuffer(WORDS_MAX);

  function told(logs: EventLog[], topics: readonly string[], values: readonly number[]): void {
    data.start();
    for (const value of values) data.number(value);
    logs.push({ address: NRA, topics, data: data.finish() });
  }

  return {
    ...transfers,
    ...ctf,
    negRiskSplit(logs, by, market, micros) {
      ctf.ctfSplit(logs, NRA, market, micros);
      pair(logs, { operator: NRA, from: NRA, to: by }, market, [micros, micros]);
      told(logs, [TOPIC.negRiskPositionSplit, addressTopic(by), market.conditionId], [micros]);
    },
    negRiskMerge(logs, by, market, micros) {
      pair(logs, { operator: NRA, from: by, to: NRA }, market, [micros, micros]);
      ctf.ctfMerge(logs, NRA, market, micros);
      told(logs, [TOPIC.negRiskPositionsMerge, addressTopic(by), market.conditionId], [micros]);
    },
    negRiskRedeem(logs, by, market, held, payout) {
      pair(logs, { operator: NRA, from: by, to: NRA }, market, held);
      ctf.ctfRedeem(logs, NRA, market, held, payout);
      told(logs, [TOPIC.negRiskPayoutRedemption, addressTopic(by), market.conditionId], [64, payout, 2, ...held]);
    },
    negRiskConvert(logs, by, { markets, given, micros, feeMicros }) {
      const from = markets.filter((_, index) => given.includes(index));
      const others = markets.filter((_, index) => !given.includes(index));
      for (const market of others) ctf.ctfSplit(logs, NRA, market, micros);
      batch(logs, { operator: NRA, from: by, to: NO_TOKEN_BURN_ADDRESS }, from, NO, micros);
      batch(logs, { operator: NRA, from: NRA, to: NO_TOKEN_BURN_ADDRESS }, others, NO, micros);
      if (feeMicros > 0) batch(logs, { operator: NRA, from: NRA, to: NEG_RISK_VAULT }, others, YES, feeMicros);
      batch(logs, { operator: NRA, from: NRA, to: by }, others, YES, micros - feeMicros);
      const indexSet = word(given.reduce((set, index) => set + 2 ** index, 0));
      const id = markets[0]?.event.negRiskMarketId ?? ROOT;
      told(logs, [TOPIC.negRiskPositionsConverted, addressTopic(by), id, indexSet], [micros]);
    },
  };
}
