import { describe, expect, test } from "vitest";
import { PayloadError } from "../errors.ts";
import { parseAddress, parseMarketId, parseTokenId } from "./ids.ts";

describe("ids", () => {
  test("an address is kept in lower case, so that two spellings are one wallet", () => {
    expect(parseAddress("0x4bFb41d5B3570DeFd03C39a9A4D8dE6Bd8B8982E")).toBe(
      "0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e",
    );
  });

  test.each([
    "",
    "0x",
    "4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e",
    "0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982",
    "0xzz",
  ])("%j is no address", (text) => {
    expect(() => parseAddress(text)).toThrow(PayloadError);
  });

  test("a condition id has 32 bytes in the CTF and 31 in Protocol V2", () => {
    expect(() => parseMarketId(`0x${"ab".repeat(30)}`)).toThrow(PayloadError);
    expect(parseMarketId(`0x${"AB".repeat(31)}`)).toBe(`0x${"ab".repeat(31)}`);
    expect(parseMarketId(`0x${"AB".repeat(32)}`)).toBe(`0x${"ab".repeat(32)}`);
  });

  test.each(["0", "115792089237316195423570985008687907853269984665640564039457584007913129639935"])(
    "%s is a token id",
    (text) => {
      expect(parseTokenId(text)).toBe(text);
    },
  );

  test.each([
    "",
    "01",
    "-1",
    "0x1",
    "1.0",
    "115792089237316195423570985008687907853269984665640564039457584007913129639936",
  ])("%j is no token id", (text) => {
    expect(() => parseTokenId(text)).toThrow(PayloadError);
  });
});
