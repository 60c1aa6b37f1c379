import { unreachable } from "../assert.ts";
import type { PositionId } from "../ids/ids.ts";
import type { TradingState } from "../risk/limits.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import type { EventOf } from "./event.ts";
import { hastenExit, requestExit } from "./exits.ts";
import { mapEmptyEntries } from "./order-corrections.ts";
import { withdraw } from "./resting-orders.ts";
import { mapRecord } from "./shards.ts";
import { type AnsweredOrder, type EngineState, type OrderInFlight, sortedValues } from "./state.ts";

export function onCommand(state: EngineState, { command, commandId }: EventOf<"commanded">): StepResult {
  switch (command.kind) {
    case "pause":
      return setTradingState(state, "REDUCING", commandId);
    case "halt":
      return setTradingState(state, "HALTED", commandId);
    case "resume":
      return setTradingState(state, "ACTIVE", commandId);
    case "close":
      return closeThose(state, (positionId) => positionId === command.positionId);
    case "close-all":
      return closeThose(state, () => true);
    default:
      return unreachable(command);
  }
}

/** What an entry in flight brings, or one that came to nothing brings late, is sold when it has come. */
function closeThose(state: EngineState, isMeant: (positionId: PositionId) => boolean): StepResult {
  const mark = <Entry extends OrderInFlight | AnsweredOrder>(entry: Entry): Entry =>
    entry.order.side === "SELL" || entry.exit !== undefined || !isMeant(entry.order.positionId)
      ? entry
      : { ...entry, exit: { reason: "COMMAND", signalId: null } };
  const orders = mapRecord(state.orders, mark);
  const marked = mapEmptyEntries(orders === state.orders ? state : { ...state, orders }, mark);
  const closed = sortedValues(state.positions).filter(({ id }) => isMeant(id));
  return closed.reduce(
    (result, position) =>
      andThen(
        andThen(result, (next) => requestExit(next, position, "COMMAND", null)),
        (next) => hastenExit(next, position),
      ),
    withdraw(marked, ({ order }) => isMeant(order.positionId)),
  );
}

function setTradingState(state: EngineState, tradingState: TradingState, commandId: string): StepResult {
  if (state.tradingState === tradingState) return unchanged(state);
  const facts = { from: state.tradingState, to: tradingState };
  const told: StepResult = {
    state: { ...state, tradingState },
    commands: [{ kind: "notify", notice: { kind: "tradingState", key: `tradingState-${commandId}`, facts } }],
    changes: [],
  };
  if (state.tradingState !== "HALTED") return told;
  return sortedValues(state.positions).reduce(
    (result, position) => andThen(result, (next) => hastenExit(next, position)),
    told,
  );
}
