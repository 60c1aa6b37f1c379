import type { OutcomeIndex } from "../market/market.ts";
import { type ModelContext, sumFlow } from "../model/context.ts";
import { FlowTape } from "../model/flow-tape.ts";
import type { SignalModel } from "../model/price-model.ts";
import { type FillBatch, type HistoryFacts, TRAIT } from "./history.ts";
import type { Scoreboard } from "./scoreboard.ts";

/** Which fills the model is asked about. */
export type CandidateRule = Pick<SignalModel, "minTradeUsd">;

/** Looks at every fill of a run for the model. Here, or in training something that collects. */
export type CandidateSource = {
  /** A fill before trading begins. */
  remember(batch: FillBatch, row: number, market: number): void;
  /** @returns what the model needs beside the fill; null: it is not asked about this one */
  look(batch: FillBatch, row: number, market: number): ModelContext | null;
  resolve(market: number): void;
};

/** As the executor's inbox picks candidates and what it reads with them. */
export class Candidates implements CandidateSource {
  private readonly facts: HistoryFacts;
  private readonly board: Scoreboard;
  private readonly minCash: number;
  private readonly tape = new FlowTape();

  constructor(facts: HistoryFacts, board: Scoreboard, { minTradeUsd }: CandidateRule) {
    this.facts = facts;
    this.board = board;
    this.minCash = Number(minTradeUsd);
  }

  remember(batch: FillBatch, row: number, market: number): void {
    const traits = batch.traits[row] as number;
    const wallet = batch.wallet[row] as number;
    this.tape.add(market, {
      at: batch.occurredAt[row] as number,
      wallet,
      outcome: this.outcomeOf(batch, row),
      isSell: (traits & TRAIT.sell) !== 0,
      isMaker: (traits & TRAIT.maker) !== 0,
      usd: (batch.cash[row] as number) / 1e6,
      shares: (batch.size[row] as number) / 1e6,
    });
  }

  look(batch: FillBatch, row: number, market: number): ModelContext | null {
    const context = this.isCandidate(batch, row) ? this.contextOf(batch, row, market) : null;
    this.remember(batch, row, market);
    return context;
  }

  resolve(market: number): void {
    this.tape.forget(market);
  }

  private isCandidate(batch: FillBatch, row: number): boolean {
    const cash = batch.cash[row] as number;
    return (
      cash >= this.minCash &&
      ((batch.traits[row] as number) & TRAIT.sell) === 0 &&
      // Dust has no price between 0 and 1.
      cash < (batch.size[row] as number) &&
      this.board.eligible[batch.wallet[row] as number] === 1
    );
  }

  private contextOf(batch: FillBatch, row: number, market: number): ModelContext {
    const wallet = batch.wallet[row] as number;
    // Scores as they are published now: what the executor would read.
    const trades = this.tape
      .recent(market, batch.occurredAt[row] as number)
      .map((trade) => ({ ...trade, score: this.board.score[trade.wallet] as number }));
    return { profile: this.board.profile(wallet), flow: sumFlow(trades, wallet, this.outcomeOf(batch, row)) };
  }

  private outcomeOf(batch: FillBatch, row: number): OutcomeIndex {
    return this.facts.tokenOutcome[batch.token[row] as number] as OutcomeIndex;
  }
}
