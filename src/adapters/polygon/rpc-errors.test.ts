import { describe, expect, test } from "vitest";
import { RangeTooLargeError, RateLimitError, RejectedError, TimeoutError, TransientError } from "../../core/errors.ts";
import { BatchTooLargeError, capsOf, httpError, rpcError } from "./rpc-errors.ts";

describe("what providers say is sorted by what to do next", () => {
  // Wordings as met: Alchemy, QuickNode, Infura, Ankr, drpc, publicnode, bor, erigon, Chainstack.
  const messages: [number, string, new (...args: never[]) => Error][] = [
    [
      -32600,
      "You can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1, 0xa]",
      RangeTooLargeError,
    ],
    [
      -32602,
      "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range",
      RangeTooLargeError,
    ],
    [-32614, "eth_getLogs is limited to a 10,000 range", RangeTooLargeError],
    [-32005, "query returned more than 10000 results. Try with this block range [0x1, 0x2].", RangeTooLargeError],
    [-32000, "block range is too wide", RangeTooLargeError],
    [-32000, "exceed maximum block range: 50000", RangeTooLargeError],
    [35, "ranges over 10000 blocks are not supported on freetier, maximum 10000 blocks", RangeTooLargeError],
    [-32000, "query exceeds max results 20000", RangeTooLargeError],
    [-32008, "response is too big, payload size exceeds limit", RangeTooLargeError],
    [-32602, "too many blocks requested", RangeTooLargeError],
    [-32005, "daily request count exceeded, request rate limited", RateLimitError],
    [429, "Your app has exceeded its compute units per second capacity", RateLimitError],
    [-32029, "Too Many Requests", RateLimitError],
    [-32000, "execution timeout", TimeoutError],
    [-32002, "request timed out", TimeoutError],
    [31, "Batch of more than 3 requests are not allowed on free tier", BatchTooLargeError],
    [-32601, "the method eth_getLogs does not exist/is not available", TransientError],
    [-32601, "Method not supported", RejectedError],
    [-32000, "header not found", TransientError],
    [-32603, "internal error", TransientError],
  ];
  test.each(messages)("%i %s", (code, message, kind) => {
    expect(rpcError(code, message, {})).toBeInstanceOf(kind);
  });

  test.each<[string, object]>([
    [
      "You can make eth_getLogs requests with up to a 10 block range. Based on your parameters: [0x1, 0xa]",
      { blocksMax: 10 },
    ],
    ["Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range", { blocksMax: 2_000 }],
    ["eth_getLogs is limited to a 10,000 range", { blocksMax: 10_000 }],
    ["exceed maximum block range: 50000", { blocksMax: 50_000 }],
    ["ranges over 10000 blocks are not supported on freetier, maximum 10000 blocks", { blocksMax: 10_000 }],
    ["query returned more than 10000 results. Try with this block range [0x1, 0x2].", { resultsMax: 10_000 }],
    ["query exceeds max results 20000", { resultsMax: 20_000 }],
    ["block range is too wide", {}],
    ["response is too big, payload size exceeds limit", {}],
  ])("the limit is read from %s", (message, caps) => {
    expect(capsOf(message)).toEqual(caps);
  });

  test("a status of 429 says how long to wait", () => {
    expect(httpError(429, "7", {})).toMatchObject({ retryAfterMs: 7_000 });
    expect(httpError(429, null, {})).toBeInstanceOf(RateLimitError);
    expect(httpError(429, "Wed, 21 Oct 2026 07:28:00 GMT", {})).toBeInstanceOf(RateLimitError);
  });

  test.each([
    [413, RangeTooLargeError],
    [504, TimeoutError],
    [502, TransientError],
    [403, TransientError],
  ])("a status of %i", (status, kind) => {
    expect(httpError(status, null, {})).toBeInstanceOf(kind);
  });
});
