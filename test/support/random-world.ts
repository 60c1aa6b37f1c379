import fc from "fast-check";
import type { Command } from "../../src/core/engine/command.ts";
import type { EngineEvent } from "../../src/core/engine/event.ts";
import type { EngineConfig, EngineState } from "../../src/core/engine/state.ts";
import { step } from "../../src/core/engine/step.ts";
import { simulateFill } from "../../src/core/execution/simulate-fill.ts";
import type { OutcomeIndex } from "../../src/core/market/market.ts";
import { price, shares } from "../../src/core/money/amounts.ts";
import { addMs, type EpochMs } from "../../src/core/time/time.ts";
import {
  aBook,
  aDegen,
  aFillEvent,
  aMarketId,
  aTokenId,
  aView,
  aWhale,
  NOON,
  px,
  someTerms,
  startedEvent,
} from "./trading.ts";

/**
 * Random worlds for the engine: whales and bad wallets trade in a few markets, books jump, the venue answers late or
 * not at all or twice, people press buttons, blocks are taken back, markets resolve. Whatever the engine asks for is
 * answered by the world's own dice, so the events depend on the commands, as they do in truth.
 */
export type Move =
  | {
      readonly kind: "fill";
      readonly market: number;
      readonly outcome: OutcomeIndex;
      readonly wallet: number;
      readonly sell: boolean;
      readonly cents: number;
      readonly sizeTenths: number;
      readonly ageMs: number;
    }
  | {
      readonly kind: "answer";
      readonly which: number;
      readonly moved: number;
      readonly spreadCents: number;
      readonly depth: number;
      readonly feeRate: number;
      readonly fails: boolean;
      readonly twice: boolean;
      readonly staleMs: number;
    }
  | { readonly kind: "mark"; readonly cents: number }
  | { readonly kind: "resolve"; readonly market: number; readonly numerators: readonly [number, number] }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "control"; readonly command: "pause" | "resume" | "halt" | "close-all" }
  | { readonly kind: "retract"; readonly blocks: number };

const MARKETS = 6;
const outcome = fc.constantFrom<OutcomeIndex>(0, 1);
const cents = fc.integer({ min: 3, max: 85 });

const fillMove = fc.record({
  kind: fc.constant("fill" as const),
  market: fc.integer({ min: 1, max: MARKETS }),
  outcome,
  wallet: fc.integer({ min: 1, max: 12 }),
  sell: fc.boolean(),
  cents,
  sizeTenths: fc.integer({ min: 1, max: 20_000 }),
  ageMs: fc.constantFrom(0, 2_000, 9_000, 12_000),
});
const answerMove = fc.record({
  kind: fc.constant("answer" as const),
  which: fc.nat(20),
  /** Where the book stands against what the engine knows: mostly a little better, sometimes moved away. */
  moved: fc.constantFrom(-20, -8, -4, -3, -2, -2, -1, -1, 0, 3),
  spreadCents: fc.integer({ min: 1, max: 5 }),
  depth: fc.integer({ min: 0, max: 3_000 }),
  feeRate: fc.constantFrom(0, 0.04, 0.07),
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  twice: fc.boolean(),
  staleMs: fc.constantFrom(0, 0, 0, 11_000),
});
const otherMoves = [
  fc.record({ kind: fc.constant("mark" as const), cents }),
  fc.record({
    kind: fc.constant("resolve" as const),
    market: fc.integer({ min: 1, max: MARKETS }),
    numerators: fc.constantFrom<readonly [number, number]>([1, 0], [0, 1], [1, 1]),
  }),
  fc.record({
    kind: fc.constant("wait" as const),
    ms: fc.constantFrom(100, 3_000, 30_000, 61_000, 3_600_000, 86_400_000),
  }),
  fc.record({
    kind: fc.constant("control" as const),
    command: fc.constantFrom(
      ...(["pause", "halt", "close-all", "close-all", "resume", "resume", "resume", "resume"] as const),
    ),
  }),
  fc.record({ kind: fc.constant("retract" as const), blocks: fc.integer({ min: 1, max: 20 }) }),
];

export const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof({ arbitrary: fillMove, weight: 10 }, { arbitrary: answerMove, weight: 14 }, ...otherMoves),
  { minLength: 60, maxLength: 150 },
);

export type Stepped = {
  readonly before: EngineState | null;
  readonly event: EngineEvent;
  readonly commands: readonly Command[];
  readonly after: EngineState;
};

/** Lives through the moves. @returns every step, in order. */
export function playWorld(config: EngineConfig, plan: readonly Move[]): readonly Stepped[] {
  const steps: Stepped[] = [];
  const open: Command[] = [];
  let state: EngineState | null = null;
  let at: EpochMs = NOON;
  let block = 100;
  const tell = (event: EngineEvent): void => {
    const result = step(state, event);
    steps.push({ before: state, event, commands: result.commands, after: result.state });
    state = result.state;
    open.push(...result.commands.filter((command) => command.kind !== "notify"));
  };
  tell(startedEvent(config, at));
  for (const [index, move] of plan.entries()) {
    at = addMs(at, 50);
    block += 1;
    for (const event of eventsOf(move, { at, block, index, open, state: state as unknown as EngineState })) tell(event);
    if (move.kind === "wait") at = addMs(at, move.ms);
    if (move.kind === "wait") tell({ kind: "ticked", at });
  }
  return steps;
}

type World = {
  readonly at: EpochMs;
  readonly block: number;
  readonly index: number;
  readonly open: Command[];
  readonly state: EngineState;
};

function eventsOf(move: Move, world: World): readonly EngineEvent[] {
  const { at, block, index, state } = world;
  switch (move.kind) {
    case "fill":
      return [fillOf(move, world)];
    case "answer":
      return answer(move, world);
    case "mark":
      return [
        {
          kind: "positionsMarked",
          at,
          bids: Object.values(state.positions).map(({ tokenId }) => ({
            tokenId,
            bid: price(BigInt(move.cents) * 10_000n),
          })),
        },
      ];
    case "resolve":
      return [
        {
          kind: "marketResolved",
          at,
          marketId: aMarketId(move.market),
          payoutNumerators: [BigInt(move.numerators[0]), BigInt(move.numerators[1])],
          resolvedAt: at,
        },
      ];
    case "control":
      return [{ kind: "commanded", at, commandId: String(index), command: { kind: move.command } }];
    case "retract":
      return [{ kind: "blocksRetracted", at, fromBlock: block - move.blocks }];
    case "wait":
      return [];
  }
}

function fillOf(move: Extract<Move, { kind: "fill" }>, { at, block, index }: World): EngineEvent {
  const size = BigInt(move.sizeTenths) * 100_000n;
  const micros = (size * BigInt(move.cents)) / 100n;
  // The first half of the wallets are whales, the others are bad at it.
  const score = move.wallet <= 6 ? { ...aWhale, score: 7 + move.wallet / 3 } : aDegen;
  const event = aFillEvent({
    ...move,
    at,
    block,
    order: index + 1,
    score,
    side: move.sell ? "SELL" : "BUY",
    eventId: `event ${move.market % 3}`,
    category: (["Crypto", "Sports", null] as const)[move.market % 3] ?? null,
    endsAt: addMs(at, move.market * 600_000),
  });
  return {
    ...event,
    fill: {
      ...event.fill,
      size: shares(size),
      cash: micros as never,
      heldBefore: move.sell ? shares(size * 2n) : null,
    },
  } as EngineEvent;
}

function answer(move: Extract<Move, { kind: "answer" }>, { at, open, state }: World): readonly EngineEvent[] {
  if (open.length === 0) return [];
  const [command] = open.splice(move.which % open.length, 1);
  const bid = Math.min(Math.max(1, knownCents(state, command) + move.moved - move.spreadCents), 98);
  const ask = Math.min(bid + move.spreadCents, 99);
  const level = (centsOf: number) => [String(centsOf / 100), String(move.depth + 1)] as const;
  const tokenId = command?.kind === "requestBook" ? command.tokenId : aTokenId(1, 0);
  const book = aBook(
    move.depth === 0 ? [] : [level(bid), level(Math.max(1, bid - 2))],
    move.depth === 0 ? [] : [level(ask), level(Math.min(99, ask + 1))],
    { tokenId },
  );
  if (command?.kind === "requestBook") {
    if (move.fails) return [{ kind: "bookFailed", at, subject: command.subject, reason: "timeout" }];
    const terms = { ...someTerms, tickSize: px("0.01"), fee: { rate: move.feeRate, exponent: 1 } };
    const event: EngineEvent = {
      kind: "bookObserved",
      at,
      subject: command.subject,
      view: aView(addMs(at, -move.staleMs), { book, terms }),
    };
    return move.twice ? [event, event] : [event];
  }
  if (command?.kind !== "placeOrder") return [];
  const { order } = command;
  const event: EngineEvent = {
    kind: "orderResult",
    at,
    clientOrderId: order.clientOrderId,
    result: simulateFill(order, book, at),
  };
  return move.twice ? [event, event] : [event];
}

/** The price that the engine goes by: a signal's cap, a position's mark, an order's limit. */
function knownCents(state: EngineState, command: Command | undefined): number {
  const toCents = (micros: bigint | null | undefined): number => Number(micros ?? 500_000n) / 10_000;
  if (command?.kind === "placeOrder") return Math.round(toCents(command.order.limitPrice));
  if (command?.kind !== "requestBook") return 50;
  const { subject } = command;
  if (subject.kind === "signal") return Math.round(toCents(state.signals[subject.signalId]?.limitPrice));
  return Math.round(toCents(state.positions[subject.positionId]?.mark?.bid));
}
