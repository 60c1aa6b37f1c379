import { expect, test } from "vitest";
import { aLiveOrder } from "../../../test/support/trading.ts";
import { RejectedError, TransientError } from "../../core/errors.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { withRenewal } from "./renewing-client.ts";

const { signal } = new AbortController();
const { signed } = aLiveOrder(1);

/** A venue that takes some credentials and no others. */
function aVenue() {
  const state = { taken: "new", current: "old", renewals: 0, fails: null as Error | null, posts: [] as string[] };
  const clientOf = (credentials: string): VenueClient =>
    ({
      openOrders: async () => {
        if (credentials !== state.taken) throw new RejectedError("VENUE_REFUSED", "HTTP 401", { status: 401 });
        return [];
      },
      postOrder: async () => {
        state.posts.push(credentials);
        if (credentials === state.taken) return { kind: "no-fill" };
        return { kind: "refused", class: "auth", text: "Unauthorized/Invalid api key" };
      },
    }) as Partial<VenueClient> as VenueClient;
  const client = withRenewal(clientOf("old"), async () => {
    state.renewals += 1;
    if (state.fails !== null) throw state.fails;
    return clientOf("new");
  });
  return { state, client };
}

test("refused credentials are made anew once for all that was asked meanwhile, and the same order is sent again", async () => {
  const { state, client } = aVenue();
  const [orders, again, answer] = await Promise.all([
    client.openOrders(signal),
    client.openOrders(signal),
    client.postOrder(signed, signal),
  ]);
  expect([orders, again, answer, state.renewals]).toEqual([[], [], { kind: "no-fill" }, 1]);
  expect(state.posts).toEqual(["old", "new"]);
});

test("where the new ones are refused too the no stands, and nobody logs in for ever", async () => {
  const { state, client } = aVenue();
  state.taken = "none";
  for (let n = 0; n < 3; n += 1) {
    expect(await client.postOrder(signed, signal)).toMatchObject({ kind: "refused", class: "auth" });
    await expect(client.openOrders(signal)).rejects.toThrow("HTTP 401");
  }
  expect(state.renewals).toBe(1);
});

test("a login that is refused leaves the no as it was; one that nobody answered is tried again", async () => {
  const refused = aVenue();
  refused.state.fails = new RejectedError("LOGIN_REFUSED", "no");
  expect(await refused.client.postOrder(signed, signal)).toMatchObject({ kind: "refused", class: "auth" });
  const silent = aVenue();
  silent.state.fails = new TransientError("DOWN", "no answer");
  await expect(silent.client.openOrders(signal)).rejects.toThrow("no answer");
  silent.state.fails = null;
  expect(await silent.client.openOrders(signal)).toEqual([]);
  expect(silent.state.renewals).toBe(2);
});
