import type { Address, TokenId } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS } from "./contracts.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import { addressOfTopic, DATA_START, malformed, requireShape, tokenIdAt, uint256At, WORD } from "./hex-words.ts";
import { POSITION_MANAGER } from "./infrastructure.ts";

/**
 * ERC-1155 movements of Conditional Tokens and PositionManager. Every fill makes one to three, so these are read word
 * by word; the signatures are in the on-chain sheet, section 5.1.
 */
export const TRANSFER_SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62";
export const TRANSFER_BATCH = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb";

/** The contract that keeps the balances. */
export type TokenLedger = "conditionalTokens" | "positionManager";

/** One token moved; a batch is several, with the same position. */
export type Movement = LogPosition & {
  readonly ledger: TokenLedger;
  /** Who asked for it. In a match this is the exchange (V1 neg-risk: the NegRiskAdapter). */
  readonly operator: Address;
  /** The zero address: minted. */
  readonly from: Address;
  /** The zero address: burned. */
  readonly to: Address;
  readonly tokenId: TokenId;
  /** Conditional Tokens belong to everybody, so this may be beyond what a market of the venue can hold. */
  readonly amount: bigint;
};

export const isTransferTopic = (topic: string | undefined): boolean =>
  topic === TRANSFER_SINGLE || topic === TRANSFER_BATCH;

const LEDGERS: ReadonlyMap<Address, TokenLedger> = new Map([
  [CONDITIONAL_TOKENS, "conditionalTokens"],
  [POSITION_MANAGER, "positionManager"],
]);

/** @returns movements of more than nothing, in the order of the log; null for another contract's tokens. @throws PayloadError */
export function decodeTransfer(log: RawLog): readonly Movement[] | null {
  const ledger = LEDGERS.get(log.address);
  if (ledger === undefined) return null;
  const topic = log.topics[0];
  if (topic === TRANSFER_SINGLE) {
    requireShape(log, 4, 2);
    const movement = movementAt(log, ledger, DATA_START, DATA_START + WORD);
    return movement === null ? [] : [movement];
  }
  if (topic !== TRANSFER_BATCH) throw malformed("not a transfer");
  return batch(log, ledger);
}

/** Ids and values stand behind each other: two offsets, then both arrays with their lengths. */
function batch(log: RawLog, ledger: TokenLedger): readonly Movement[] {
  const { data } = log;
  const words = (data.length - DATA_START) / WORD;
  const count = (words - 4) / 2;
  if (!Number.isInteger(count) || count < 0) throw malformed(`${data.length} characters of data in a batch`);
  requireShape(log, 4, words);
  const idsAt = DATA_START + 2 * WORD;
  const valuesAt = idsAt + (count + 1) * WORD;
  const expected = [64n, BigInt(96 + 32 * count), BigInt(count), BigInt(count)];
  [DATA_START, DATA_START + WORD, idsAt, valuesAt].forEach((at, index) => {
    if (uint256At(data, at) !== expected[index]) throw malformed("a batch whose arrays do not fit its data");
  });
  const movements: Movement[] = [];
  for (let index = 1; index <= count; index += 1) {
    const movement = movementAt(log, ledger, idsAt + index * WORD, valuesAt + index * WORD);
    if (movement !== null) movements.push(movement);
  }
  return movements;
}

/** Null where nothing moved: anybody may "transfer" zero of any id. */
function movementAt(log: RawLog, ledger: TokenLedger, idAt: number, valueAt: number): Movement | null {
  const amount = uint256At(log.data, valueAt);
  const operator = addressOfTopic(log.topics[1] as string);
  const from = addressOfTopic(log.topics[2] as string);
  const to = addressOfTopic(log.topics[3] as string);
  if (amount === 0n) {
    uint256At(log.data, idAt);
    return null;
  }
  const { blockNumber, logIndex } = log;
  return { blockNumber, logIndex, ledger, operator, from, to, tokenId: tokenIdAt(log.data, idAt), amount };
}
