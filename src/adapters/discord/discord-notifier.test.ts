import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Discord, startDiscord, TOKEN } from "../../../test/support/discord-server.ts";
import { AbortedError, RateLimitError, RejectedError, TimeoutError, TransientError } from "../../core/errors.ts";
import { createDiscordNotifier } from "./discord-notifier.ts";

let discord: Discord;
beforeEach(async () => {
  discord = await startDiscord();
});
afterEach(() => discord.close());

const never = new AbortController().signal;
const notifierAt = (url: string) => createDiscordNotifier({ webhookUrl: { reveal: () => url }, timeoutMs: 200 });
const send = (signal = never) => notifierAt(discord.url).send("hello @everyone", signal);
const failure = (run: Promise<unknown>): Promise<Error> =>
  run.then(
    () => expect.unreachable(),
    (error: Error) => error,
  );

test("a message arrives, mentions nobody, and a spent bucket asks for a rest until it is reset", async () => {
  const rests: number[] = [];
  for (let message = 1; message <= 6; message += 1) rests.push((await send()).restMs);
  expect(rests).toEqual([0, 0, 0, 0, 2_250, 0]);
  expect(discord.posted[0]).toEqual({ content: "hello @everyone", mentions: { parse: [] } });
});

test("too many messages: the body's wait, exact to the millisecond, or the header's where there is no body", async () => {
  discord.meet(
    { kind: "limited", seconds: 1.337 },
    { kind: "limited", seconds: 64.57, isGlobal: true },
    { kind: "limited", seconds: 3, headerOnly: true },
  );
  for (const retryAfterMs of [1_337, 64_570, 3_000]) {
    const error = await failure(send());
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ retryAfterMs });
  }
});

test("answers are sorted by what to do next", async () => {
  discord.meet({ kind: "status", status: 502 }, { kind: "status", status: 404 }, { kind: "status", status: 400 });
  expect(await failure(send())).toBeInstanceOf(TransientError);
  expect(await failure(send())).toMatchObject({ code: "CHANNEL_GONE" });
  expect(await failure(send())).toMatchObject({ code: "MESSAGE_REFUSED" });
});

test("no answer in time, nobody there, asked to stop", async () => {
  discord.meet({ kind: "silent" });
  expect(await failure(send())).toBeInstanceOf(TimeoutError);
  expect(await failure(send(AbortSignal.abort()))).toBeInstanceOf(AbortedError);
  expect(await failure(notifierAt(`http://127.0.0.1:9/${TOKEN}`).send("x", never))).toBeInstanceOf(TransientError);
});

test("no error shows the address, whatever went wrong", async () => {
  discord.meet(
    { kind: "status", status: 403 },
    { kind: "moved" },
    { kind: "limited", seconds: 1 },
    { kind: "status", status: 500 },
    { kind: "silent" },
  );
  const errors = [await failure(notifierAt(`http://127.0.0.1:9/${TOKEN}`).send("x", never))];
  for (let kind = 0; kind < 5; kind += 1) errors.push(await failure(send()));
  expect(errors.filter((error) => error instanceof RejectedError)).toHaveLength(1);
  const shown = inspect(errors, { depth: 10, showHidden: true }) + errors.map((error) => error.stack).join("");
  expect(shown).not.toContain(TOKEN);
  expect(shown).not.toContain("/api/webhooks");
});
