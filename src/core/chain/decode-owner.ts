import type { Address } from "../ids/ids.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import { addressOfTopic, DATA_START, malformed, requireShape, WORD } from "./hex-words.ts";
import { PROXY_FACTORY, RELAY_HUB, SAFE_FACTORY } from "./infrastructure.ts";
import { type OwnerWallets, ownerWallets } from "./owner-wallets.ts";
import { TOPICS } from "./topics.ts";

/** How an owner key came to be known. Which addresses are its own follows by arithmetic, whatever the source. */
export type OwnerSource = "safeCreated" | "proxyRelayed";

/** A key that owns wallets of the venue (on-chain sheet, section 5.6). */
export type OwnerSeen = LogPosition & { readonly owner: Address; readonly source: OwnerSource };

export const isOwnerTopic = (topic: string | undefined): boolean =>
  topic === TOPICS.transactionRelayed || topic === TOPICS.proxyCreation;

/**
 * `ProxyCreation` of the Safe factory names the owner; `TransactionRelayed` names who asked the proxy wallet factory.
 * @returns null for another contract's event, and for what was relayed to something else.
 * @throws PayloadError for another shape, or a Safe that is not at the address that its owner gives it.
 */
export function decodeOwner(log: RawLog): OwnerSeen | null {
  const { blockNumber, logIndex, topics } = log;
  if (topics[0] === TOPICS.proxyCreation) {
    if (log.address !== SAFE_FACTORY) return null;
    requireShape(log, 1, 2);
    const owner = addressAt(log.data, DATA_START + WORD);
    if (familyOf(owner).safe !== addressAt(log.data, DATA_START)) throw malformed("a Safe that is not its owner's");
    return { blockNumber, logIndex, owner, source: "safeCreated" };
  }
  if (log.address !== RELAY_HUB) return null;
  requireShape(log, 4, 3);
  if (addressOfTopic(topics[3] as string) !== PROXY_FACTORY) return null;
  return { blockNumber, logIndex, owner: addressOfTopic(topics[2] as string), source: "proxyRelayed" };
}

const addressAt = (data: string, at: number): Address => addressOfTopic(`0x${data.slice(at, at + WORD)}`);

/** The hashes cost a tenth of a millisecond, and most owners come again and again. */
const FAMILIES_KEPT = 10_000;
const families = new Map<Address, OwnerWallets>();

export function familyOf(owner: Address): OwnerWallets {
  let family = families.get(owner);
  if (family === undefined) {
    if (families.size >= FAMILIES_KEPT) families.clear();
    family = ownerWallets(owner);
    families.set(owner, family);
  }
  return family;
}
