import { getAddress } from "viem";
import { z } from "zod";
import { PROXY_FACTORY, RELAY_HUB, ZERO_ADDRESS } from "../../core/chain/infrastructure.ts";
import { proxyCallData, type RelayRequest } from "../../core/chain/redemption.ts";
import { RejectedError } from "../../core/errors.ts";
import { type Address, parseAddress, parseTxHash } from "../../core/ids/ids.ts";
import type { Relayed, Relayer, RelayState } from "../../ports/relayer.ts";
import { type ClobClientOptions, createClobClient, readAnswer } from "./clob-client.ts";
import type { HttpRequest } from "./http-exchange.ts";
import { parseAnswer } from "./private-requests.ts";

export type RelayerOptions = ClobClientOptions & {
  /** Made on the venue's settings page, for one address. */
  readonly apiKey: string;
  readonly apiKeyAddress: Address;
};

const DEPOSIT_FACTORY = parseAddress("0x00000000000fb5c9adea0298d729a0cb3823cc07");

/** Everything that is no end is under way: a state that nobody knows is waited for. */
const STATES: Readonly<Record<string, RelayState>> = {
  ...{ STATE_CONFIRMED: "CONFIRMED", STATE_FAILED: "FAILED", STATE_INVALID: "FAILED" },
};
const nonceAnswer = z.object({
  nonce: z
    .string()
    .regex(/^\d{1,78}$/)
    .transform(BigInt),
  address: z.string().optional(),
});
const submitAnswer = z.object({ transactionID: z.string().min(1) });
const row = z
  .object({
    transactionID: z.string(),
    transactionHash: z.string().nullish(),
    signature: z.string().nullish(),
    state: z.string(),
  })
  .transform(
    ({ transactionID: id, transactionHash: hash, signature, state }): Relayed => ({
      ...{ id, signature: (signature ?? "0x") as `0x${string}`, state: STATES[state] ?? "UNDER_WAY" },
      txHash: hash === null || hash === undefined || hash === "" ? null : parseTxHash(hash),
    }),
  );
const rows = z.array(row);

/** The venue's relayer over REST (API sheet, section 5; header names: docs.polymarket.com, Relayer API). */
export function createRelayerClient(options: RelayerOptions): Relayer {
  const client = createClobClient(options);
  const { origin } = new URL(options.url);
  const own = { RELAYER_API_KEY: options.apiKey, RELAYER_API_KEY_ADDRESS: getAddress(options.apiKeyAddress) };

  async function ask<Schema extends z.ZodType>(
    request: Pick<HttpRequest, "method" | "path"> & Partial<HttpRequest>,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const answer = await client.exchange({ body: "", headers: {}, ...request }, signal);
    // Its refusals say why in words that a person needs: a nonce, a deadline, an allowance.
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429 && answer.status !== 425)
      throw new RejectedError("RELAYER_REFUSED", `HTTP ${answer.status} ${reasonOf(answer.body)}`.trim(), {
        status: answer.status,
      });
    return parseAnswer(schema, readAnswer(answer, origin), request.path);
  }

  return {
    async nonce(owner, kind, signal) {
      const path = kind === "PROXY" ? "/relay-payload" : "/nonce";
      const asked = { method: "GET", path: `${path}?address=${getAddress(owner)}&type=${kind}` } as const;
      const { nonce, address } = await ask(asked, nonceAnswer, signal);
      return { nonce, relay: address === undefined ? null : parseAddress(address) };
    },
    async submit(request, signature, signal) {
      const body = JSON.stringify(submitBody(request, signature));
      const { transactionID } = await ask(
        { method: "POST", path: "/submit", body, headers: own },
        submitAnswer,
        signal,
      );
      return transactionID;
    },
    async transaction(id, signal) {
      const path = `/transaction?id=${encodeURIComponent(id)}`;
      const found = await ask({ method: "GET", path }, rows, signal);
      return found.find((each) => each.id === id) ?? null;
    },
    recent: (signal) => ask({ method: "GET", path: "/transactions", headers: own }, rows, signal),
  };
}

/** As the relayer's own client builds it (Polymarket/builder-relayer-client 0.0.10). */
function submitBody(request: RelayRequest, signature: `0x${string}`) {
  const { owner, wallet, call, nonce, kind } = request;
  const common = { type: kind, from: getAddress(owner), nonce: String(nonce), signature };
  switch (kind) {
    case "WALLET": {
      const calls = [{ target: getAddress(call.to), value: "0", data: call.data }];
      const depositWallet = getAddress(wallet);
      const params = { depositWallet, deadline: String(request.deadline), calls };
      return { ...common, to: getAddress(DEPOSIT_FACTORY), depositWalletParams: params };
    }
    case "SAFE":
      return {
        ...{ ...common, to: getAddress(call.to), proxyWallet: getAddress(wallet), data: call.data, metadata: "" },
        signatureParams: {
          ...{ gasPrice: "0", operation: "0", safeTxnGas: "0", baseGas: "0" },
          ...{ gasToken: ZERO_ADDRESS, refundReceiver: ZERO_ADDRESS },
        },
      };
    case "PROXY":
      return {
        ...{ ...common, to: getAddress(PROXY_FACTORY), proxyWallet: getAddress(wallet) },
        ...{ data: proxyCallData(call), metadata: "" },
        signatureParams: {
          ...{ gasPrice: "0", gasLimit: String(request.gasLimit), relayerFee: "0" },
          ...{ relayHub: getAddress(RELAY_HUB), relay: getAddress(request.relay) },
        },
      };
  }
}

const REASON_MAX = 200;

function reasonOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === "string" ? error.slice(0, REASON_MAX) : "";
  } catch {
    return "";
  }
}
