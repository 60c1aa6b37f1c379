import type { MarketId, TokenId } from "../ids/ids.ts";
import { mulDiv } from "../money/fixed.ts";
import { NEG_RISK_ADAPTER } from "./contracts.ts";
import type { NegRiskEvent } from "./decode-neg-risk.ts";
import type { Movement } from "./decode-transfer.ts";
import { NEG_RISK_VAULT, NO_TOKEN_BURN_ADDRESS } from "./infrastructure.ts";
import type { UnattributedReason } from "./lifecycle-effect.ts";
import type { Operation, TokenOutcome } from "./operation.ts";
import { conditionId, negRiskQuestionId } from "./token-ids.ts";

/** What is known of a neg-risk market (an event of several questions) at the block of the conversion. */
export type NegRiskMarketFacts = {
  /** `QuestionPrepared` up to that block: questions can be added later. */
  readonly questionCount: number;
  readonly feeBips: bigint;
};

type Converted = Extract<NegRiskEvent, { kind: "convert" }>;

const FEE_DENOMINATOR = 10_000n;
const NO = 1;

/**
 * k NO are given, (n−k) YES and (k−1)·amount of collateral received, both less the fee (on-chain sheet, section 5.2).
 * Inside, the adapter splits each of the n−k other questions for itself and burns what it does not hand out.
 * @param splits those inner splits, in the order of the questions.
 * @param moved movements of Conditional Tokens since the adapter's last operation, without minting and burning.
 */
export function conversion(
  event: Converted,
  splits: readonly Operation[],
  moved: readonly Movement[],
  facts: NegRiskMarketFacts | null,
): Operation {
  const taken = moved.filter(
    ({ from, to, operator }) =>
      operator === NEG_RISK_ADAPTER && to === NO_TOKEN_BURN_ADDRESS && from === event.stakeholder,
  );
  const given = questions(event.indexSet);
  const count = given.length + splits.length;
  const tokens = new Map<TokenId, TokenOutcome>();
  taken.forEach(({ tokenId }, index) => {
    const question = given[index];
    if (question !== undefined) tokens.set(tokenId, { marketId: marketOf(event, question), outcome: NO });
  });
  for (const split of splits) {
    for (const [tokenId, outcome] of split.tokens) tokens.set(tokenId, outcome);
  }
  const fee = feeOf(event, splits, moved, facts);
  return {
    kind: "convert",
    position: { blockNumber: event.blockNumber, logIndex: event.logIndex },
    address: NEG_RISK_ADAPTER,
    marketId: null,
    named: [event.stakeholder],
    minted: splits.flatMap((split) => split.minted),
    taken,
    tokens,
    cash: BigInt(given.length - 1) * (event.amount - (fee ?? 0n)),
    isForeign: false,
    problem: problemOf(event, splits, taken, count, facts, fee),
  };
}

function problemOf(
  event: Converted,
  splits: readonly Operation[],
  taken: readonly Movement[],
  count: number,
  facts: NegRiskMarketFacts | null,
  fee: bigint | null,
): UnattributedReason | null {
  const given = questions(event.indexSet);
  const others = Array.from({ length: count }, (_, index) => index).filter((index) => !given.includes(index));
  if (given.length === 0 || others.length !== splits.length) return "QUESTION_COUNT_DIFFERS";
  if (facts !== null && facts.questionCount !== count) return "QUESTION_COUNT_DIFFERS";
  const splitAsExpected = splits.every((split, index) => {
    const expected = marketOf(event, others[index] as number);
    return split.cash === -event.amount && [...split.tokens.values()].every(({ marketId }) => marketId === expected);
  });
  const takenAsExpected = taken.length === given.length && taken.every(({ amount }) => amount === event.amount);
  if (!splitAsExpected || !takenAsExpected) return "AMOUNTS_DIFFER";
  return fee === null ? "CONVERSION_FEE_UNKNOWN" : null;
}

/** The fee on `amount`, per token and per unit of collateral; seen in the YES tokens that the vault keeps. */
function feeOf(
  event: Converted,
  splits: readonly Operation[],
  moved: readonly Movement[],
  facts: NegRiskMarketFacts | null,
): bigint | null {
  // One NO converted releases no collateral.
  if (splits.length === 0) {
    return facts === null ? null : mulDiv(event.amount, facts.feeBips, FEE_DENOMINATOR, "floor");
  }
  return moved.find(({ from, to }) => from === NEG_RISK_ADAPTER && to === NEG_RISK_VAULT)?.amount ?? 0n;
}

/** Indices of the bits that are set, ascending. */
function questions(indexSet: bigint): readonly number[] {
  return [...indexSet.toString(2)].reverse().flatMap((bit, index) => (bit === "1" ? [index] : []));
}

const marketOf = (event: Converted, question: number): MarketId =>
  conditionId(NEG_RISK_ADAPTER, negRiskQuestionId(event.negRiskMarketId, question));
