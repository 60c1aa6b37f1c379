import { unreachable } from "../assert.ts";
import type { TradingState } from "../risk/limits.ts";
import { andThen, type StepResult, unchanged } from "./command.ts";
import type { EventOf } from "./event.ts";
import { requestExit } from "./exits.ts";
import { withdraw } from "./resting-orders.ts";
import { type EngineState, sortedValues } from "./state.ts";

export function onCommand(state: EngineState, { command, commandId }: EventOf<"commanded">): StepResult {
  switch (command.kind) {
    case "pause":
      return setTradingState(state, "REDUCING", commandId);
    case "halt":
      return setTradingState(state, "HALTED", commandId);
    case "resume":
      return setTradingState(state, "ACTIVE", commandId);
    case "close": {
      const position = state.positions[command.positionId];
      return position === undefined ? unchanged(state) : requestExit(state, position, "COMMAND", null);
    }
    case "close-all":
      return sortedValues(state.positions).reduce(
        (result, position) => andThen(result, (next) => requestExit(next, position, "COMMAND", null)),
        withdraw(state, () => true),
      );
    default:
      return unreachable(command);
  }
}

function setTradingState(state: EngineState, tradingState: TradingState, commandId: string): StepResult {
  if (state.tradingState === tradingState) return unchanged(state);
  const facts = { from: state.tradingState, to: tradingState };
  return {
    state: { ...state, tradingState },
    commands: [{ kind: "notify", notice: { kind: "tradingState", key: `tradingState-${commandId}`, facts } }],
    changes: [],
  };
}
