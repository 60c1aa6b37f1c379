import type { DecodedEvent } from "./decode-event.ts";
import { compareLogPosition, type LogPosition } from "./fill.ts";
import type { NegRiskMarketFacts } from "./neg-risk-conversion.ts";

type Prepared = DecodedEvent<"negRiskMarketPrepared" | "negRiskQuestionPrepared">;

/**
 * What was known of neg-risk markets at a place of the chain: questions can be added at any time.
 * @param before what was known before these events; a market that is not in it is not known
 * @param prepared in chain order
 */
export function negRiskFactsAt(
  before: ReadonlyMap<string, NegRiskMarketFacts>,
  prepared: readonly Prepared[],
  place: LogPosition,
  negRiskMarketId: string,
): NegRiskMarketFacts | null {
  let known = before.get(negRiskMarketId) ?? null;
  for (const event of prepared) {
    if (compareLogPosition(event, place) >= 0) break;
    if (event.args.marketId !== negRiskMarketId) continue;
    if (event.name === "negRiskMarketPrepared") known = { questionCount: 0, feeBips: event.args.feeBips };
    else if (known !== null) known = { ...known, questionCount: known.questionCount + 1 };
  }
  return known;
}
