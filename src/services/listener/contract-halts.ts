import type { ChainFacts } from "../../core/chain/chain-facts.ts";
import type { RawLog } from "../../core/chain/fill.ts";
import { compareLogPosition, type LogPosition } from "../../core/chain/fill.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { QuarantinedLog } from "../../ports/chain-store.ts";
import type { ContractHalt, ContractStates, ContractUpgrade } from "../../ports/lifecycle.ts";
import type { Logger } from "../../ports/logger.ts";

/** Logs of contracts that are read no more, in these blocks, left out. */
export function withoutHalted(logs: readonly RawLog[], halts: readonly ContractHalt[]): readonly RawLog[] {
  if (halts.length === 0) return logs;
  const from = new Map<Address, number>(halts.map(({ address, fromBlock }) => [address, fromBlock]));
  return logs.filter(({ address, blockNumber }) => blockNumber < (from.get(address) ?? Number.POSITIVE_INFINITY));
}

type Upgraded = LogPosition & Pick<ContractUpgrade, "address">;

/**
 * Contracts that were upgraded and have a log behind it that does not decode. Without an upgrade, such a log is kept
 * and the next one is read: there the provider is doubted more than the contract.
 */
export function findHalts(
  quarantined: readonly QuarantinedLog[],
  { upgrades, halts }: ContractStates,
  facts: ChainFacts,
): readonly ContractHalt[] {
  const known = new Set(halts.map(({ address }) => address));
  const all: readonly Upgraded[] = [...upgrades, ...facts.upgrades];
  const found = new Map<Address, ContractHalt>();
  for (const { log, reason } of quarantined) {
    if (!reason.includes("MALFORMED") || known.has(log.address)) continue;
    if (!all.some((each) => each.address === log.address && compareLogPosition(each, log) < 0)) continue;
    const earlier = found.get(log.address);
    if (earlier === undefined || log.blockNumber < earlier.fromBlock) {
      found.set(log.address, { address: log.address, fromBlock: log.blockNumber, reason });
    }
  }
  return [...found.values()];
}

export function warnOfContracts(
  logger: Logger,
  facts: { readonly upgrades: readonly ContractUpgrade[]; readonly halts: readonly ContractHalt[] } | undefined,
): void {
  for (const { address, implementation, blockNumber } of facts?.upgrades ?? []) {
    logger.warn("contract upgraded", { address, implementation, block: blockNumber });
  }
  for (const { address, fromBlock, reason } of facts?.halts ?? []) {
    logger.warn("contract no longer read: its logs do not decode since it was upgraded", {
      address,
      fromBlock,
      reason,
    });
  }
}
