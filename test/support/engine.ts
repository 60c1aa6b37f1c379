import type { ChangedRow, Command, StepResult } from "../../src/core/engine/command.ts";
import type { EngineEvent } from "../../src/core/engine/event.ts";
import type { EngineConfig, EngineState } from "../../src/core/engine/state.ts";
import { step } from "../../src/core/engine/step.ts";
import type { Execution } from "../../src/core/execution/order.ts";
import type { EpochMs } from "../../src/core/time/time.ts";
import { $, aConfig, aFillEvent, aView, px, sh, startedEvent } from "./trading.ts";

/** An engine under test: tells events, keeps the newest state and everything that came out. */
export function anEngine(config: EngineConfig = aConfig()) {
  let state: EngineState = step(null, startedEvent(config)).state;
  const commands: Command[] = [];
  const changes: ChangedRow[] = [];
  const tell = (event: EngineEvent): StepResult => {
    const result = step(state, event);
    state = result.state;
    commands.push(...result.commands);
    changes.push(...result.changes);
    return result;
  };
  const signals = () => changes.flatMap((change) => (change.kind === "signal" ? [change.signal] : []));
  const engine = {
    tell,
    state: () => state,
    orders: () => commands.flatMap((command) => (command.kind === "placeOrder" ? [command.order] : [])),
    notices: () => commands.flatMap((command) => (command.kind === "notify" ? [command.notice.kind] : [])),
    signals,
    changes: () => changes,
    verdicts: () => {
      const last = new Map(
        signals().map((signal) => [signal.id, `${signal.type} ${signal.refusal?.code ?? signal.status}`]),
      );
      return [...last.values()];
    },
    closed: () =>
      changes.flatMap((change) =>
        change.kind === "position" && change.position.status === "CLOSED" ? [change.position] : [],
      ),
    rows: () =>
      new Map(
        changes.flatMap((change) => (change.kind === "performance" ? [[change.row.date, change.row] as const] : [])),
      ),
    books: () => commands.filter((command) => command.kind === "requestBook"),
    /** Answers the newest request for a book. */
    showBook: (view = aView(state.at)) => {
      const asked = commands.findLast((command) => command.kind === "requestBook");
      if (asked?.kind !== "requestBook") throw new Error("no book was asked for");
      return tell({ kind: "bookObserved", at: view.observedAt, subject: asked.subject, view });
    },
    fill: (executions: readonly Execution[], at: EpochMs = state.at) => {
      const order = engine.orders().at(-1);
      if (order === undefined) throw new Error("no order was placed");
      return tell({
        kind: "orderResult",
        at,
        clientOrderId: order.clientOrderId,
        result: { status: "filled", executions },
      });
    },
    position: () => Object.values(state.positions)[0],
  };
  return engine;
}

export const bought: Execution = { price: px("0.5"), size: sh("300"), cash: $("150"), fee: $("1.5") };

/** An engine that holds one position: 300 shares for $150. */
export function aHolder(config?: EngineConfig) {
  const engine = anEngine(config);
  engine.tell(aFillEvent());
  engine.showBook();
  engine.fill([bought]);
  return engine;
}
