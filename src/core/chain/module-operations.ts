import type { Address } from "../ids/ids.ts";
import type { DecodedEvent, EventName } from "./decode-event.ts";
import type { Movement } from "./decode-transfer.ts";
import { ZERO_ADDRESS } from "./infrastructure.ts";
import { type Operation, outcomesOfPositions } from "./operation.ts";

/**
 * Operations of the Protocol V2 modules (on-chain sheet, section 4). A module mints to whom it is told and burns from
 * itself what was handed to it before, so whose tokens it burned follows from the transfers, as with the adapters.
 */
export type ModuleEvent = DecodedEvent<
  | "positionsSplit"
  | "positionsMerged"
  | "positionRedeemed"
  | "horizontalSplit"
  | "horizontalMerge"
  | "positionConverted"
  | "bridgePositionMinted"
  | "bridgePositionsBurned"
  | ComboName
>;

type ComboName =
  | "comboSplitOnCondition"
  | "comboMergedOnCondition"
  | "comboSplitOnEvent"
  | "comboMergedOnEvent"
  | "comboConvertedOnEvent"
  | "comboExtracted"
  | "comboInjected"
  | "comboToYesBasket"
  | "comboFromYesBasket"
  | "comboCompressed"
  | "comboUnwrapped"
  | "comboWrapped"
  | "comboInjectedEarlier"
  | "comboToYesBasketEarlier"
  | "comboFromYesBasketEarlier"
  | "comboCompressedEarlier";

type Deed = Pick<Operation, "kind" | "named" | "cash">;

const MODULE_EVENTS: ReadonlySet<EventName> = new Set<ModuleEvent["name"]>([
  "positionsSplit",
  "positionsMerged",
  "positionRedeemed",
  "horizontalSplit",
  "horizontalMerge",
  "positionConverted",
  "bridgePositionMinted",
  "bridgePositionsBurned",
  "comboSplitOnCondition",
  "comboMergedOnCondition",
  "comboSplitOnEvent",
  "comboMergedOnEvent",
  "comboConvertedOnEvent",
  "comboExtracted",
  "comboInjected",
  "comboToYesBasket",
  "comboFromYesBasket",
  "comboCompressed",
  "comboUnwrapped",
  "comboWrapped",
  "comboInjectedEarlier",
  "comboToYesBasketEarlier",
  "comboFromYesBasketEarlier",
  "comboCompressedEarlier",
]);

export const isModuleEvent = (event: DecodedEvent): event is ModuleEvent => MODULE_EVENTS.has(event.name);

/** @param movements what the module minted and burned since its last event, in log order. */
export function moduleOperation(event: ModuleEvent, movements: readonly Movement[]): Operation {
  return {
    ...deedOf(event),
    position: { blockNumber: event.blockNumber, logIndex: event.logIndex },
    address: event.address,
    marketId: null,
    minted: movements.filter(({ from }) => from === ZERO_ADDRESS),
    taken: movements.filter(({ from }) => from !== ZERO_ADDRESS),
    tokens: outcomesOfPositions(movements),
    isForeign: false,
    problem: null,
  };
}

function deedOf(event: ModuleEvent): Deed {
  switch (event.name) {
    case "positionsSplit": {
      const { initiator, recipient0, amount } = event.args;
      return { kind: "split", named: [initiator, recipient0], cash: -amount };
    }
    case "horizontalSplit":
      return { kind: "split", named: bothOf(event.args), cash: -event.args.amount };
    case "positionsMerged":
    case "horizontalMerge":
      return { kind: "merge", named: bothOf(event.args), cash: event.args.amount };
    case "positionRedeemed":
      return { kind: "redeem", named: bothOf(event.args), cash: event.args.payout };
    case "positionConverted":
      return { kind: "convert", named: bothOf(event.args), cash: 0n };
    case "bridgePositionMinted":
      return { kind: "bridge", named: [event.args.to], cash: 0n };
    case "bridgePositionsBurned":
      return { kind: "bridge", named: [], cash: 0n };
    case "comboCompressed":
    case "comboCompressedEarlier": {
      const { user, newPositionId, collateralOut } = event.args;
      // Nothing left over: all that remained was paid out.
      return { kind: newPositionId === 0n ? "redeem" : "convert", named: [user], cash: collateralOut };
    }
    default:
      return { kind: "convert", named: [event.args.user], cash: 0n };
  }
}

const bothOf = (args: { readonly initiator: Address; readonly recipient: Address }): readonly Address[] => [
  args.initiator,
  args.recipient,
];
