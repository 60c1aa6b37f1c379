import { expect, test } from "vitest";
import { createFakeBooks } from "../../../test/support/fake-books.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { aMarketId, someTerms } from "../../../test/support/trading.ts";
import { TransientError } from "../../core/errors.ts";
import { createFollowedTerms } from "./followed-terms.ts";

const [followed, other] = [aMarketId(1), aMarketId(2)];

test("terms of followed markets are known while they can be read, eight seconds longer, and no others", async () => {
  const clock = createManualClock();
  const rest = createFakeBooks();
  const terms = createFollowedTerms({ rest, clock });
  const stopping = new AbortController();
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 1) await clock.advance(1_000);
  };
  terms.choose([followed]);
  await terms.fetchTerms(other, stopping.signal);
  expect(terms.peek(other)).toBeNull();
  const running = terms.run(stopping.signal);
  await pass(20);
  expect(terms.peek(followed)).toMatchObject({ terms: someTerms });
  rest.setTerms(followed, { ...someTerms, acceptingOrders: false });
  await pass(6);
  expect(terms.peek(followed)).toMatchObject({ terms: { acceptingOrders: false } });
  rest.failWith(new TransientError("HTTP_FAILED", "the venue is away"));
  await pass(2);
  expect(terms.peek(followed)).not.toBeNull();
  await pass(8);
  expect(terms.peek(followed)).toBeNull();
  rest.failWith(null);
  await pass(6);
  expect(terms.peek(followed)).not.toBeNull();
  terms.choose([]);
  expect(terms.peek(followed)).toBeNull();
  stopping.abort();
  await running;
});
