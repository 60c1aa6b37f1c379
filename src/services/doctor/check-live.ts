import { WALLET_NAMES, walletType } from "../../core/chain/wallet-type.ts";
import { formatUsd } from "../../core/money/amounts.ts";
import type { SignerIdentity } from "../../ports/order-signer.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { trySignature } from "../live/check-signing.ts";
import { checkApprovals } from "./check-approvals.ts";
import { checkRelayerKey } from "./check-relayer-key.ts";
import type { LiveDoctorDeps } from "./doctor-deps.ts";
import { ask, type Finding, fail, ok, warn } from "./finding.ts";

const SITE = "on the venue's site";
const MEND_API_KEY =
  "correct CLOB_API_KEY, CLOB_API_SECRET and CLOB_API_PASSPHRASE, or unset all three: the signer logs in by itself";
const START_SIGNER = "start `orderflow signer --settings <file>` and set SIGNER_SOCKET to the socket that it names";

/** What only live trading needs, from the country to the money. */
export async function checkLive(deps: LiveDoctorDeps, signal: AbortSignal): Promise<readonly Finding[]> {
  const country = ask("geoblock", "check GEOBLOCK_URL", () => checkCountry(deps, signal));
  let identity: SignerIdentity | null = null;
  const signer = await ask("signer", START_SIGNER, async () => {
    if (deps.signer === null) return fail("signer", "SIGNER_SOCKET is not set: nobody signs", START_SIGNER);
    identity = await deps.signer.identity(signal);
    return judgeIdentity(deps, identity);
  });
  const who = identity as SignerIdentity | null;
  const rest = who === null ? [] : await Promise.all(ofWallet(deps, who, signal));
  return [...(await country), ...signer, ...rest.flat()];
}

const ofWallet = (deps: LiveDoctorDeps, who: SignerIdentity, signal: AbortSignal) => [
  checkOnChain(deps, who, signal),
  ask("credentials", deps.expected.hasApiKey ? MEND_API_KEY : "check CLOB_URL and this machine's clock", () =>
    checkAccount(deps, who, signal),
  ),
  ...(who.signatureType === 0 ? [] : [checkRelayerKey(deps, who, signal)]),
];

/** One question first: where no node answers, it is said once, and soon. */
async function checkOnChain(deps: LiveDoctorDeps, who: SignerIdentity, signal: AbortSignal) {
  const fix = "check POLYGON_RPC_URL";
  const wallet = await ask("wallet", fix, () => checkWallet(deps, who, signal));
  if (wallet.some((each) => each.fix === fix)) return wallet;
  const rest = await Promise.all([
    ...(wallet.some(({ level }) => level === "fail")
      ? []
      : [ask("signature", fix, () => checkSignature(deps, who, signal))]),
    ask("approvals", fix, () => checkApprovals(deps, who, signal)),
    ask("balances", fix, () => checkMoney(deps, who, signal)),
  ]);
  return [...wallet, ...rest.flat()];
}

async function checkCountry({ access }: LiveDoctorDeps, signal: AbortSignal): Promise<Finding> {
  const { blocked, country, region } = await access.geoblock(signal);
  const where = region === "" ? country : `${country} (${region})`;
  if (!blocked) return ok("geoblock", `the venue serves ${where}`);
  return fail(
    "geoblock",
    `the venue does not serve ${where}`,
    "stay on paper here; going around the block breaks its terms",
  );
}

function judgeIdentity({ expected }: LiveDoctorDeps, { owner, wallet, signatureType }: SignerIdentity): Finding {
  const whose = signatureType === 0 ? "" : ` of ${owner}`;
  const said = `signs for ${wallet} as ${WALLET_NAMES[signatureType]}${whose}`;
  const other = (name: string, value: string): Finding =>
    fail("signer", `${said}, but ${name} says ${value}`, `correct ${name}, or the signer's settings`);
  if (expected.wallet !== null && expected.wallet !== wallet) return other("FUNDER_ADDRESS", expected.wallet);
  if (expected.signatureType !== null && expected.signatureType !== signatureType)
    return other("SIGNATURE_TYPE", String(expected.signatureType));
  if (expected.acknowledged !== null && expected.acknowledged !== wallet)
    return other("LIVE_TRADING_ACK", expected.acknowledged);
  if (expected.isLiveWanted && expected.acknowledged === null)
    return fail("signer", `${said}; it stays on paper without LIVE_TRADING_ACK`, `set LIVE_TRADING_ACK=${wallet}`);
  return ok("signer", said);
}

async function checkWallet({ chain }: LiveDoctorDeps, who: SignerIdentity, signal: AbortSignal): Promise<Finding> {
  const { owner, wallet, signatureType } = who;
  const derived = walletType(owner, wallet);
  const name = WALLET_NAMES[signatureType];
  if (derived !== null && derived !== signatureType)
    return fail(
      "wallet",
      `${wallet} is the ${WALLET_NAMES[derived]} of this key, not a ${name}`,
      `set "signatureType": ${derived} in the signer's settings`,
    );
  const isDeployed = await chain.hasCode(wallet, signal);
  if (signatureType === 0)
    return warn(
      "wallet",
      "an EOA: the venue refuses orders of new ones",
      `make a deposit wallet ${SITE} and trade from it`,
    );
  if (!isDeployed)
    return fail("wallet", `the ${name} ${wallet} is not deployed`, `log in and make a first deposit ${SITE}`);
  if (derived === null)
    return warn(
      "wallet",
      `${wallet} is deployed, but no known factory makes it for ${owner}`,
      `compare it with the address shown ${SITE}; orders of a wallet of another key are refused`,
    );
  return ok("wallet", `${name} ${wallet}, deployed, follows from the key`);
}

async function checkSignature(
  deps: LiveDoctorDeps,
  who: SignerIdentity,
  signal: AbortSignal,
): Promise<Finding | readonly Finding[]> {
  if (deps.signer === null) return [];
  const refusal = await trySignature({ ...deps, signer: deps.signer }, who, signal);
  if (refusal !== null)
    return fail("signature", refusal.text, "then start the signer anew and run `orderflow doctor` again");
  const taken = who.signatureType === 3 ? ", and the wallet takes it (ERC-1271)" : "";
  return ok("signature", `a trial order is signed with the key of ${who.owner}${taken}`);
}

async function checkAccount(
  deps: LiveDoctorDeps,
  who: SignerIdentity,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { client, isClosedOnly } = await deps.openAccount(signal);
  const standing = isClosedOnly
    ? fail("account", "the venue lets this account only sell", "stay on paper; ask the venue's support for the reason")
    : ok("account", "may buy and sell");
  const open = await client.openOrders(signal);
  return [
    ok("credentials", `API credentials of ${who.owner} are accepted; ${open.length} orders rest`),
    standing,
    ...(await ask("venue-balance", "check POLYGON_RPC_URL", () => compareMoney(deps, who, client, signal))),
  ];
}

async function compareMoney(
  { chain }: LiveDoctorDeps,
  { wallet }: SignerIdentity,
  client: VenueClient,
  signal: AbortSignal,
) {
  const [{ balanceUsd }, { pusd }] = await Promise.all([
    client.collateral(true, signal),
    chain.collateral(wallet, signal),
  ]);
  const detail = `the venue counts ${formatUsd(balanceUsd)} USD`;
  if (balanceUsd === pusd) return ok("venue-balance", `${detail}, as the chain does`);
  return warn(
    "venue-balance",
    `${detail}, the chain ${formatUsd(pusd)}`,
    "wait a minute and look again; trades on their way make a difference for as long",
  );
}

async function checkMoney(
  { chain, expected }: LiveDoctorDeps,
  who: SignerIdentity,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { pusd, usdcE } = await chain.collateral(who.wallet, signal);
  const has = `the wallet holds ${formatUsd(pusd)} pUSD`;
  const findings = [pusd > 0n ? ok("balances", has) : fail("balances", has, `deposit ${SITE}`)];
  if (expected.isLiveWanted && pusd > 0n && pusd < expected.capitalUsd)
    findings.push(
      warn(
        "capital",
        `CAPITAL_USD is ${formatUsd(expected.capitalUsd)}, more than the wallet holds: a first start stays on paper`,
        `set CAPITAL_USD to ${formatUsd(pusd)} or less; limits are shares of it`,
      ),
    );
  if (usdcE > 0n)
    findings.push(
      warn(
        "balances",
        `${formatUsd(usdcE)} USDC.e are not wrapped: the exchanges do not take them`,
        `wrap them ${SITE}`,
      ),
    );
  if (who.signatureType !== 0) return findings;
  const wei = await chain.gasMoney(who.owner, signal);
  findings.push(
    wei > 0n
      ? ok("gas", "the EOA has POL for its own transactions")
      : warn("gas", "the EOA has no POL: it cannot redeem", "send it a little POL"),
  );
  return findings;
}
