import { createHash } from "node:crypto";
import { z } from "zod";
import type { Chain } from "../chain/chain.ts";
import type { RelayerFault, RelayerFaults } from "../faults/settlement-faults.ts";
import type { Account } from "../venue/records.ts";
import type { Venue } from "../venue/venue.ts";
import type { WalletCalls } from "../venue/wallet-calls.ts";
import type { ClobRequest } from "./clob-auth.ts";
import { readSubmitted, type Submitted } from "./relayer-signature.ts";
import { fail, ok, parseJson, type Reply, type Silence } from "./reply.ts";

/** The API key of every customer's owner at the relayer. */
export const RELAYER_KEY = "simnet-relayer-key";

export type RelayerDeps = {
  readonly chain: Chain;
  readonly venue: Venue;
  readonly calls: WalletCalls;
  readonly faults: RelayerFaults;
  /** Milliseconds. */
  readonly now: () => number;
};

type Relayed = {
  readonly id: string;
  readonly request: Submitted;
  readonly hash: string;
  readonly createdAt: number;
  readonly outcome: "done" | "fails" | "stuck";
};

const text = z.string();
const submit = z
  .object({
    type: z.enum(["SAFE", "PROXY", "WALLET"]),
    ...{ from: text, to: text, nonce: z.string().regex(/^\d+$/), signature: z.string().regex(/^0x[0-9a-f]{130}$/i) },
    proxyWallet: text.optional(),
    data: text.optional(),
    signatureParams: z.record(z.string(), z.string()).optional(),
    depositWalletParams: z
      .object({
        depositWallet: text,
        deadline: z.string().regex(/^\d+$/),
        calls: z.array(z.object({ target: text, value: text, data: text })),
      })
      .optional(),
  })
  .transform(
    (body): Submitted => ({
      ...{ type: body.type, from: body.from, to: body.to, nonce: body.nonce, signature: body.signature },
      proxyWallet: body.depositWalletParams?.depositWallet ?? body.proxyWallet ?? "",
      ...{ data: body.data ?? "0x", signatureParams: body.signatureParams ?? {} },
      ...{ deadline: body.depositWalletParams?.deadline ?? "0", calls: body.depositWalletParams?.calls ?? [] },
    }),
  );

const TYPES = { SAFE: 2, PROXY: 1, WALLET: 3 } as const;
const RELAY = "0xae700edfd9ab986395f3999fe11177b9903a52f1";
const DEADLINE_SECONDS_MAX = 600;

/** Polymarket's relayer (API sheet, section 5): verifies, does, and tells how far it is. */
export function createRelayerRoutes({ chain, venue, calls, faults, now }: RelayerDeps) {
  const relayed: Relayed[] = [];
  const nonces = new Map<string, bigint>();
  const keyOf = (from: string, type: string): string => `${type} ${from.toLowerCase()}`;
  const nonceOf = (from: string, type: string): bigint => nonces.get(keyOf(from, type)) ?? 0n;

  function isAuthorised({ headers }: ClobRequest): boolean {
    const address = String(headers.relayer_api_key_address).toLowerCase();
    return (
      headers.relayer_api_key === RELAYER_KEY && venue.accounts.some(({ owner }) => owner.toLowerCase() === address)
    );
  }

  const accountOf = (request: Submitted): Account | undefined =>
    venue.accounts.find(
      ({ owner, wallet, signatureType }) =>
        signatureType === TYPES[request.type] &&
        owner.toLowerCase() === request.from.toLowerCase() &&
        wallet.toLowerCase() === request.proxyWallet.toLowerCase(),
    );

  function take(body: string, fault: RelayerFault | null): Reply {
    const parsed = submit.safeParse(parseJson(body));
    if (!parsed.success) return fail(400, "invalid request payload");
    const request = parsed.data;
    const account = accountOf(request);
    const read = readSubmitted(request);
    if (account === undefined || account.isUndeployed === true) return fail(400, "wallet not deployed");
    if (read?.signer !== request.from.toLowerCase()) return fail(400, "invalid signature");
    if (BigInt(request.nonce) !== nonceOf(request.from, request.type)) return fail(400, "invalid nonce");
    const seconds = now() / 1_000;
    const lives = Number(request.deadline) - seconds;
    if (request.type === "WALLET" && (lives <= 0 || lives > DEADLINE_SECONDS_MAX)) return fail(400, "invalid deadline");
    const id = uuid(request.signature);
    const hash = `0x${createHash("sha256").update(id).digest("hex")}`;
    const fails = fault === "fails" || read.calls.some((call) => calls.refusal(account, call) !== null);
    const outcome = fault === "stuck" ? "stuck" : fails ? "fails" : "done";
    relayed.push({ id, request, hash, createdAt: now(), outcome });
    nonces.set(keyOf(request.from, request.type), BigInt(request.nonce) + 1n);
    if (outcome === "done") for (const call of read.calls) calls.perform(account, call, hash);
    return ok({ transactionID: id, state: "STATE_NEW" });
  }

  const row = rowOf({ chain, calls, now });

  function post(request: ClobRequest): Reply | Silence {
    if (!isAuthorised(request)) return fail(401, "invalid authorization");
    const fault = faults.next();
    if (fault === "lost") return "hang up";
    if (fault === "rate limited")
      return { status: 429, headers: { "retry-after": "5" }, body: { error: "too many requests" } };
    const reply = take(request.body, fault);
    return fault === "answer lost" ? "hang up" : reply;
  }

  return function answer(request: ClobRequest): Reply | Silence {
    const { method, path, query } = request;
    const [address, type] = [query.get("address") ?? "", query.get("type") ?? ""];
    switch (`${method} ${path}`) {
      case "GET /nonce":
        return ok({ nonce: String(nonceOf(address, type)) });
      case "GET /relay-payload":
        return ok({ address: RELAY, nonce: String(nonceOf(address, type)) });
      case "GET /deployed": {
        const account = venue.accounts.find(({ wallet }) => wallet.toLowerCase() === address.toLowerCase());
        return ok({ deployed: account !== undefined && account.isUndeployed !== true });
      }
      case "GET /transaction":
        return ok(relayed.filter(({ id }) => id === query.get("id")).map(row));
      case "GET /transactions":
        return isAuthorised(request) ? ok(relayed.toReversed().map(row)) : fail(401, "invalid authorization");
      case "POST /submit":
        return post(request);
      default:
        return fail(404, "not found");
    }
  };
}

/** As the relayer tells of it. */
function rowOf({ chain, calls, now }: Pick<RelayerDeps, "chain" | "calls" | "now">) {
  function stateOf({ outcome, hash }: Relayed): string {
    if (outcome === "stuck") return "STATE_NEW";
    if (outcome === "fails") return "STATE_FAILED";
    const block = calls.blockOf(hash);
    if (block === null) return "STATE_EXECUTED";
    return block <= chain.finalized() ? "STATE_CONFIRMED" : "STATE_MINED";
  }

  return (each: Relayed) => ({
    ...{ transactionID: each.id, transactionHash: each.outcome === "stuck" ? "" : each.hash, state: stateOf(each) },
    ...{ from: each.request.from, to: each.request.to, proxyAddress: each.request.proxyWallet },
    ...{ data: each.request.data, nonce: each.request.nonce, value: "", signature: each.request.signature },
    ...{ type: each.request.type, owner: each.request.from, metadata: "" },
    createdAt: new Date(each.createdAt).toISOString(),
    updatedAt: new Date(now()).toISOString(),
  });
}

function uuid(of: string): string {
  const hex = createHash("sha256").update(of).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
