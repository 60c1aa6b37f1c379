import { expect, test } from "vitest";
import { marketNo, tokenNo } from "../../../test/support/chain-facts.ts";
import { createFakeBooks } from "../../../test/support/fake-books.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { someTerms } from "../../../test/support/trading.ts";
import { epochMs } from "../../core/time/time.ts";
import { DEFAULT_EXECUTOR_TIMING } from "./executor-config.ts";
import { createMailbox } from "./mailbox.ts";
import { createPerformer } from "./perform.ts";

test("a book that is known without asking is as old by the clock of decisions as its source says, whatever clock that has", () => {
  const clock = createManualClock(epochMs(Date.UTC(2030, 0, 1)));
  const performer = createPerformer({
    books: { ...createFakeBooks(), peek: () => ({ book: null, terms: someTerms, ageMs: 700 }) },
    venue: { mode: "PAPER", withdraw: () => {}, place: () => Promise.reject(new Error("nothing is placed")) },
    ...{ clock, logger: createQuietLogger(), timing: DEFAULT_EXECUTOR_TIMING, mailbox: createMailbox(clock) },
    chainAsOf: () => null,
    signal: new AbortController().signal,
  });
  const subject = { kind: "exit", positionId: "P-1" } as never;
  expect(performer.answer({ kind: "requestBook", subject, marketId: marketNo(0), tokenId: tokenNo(0) })).toMatchObject({
    at: clock.nowMs(),
    view: { observedAt: clock.nowMs() - 700, terms: someTerms },
  });
});
