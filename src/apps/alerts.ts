import { createDiscordNotifier } from "../adapters/discord/discord-notifier.ts";
import { redactText } from "../adapters/logging/redact.ts";
import { createAlertOutbox } from "../adapters/postgres/alert-outbox.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import { MINUTE_MS } from "../core/time/time.ts";
import type { Service } from "../ports/service.ts";
import { createAlertService } from "../services/alerts/alert-service.ts";
import type { ServiceParts } from "./service-parts.ts";

const DISCORD_TIMEOUT_MS = 10_000;

/** Null where nobody is to be told: no webhook is configured. */
export function createAlerts({
  environment,
  database,
  clock,
  logger,
  machineTimeFactor,
}: ServiceParts): Service | null {
  const webhookUrl = environment.DISCORD_WEBHOOK_URL;
  if (webhookUrl === null) return null;
  return createAlertService({
    outbox: createAlertOutbox(database),
    notifier: createDiscordNotifier({ webhookUrl, timeoutMs: DISCORD_TIMEOUT_MS }),
    clock,
    wall: createSystemClock(),
    random: systemRandom,
    logger: logger.with({ service: "alerts" }),
    wake: database.wake,
    feedSilentMs: MINUTE_MS * machineTimeFactor,
  });
}

/** Leaves word of a service that died; told at the next start, for this process ends. */
export const recordDeath =
  ({ database, clock }: Pick<ServiceParts, "database" | "clock">) =>
  (service: string, reason: string): Promise<void> => {
    const at = clock.nowMs();
    return createAlertOutbox(database).record(
      `error-${service}-${at}`,
      "error",
      { service, reason: redactText(reason) },
      at,
    );
  };
