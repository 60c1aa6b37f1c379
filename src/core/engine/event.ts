import type { MarketView } from "../execution/market-view.ts";
import type { Execution, OrderResult } from "../execution/order.ts";
import type { VenueTrade } from "../execution/venue-answer.ts";
import type { ClientOrderId, MarketId, PositionId, SignalId, TokenId } from "../ids/ids.ts";
import type { ModelContext } from "../model/context.ts";
import type { PriceMicros } from "../money/amounts.ts";
import type { MarketFacts, ObservedFill, WalletFacts } from "../signals/observed-fill.ts";
import type { EpochMs } from "../time/time.ts";
import type { EngineConfig } from "./state.ts";

/** What a book was asked for. */
export type BookSubject =
  | { readonly kind: "signal"; readonly signalId: SignalId }
  | { readonly kind: "exit"; readonly positionId: PositionId };

/** A person's order to the executor. */
export type ControlCommand =
  /** Entries stop, exits go on. */
  | { readonly kind: "pause" }
  /** Nothing is sent any more. */
  | { readonly kind: "halt" }
  | { readonly kind: "resume" }
  | { readonly kind: "close"; readonly positionId: PositionId }
  | { readonly kind: "close-all" };

/** Everything that can happen to the engine; `at` is when it was told, by the executor's clock. */
export type EngineEvent = { readonly at: EpochMs } & (
  | { readonly kind: "started"; readonly config: EngineConfig }
  /** The strategy file was changed. */
  | { readonly kind: "reconfigured"; readonly config: EngineConfig }
  | {
      readonly kind: "fillObserved";
      readonly fill: ObservedFill;
      readonly wallet: WalletFacts;
      readonly market: MarketFacts;
      /** Where the model is asked about it. */
      readonly context?: ModelContext;
    }
  /** A reorg removed every block from this one up. */
  | { readonly kind: "blocksRetracted"; readonly fromBlock: number }
  | { readonly kind: "bookObserved"; readonly subject: BookSubject; readonly view: MarketView }
  | { readonly kind: "bookFailed"; readonly subject: BookSubject; readonly reason: string }
  | { readonly kind: "orderResult"; readonly clientOrderId: ClientOrderId; readonly result: OrderResult }
  /** Of an order that rests: all that is exchanged for good by now. */
  | {
      readonly kind: "orderProgressed";
      readonly clientOrderId: ClientOrderId;
      readonly executions: readonly Execution[];
    }
  /** Live: all trades of an answered order as the venue has them now, which is not what was booked. */
  | { readonly kind: "orderCorrected"; readonly clientOrderId: ClientOrderId; readonly trades: readonly VenueTrade[] }
  | {
      readonly kind: "positionsMarked";
      readonly bids: readonly {
        readonly tokenId: TokenId;
        readonly bid: PriceMicros;
        /** Absent in steps stored by an older version. */
        readonly ask?: PriceMicros | null;
      }[];
    }
  | {
      readonly kind: "marketResolved";
      readonly marketId: MarketId;
      readonly payoutNumerators: readonly [bigint, bigint];
      readonly resolvedAt: EpochMs;
    }
  | { readonly kind: "commanded"; readonly commandId: string; readonly command: ControlCommand }
  | { readonly kind: "ticked" }
);

export type EventOf<Kind extends EngineEvent["kind"]> = Extract<EngineEvent, { readonly kind: Kind }>;
