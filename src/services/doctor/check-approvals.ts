import { CONDITIONAL_TOKENS, EXCHANGES } from "../../core/chain/contracts.ts";
import { orderDomain } from "../../core/chain/exchange-order.ts";
import { POSITION_MANAGER, ROUTER } from "../../core/chain/infrastructure.ts";
import { CTF_COLLATERAL_ADAPTER, NEG_RISK_COLLATERAL_ADAPTER } from "../../core/chain/redeem-call.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { SignerIdentity } from "../../ports/order-signer.ts";
import type { LiveDoctorDeps } from "./doctor-deps.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const SITE = "on the venue's site";
const CTF_EXCHANGES = [false, true].map((negRisk) => orderDomain("v1", negRisk).verifyingContract);
const EXCHANGE_V3 = orderDomain("v2", false).verifyingContract;
const ADAPTERS = [CTF_COLLATERAL_ADAPTER, NEG_RISK_COLLATERAL_ADAPTER];

/** Who may take the wallet's pUSD and outcome tokens: to trade, and to redeem (API sheet, section 5). */
export async function checkApprovals(
  { chain }: Pick<LiveDoctorDeps, "chain">,
  { wallet }: Pick<SignerIdentity, "wallet">,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const at = (ledger: Address) => (operator: Address) => ({ ledger, operator });
  const ofTokens = [...CTF_EXCHANGES, ...ADAPTERS].map(at(CONDITIONAL_TOKENS));
  const ofPositions = [EXCHANGE_V3, ROUTER].map(at(POSITION_MANAGER));
  const [allowances, granted] = await Promise.all([
    chain.allowances(wallet, [...CTF_EXCHANGES, EXCHANGE_V3], signal),
    chain.operators(wallet, [...ofTokens, ...ofPositions], signal),
  ]);
  const pusd = allowances.map((allowance) => allowance > 0n);
  const [exchanges, adapters, v3] = [granted.slice(0, 2), granted.slice(2, 4), granted.slice(4)];
  return [
    judgeTrading(pusd, exchanges),
    adapters.every((each) => each)
      ? ok("redeem-approvals", "the collateral adapters may redeem outcome tokens")
      : warn(
          "redeem-approvals",
          "a collateral adapter may not take outcome tokens: resolved positions will not be redeemed",
          `redeem one position of each kind ${SITE} by hand, which sets the approval`,
        ),
    judgeProtocolV2(pusd[CTF_EXCHANGES.length] === true, v3),
  ];
}

function judgeTrading(pusd: readonly boolean[], tokens: readonly boolean[]): Finding {
  const lacks = (name: string, list: readonly boolean[]): readonly string[] =>
    CTF_EXCHANGES.flatMap((exchange, index) => (list[index] === true ? [] : `${name} for ${nameOf(exchange)}`));
  const missing = [...lacks("pUSD", pusd), ...lacks("outcome tokens", tokens)];
  return missing.length === 0
    ? ok("approvals", "the exchanges may take pUSD and outcome tokens")
    : fail("approvals", `not approved: ${missing.join(", ")}`, `enable trading ${SITE}, which sets the approvals`);
}

/** Apart, and no failure: as long as a market is of V1, nothing of this is needed. */
function judgeProtocolV2(pusd: boolean, [exchange, router]: readonly boolean[]): Finding {
  const missing = [
    ...(pusd ? [] : ["pUSD for ExchangeV3"]),
    ...(exchange === true ? [] : ["positions for ExchangeV3"]),
    ...(router === true ? [] : ["positions for the Router, which redeems"]),
  ];
  return missing.length === 0
    ? ok("protocol-v2", "ExchangeV3 may trade and the Router may redeem positions of Protocol V2")
    : warn(
        "protocol-v2",
        `markets of Protocol V2: not approved: ${missing.join(", ")}`,
        `trade and redeem one market of Protocol V2 ${SITE}, which sets the approvals`,
      );
}

const nameOf = (exchange: Address): string => EXCHANGES.find(({ address }) => address === exchange)?.name ?? exchange;
