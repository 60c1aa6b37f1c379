import type { Environment } from "../../adapters/config/environment.ts";
import { createVenueAccess } from "../../adapters/polymarket-clob/geoblock.ts";
import { createAlertOutbox } from "../../adapters/postgres/alert-outbox.ts";
import { createLiveAccountStore } from "../../adapters/postgres/live-account-store.ts";
import { readLiveStatus } from "../../adapters/postgres/live-reads.ts";
import { readSignificance } from "../../adapters/postgres/significance-rows.ts";
import { createSignerClient } from "../../adapters/signer/signer-client.ts";
import { systemRandom } from "../../adapters/system/random.ts";
import type { EngineConfig } from "../../core/engine/state.ts";
import { ConfigError, RejectedError } from "../../core/errors.ts";
import { formatUsd } from "../../core/money/amounts.ts";
import { dailyLossLimit } from "../../core/risk/limits.ts";
import type { SignalType } from "../../core/signals/signal.ts";
import { type Arming, armLive } from "../../services/live/arm-live.ts";
import { withRenewal } from "../../services/live/renewing-client.ts";
import type { ServiceParts } from "../service-parts.ts";
import { USER_AGENT } from "../version.ts";
import type { Account } from "./account.ts";

export type ArmedLive = Extract<Arming, { armed: true }> & { readonly account: Account };

const GEOBLOCK_TIMEOUT_MS = 10_000;
/** Positions that are open are not watched meanwhile. */
const CHAIN_TRIES = 2;

/**
 * Live where it is asked for and everything allows it; paper otherwise, with every reason in the log, in the status and
 * as an alert. All limits are said, too.
 * @returns null: paper
 */
export async function chooseMode(
  parts: ServiceParts,
  config: EngineConfig,
  signal: AbortSignal,
): Promise<ArmedLive | null> {
  const { environment, database, clock } = parts;
  const logger = parts.logger.with({ service: "executor" });
  const store = createLiveAccountStore(database);
  const limits = describeLimits(config);
  if (environment.ENABLE_PAPER_TRADING) {
    await tellUnwatched(parts);
    await store.saveArming({ asked: "PAPER", mode: "PAPER", refusals: [], limits, wallet: null }, clock.nowMs());
    return null;
  }
  const asking: { account: Account | null } = { account: null };
  const arming = await armLive(
    {
      signer: environment.SIGNER_SOCKET === null ? null : createSignerClient(environment.SIGNER_SOCKET),
      access: createVenueAccess({
        ...{ url: environment.GEOBLOCK_URL, timeoutMs: GEOBLOCK_TIMEOUT_MS, userAgent: USER_AGENT },
      }),
      login: async () => {
        const account = await logIn(parts, signal);
        const { renewClient } = await import("./account.ts");
        const client = withRenewal(account.client, (within) => renewClient(parts, within));
        asking.account = { ...account, client };
        return client;
      },
      async trySignature(signer, identity) {
        const { signingRefusals } = await import("../../services/live/check-signing.ts");
        const { openChain } = await import("./venue-parts.ts");
        const chain = openChain(environment, logger, CHAIN_TRIES);
        return signingRefusals({ signer, chain, clock, random: systemRandom, logger }, identity, signal);
      },
      account: store,
      records: () => readSignificance(database, "PAPER"),
      clock,
      wanted: wantedOf(environment, config),
    },
    signal,
  );
  const { account } = asking;
  const outbox = createAlertOutbox(database);
  const at = clock.nowMs();
  if (!arming.armed || account === null) {
    const refusals = arming.armed ? [] : arming.refusals;
    for (const { code, text } of refusals) logger.warn("not trading live", { code, reason: text });
    await tellUnwatched(parts);
    const reason = refusals.map(({ text }) => text).join("; ");
    await store.saveArming({ asked: "LIVE", mode: "PAPER", refusals, limits, wallet: null }, at);
    await outbox.record(`mode-${at}`, "mode", { mode: "PAPER", reason }, at);
    return null;
  }
  const { wallet } = arming.identity;
  logger.warn("TRADING LIVE, with money", { wallet, gate: environment.LIVE_GATE, ...limits });
  await store.saveArming({ asked: "LIVE", mode: "LIVE", refusals: [], limits, wallet }, at);
  const reason = Object.entries(limits).map(([name, value]) => `${name} ${value}`);
  await outbox.record(`mode-${at}`, "mode", { mode: "LIVE", reason: [`wallet ${wallet}`, ...reason].join(" · ") }, at);
  return { ...arming, account };
}

/** On paper nobody looks after what live trading has left open. */
async function tellUnwatched({ database, clock, logger }: ServiceParts): Promise<void> {
  const before = await readLiveStatus(database);
  const [open, pending] = [before?.openPositions ?? 0, before?.pending.length ?? 0];
  if (open + pending === 0) return;
  const reason = `live trading left ${open} positions and ${pending} orders open, and on paper nobody watches them`;
  logger.warn("live positions are not watched", { service: "executor", reason });
  const at = clock.nowMs();
  await createAlertOutbox(database).record(`unwatched-${at}`, "error", { service: "executor", reason }, at);
}

/** What a person can mend is a reason to stay on paper, as a no of the venue is. */
async function logIn(parts: ServiceParts, signal: AbortSignal): Promise<Account> {
  const { openAccount } = await import("./account.ts");
  try {
    return await openAccount(parts, signal);
  } catch (error) {
    if (error instanceof ConfigError) throw new RejectedError("LOGIN_REFUSED", error.message);
    throw error;
  }
}

const wantedOf = (environment: Environment, { signals, model, capitalUsd }: EngineConfig) => ({
  acknowledged: environment.LIVE_TRADING_ACK,
  wallet: environment.FUNDER_ADDRESS,
  signatureType: environment.SIGNATURE_TYPE,
  gate: environment.LIVE_GATE,
  capitalUsd,
  switchedOn: [
    ...(signals.followWhales ? (["FOLLOW_WHALE"] as const) : []),
    ...(signals.fadeDegens ? (["FADE_DEGEN"] as const) : []),
    ...(model === undefined ? [] : (["ML_PREDICTION"] as const)),
  ] satisfies readonly SignalType[],
});

const percent = (bps: bigint): string => `${Number(bps) / 100} %`;

/** Every limit that an order has to pass, as a person reads it; the signer has its own beside these. */
export function describeLimits({
  capitalUsd,
  limits,
  sizing,
  signals,
}: EngineConfig): Readonly<Record<string, string>> {
  return {
    capital: `${formatUsd(capitalUsd)} USD`,
    "stake per position": `${formatUsd(limits.maxPositionUsd)} USD, ${percent(limits.maxSignalBps)} of capital`,
    "open positions": String(limits.maxOpenPositions),
    "loss of a day": `${formatUsd(dailyLossLimit(limits, capitalUsd))} USD`,
    deployed: `${percent(limits.maxDeployedBps)} of capital`,
    "one event": `${percent(limits.maxEventBps)} of capital`,
    "stop loss": percent(limits.stopLossBps),
    slippage: percent(signals.slippageBps),
    "drawdown pause": percent(limits.maxDrawdownBps),
    "least confidence": String(limits.minConfidence),
    sizing: `${sizing.method}, ${sizing.kellyFraction} of Kelly`,
  };
}
