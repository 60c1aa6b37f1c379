import { z } from "zod";
import { AbortedError, RateLimitError, RejectedError, TimeoutError, TransientError } from "../../core/errors.ts";
import type { Notifier } from "../../ports/notifier.ts";

export type DiscordOptions = {
  /** The address is the permission to write: it is revealed here and appears in no error. */
  readonly webhookUrl: { reveal(): string };
  readonly timeoutMs: number;
};

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const CONTENT_MAX = 2_000;
const RETRY_AFTER_DEFAULT_MS = 5_000;

/** https://discord.com/developers/docs/topics/rate-limits */
const rateLimited = z.object({ retry_after: z.number().nonnegative() });

/** Messages through a Discord webhook. Nobody is mentioned, whatever a text says. */
export function createDiscordNotifier({ webhookUrl, timeoutMs }: DiscordOptions): Notifier {
  return {
    lengthMax: CONTENT_MAX,
    async send(text, signal) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const response = await post(webhookUrl.reveal(), text, AbortSignal.any([signal, timeout])).catch(() => null);
      if (response !== null) return readAnswer(response);
      // What fetch says may hold the address: nothing of it is passed on.
      if (signal.aborted) throw new AbortedError();
      if (timeout.aborted) throw new TimeoutError("DISCORD_TIMEOUT", "Discord did not answer in time");
      throw new TransientError("DISCORD_UNREACHABLE", "Discord cannot be reached");
    },
  };
}

type Answer = { readonly status: number; readonly headers: Headers; readonly body: string };

async function post(url: string, content: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": "DiscordBot (orderflow, 0.1)" },
    body: JSON.stringify({ content, allowed_mentions: { parse: [] } }),
    redirect: "error",
    signal,
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

function readAnswer({ status, headers, body }: Answer) {
  if (status === 429) throw new RateLimitError(retryAfterMs(headers, body), "Discord asks for fewer messages");
  if (status >= 500 || status === 408) throw new TransientError("DISCORD_UNAVAILABLE", `Discord answers ${status}`);
  if (status === 401 || status === 403 || status === 404) {
    throw new RejectedError("CHANNEL_GONE", `Discord answers ${status}: the webhook is not there any more`);
  }
  if (status >= 300) throw new RejectedError("MESSAGE_REFUSED", `Discord answers ${status}`);
  const isSpent = headers.get("x-ratelimit-remaining") === "0";
  return { restMs: isSpent ? secondsOf(headers.get("x-ratelimit-reset-after")) : 0 };
}

/** The body is exact to the millisecond, the header is whole seconds; a proxy in front sends the header alone. */
function retryAfterMs(headers: Headers, body: string): number {
  try {
    return Math.ceil(rateLimited.parse(JSON.parse(body)).retry_after * 1_000);
  } catch {
    return secondsOf(headers.get("retry-after")) || RETRY_AFTER_DEFAULT_MS;
  }
}

const secondsOf = (text: string | null): number => {
  const seconds = Number(text ?? 0);
  return seconds > 0 ? Math.ceil(seconds * 1_000) : 0;
};
