import { RejectedError, TransientError } from "../../core/errors.ts";
import type { OrderAnswer } from "../../core/execution/venue-answer.ts";
import type { VenueClient } from "../../ports/venue-client.ts";

const UNAUTHORIZED = 401;

/**
 * Credentials that the venue no longer takes are made anew, once, and what was refused is asked again: it was not done.
 * Where that does not help the venue's no stands; the next renewal is due only after the new ones were good for something.
 * @param renew a client with new credentials. @throws TransientError where nobody answers: it is tried again
 */
export function withRenewal(first: VenueClient, renew: (signal: AbortSignal) => Promise<VenueClient>): VenueClient {
  let client = first;
  let isDue = true;
  let renewal: { readonly of: VenueClient; readonly done: Promise<boolean> } | null = null;

  /** @returns whether there is another client now */
  async function replace(refused: VenueClient, signal: AbortSignal): Promise<boolean> {
    isDue = false;
    try {
      const next = await renew(signal);
      if (client === refused) client = next;
      return true;
    } catch (error) {
      isDue = error instanceof TransientError;
      if (isDue) throw error;
      return false;
    } finally {
      renewal = null;
    }
  }

  async function mayAskAgain(refused: VenueClient, signal: AbortSignal): Promise<boolean> {
    if (client !== refused) return true;
    if (renewal?.of === refused) return renewal.done;
    if (!isDue) return false;
    const done = replace(refused, signal);
    renewal = { of: refused, done };
    return done;
  }

  async function ask<T>(question: (of: VenueClient) => Promise<T>, signal: AbortSignal): Promise<T> {
    const using = client;
    try {
      const answer = await question(using);
      if (using === client) isDue = true;
      return answer;
    } catch (error) {
      const isNo = error instanceof RejectedError && error.context.status === UNAUTHORIZED;
      if (isNo && (await mayAskAgain(using, signal))) return ask(question, signal);
      throw error;
    }
  }

  return {
    async postOrder(order, signal): Promise<OrderAnswer> {
      const using = client;
      const answer = await using.postOrder(order, signal);
      const isNo = answer.kind === "refused" && answer.class === "auth";
      if (!isNo) return answer;
      return (await mayAskAgain(using, signal)) ? client.postOrder(order, signal) : answer;
    },
    order: (hash, signal) => ask((of) => of.order(hash, signal), signal),
    openOrders: (signal) => ask((of) => of.openOrders(signal), signal),
    trades: (since, signal) => ask((of) => of.trades(since, signal), signal),
    cancel: (hashes, signal) => ask((of) => of.cancel(hashes, signal), signal),
    cancelAll: (signal) => ask((of) => of.cancelAll(signal), signal),
    collateral: (refresh, signal) => ask((of) => of.collateral(refresh, signal), signal),
    shares: (tokenId, refresh, signal) => ask((of) => of.shares(tokenId, refresh, signal), signal),
    isClosedOnly: (signal) => ask((of) => of.isClosedOnly(signal), signal),
    time: (signal) => client.time(signal),
  };
}
