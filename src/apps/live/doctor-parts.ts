import { probeNodes } from "../../adapters/polygon/probe-nodes.ts";
import { createClobClient } from "../../adapters/polymarket-clob/clob-client.ts";
import { createVenueAccess } from "../../adapters/polymarket-clob/geoblock.ts";
import { fetchVenueTime } from "../../adapters/polymarket-clob/venue-time.ts";
import { systemRandom } from "../../adapters/system/random.ts";
import type { SignatureType } from "../../core/chain/exchange-order.ts";
import { PayloadError } from "../../core/errors.ts";
import { type Address, parseAddress } from "../../core/ids/ids.ts";
import type { DoctorDeps, LiveDoctorDeps, Probe } from "../../services/doctor/doctor-deps.ts";
import type { Program } from "../program.ts";
import { USER_AGENT } from "../version.ts";
import { openAccount, openSigner } from "./account.ts";
import { findOpenMarkets, openBooks, openChain, openGamma, openRelayer, readTokens } from "./venue-parts.ts";

const TIMEOUT_MS = 8_000;
/** Some of the busiest markets have prices on one side only. */
const BOOKS_LOOKED_AT = 5;

/** @param isLive also what only live trading needs */
export function doctorDeps(program: Program, isLive: boolean): DoctorDeps {
  const { environment, clock } = program;
  return {
    clock,
    nodes: (signal) => probeNodes(environment.POLYGON_RPC_URL?.reveal() ?? null, clock, signal),
    venueTime: (signal) => fetchVenueTime(at(environment.CLOB_URL), signal),
    async book(signal) {
      const markets = await findOpenMarkets(openGamma(environment), signal);
      const [first] = await readTokens(openBooks(environment), markets, BOOKS_LOOKED_AT, signal);
      const [bid, ask] = [first?.book.bids[0]?.price, first?.book.asks[0]?.price];
      return first === undefined || bid === undefined || ask === undefined
        ? null
        : { title: first.market.title, bid, ask };
    },
    probes: probes(program, isLive),
    live: isLive ? liveDeps(program) : null,
  };
}

const at = (url: string) => ({ url, timeoutMs: TIMEOUT_MS, userAgent: USER_AGENT });

function probes({ environment }: Program, isLive: boolean): readonly Probe[] {
  const { GAMMA_URL, CLOB_URL, DATA_API_URL, RELAYER_URL } = environment;
  const probe = (check: string, url: string, path: string, needs: string, isVital: boolean): Probe => ({
    ...{ check, needs, isVital, fix: `check ${NAMES[check]} (${url}) and this machine's network` },
    async ask(signal) {
      const answer = await createClobClient(at(url)).get(path, signal);
      if (answer === null) throw new PayloadError("NOT_FOUND", `${url}${path} is not there (404)`);
    },
  });
  const nobody = `0x${"0".repeat(40)}`;
  return [
    probe("gamma", GAMMA_URL, "/markets?limit=1", "markets have no titles, dates and terms", true),
    probe("clob", CLOB_URL, "/time", "there are no books and no orders", true),
    probe("data", DATA_API_URL, "/v2/status", "there are no first scores and no comparison with the venue", false),
    ...(isLive
      ? [probe("relayer", RELAYER_URL, `/deployed?address=${nobody}`, "contract wallets cannot redeem", false)]
      : []),
  ];
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ gamma: "GAMMA_URL", clob: "CLOB_URL", data: "DATA_API_URL", relayer: "RELAYER_URL" },
};

function liveDeps(program: Program): LiveDoctorDeps {
  const { environment, clock, logger } = program;
  const { FUNDER_ADDRESS, SIGNATURE_TYPE, LIVE_TRADING_ACK, ENABLE_PAPER_TRADING } = environment;
  const address = (text: string | null): Address | null => (text === null ? null : parseAddress(text));
  return {
    access: createVenueAccess(at(environment.GEOBLOCK_URL)),
    signer: environment.SIGNER_SOCKET === null ? null : openSigner(environment),
    ...{ clock, random: systemRandom },
    expected: {
      wallet: address(FUNDER_ADDRESS),
      signatureType: SIGNATURE_TYPE === null ? null : (Number(SIGNATURE_TYPE) as SignatureType),
      acknowledged: address(LIVE_TRADING_ACK),
      isLiveWanted: !ENABLE_PAPER_TRADING,
      hasApiKey: environment.CLOB_API_KEY !== null,
      relayerKeyAddress: address(environment.RELAYER_API_KEY_ADDRESS),
      capitalUsd: environment.CAPITAL_USD,
    },
    chain: openChain(environment, logger, environment.POLYGON_RPC_URL?.reveal().length ?? 2),
    openAccount: (signal) => openAccount({ environment, clock }, signal),
    relayerKey:
      environment.RELAYER_API_KEY === null
        ? null
        : async (signal) => {
            const { owner } = await openSigner(environment).identity(signal);
            return openRelayer(environment, owner)?.recent(signal);
          },
  };
}
