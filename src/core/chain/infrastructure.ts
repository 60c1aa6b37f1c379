import { type Address, parseAddress } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS, EXCHANGES, NEG_RISK_ADAPTER, USDC_E, WRAPPED_COLLATERAL } from "./contracts.ts";

/** What an address that is never a trader does. */
export type InfrastructureKind =
  | "exchange"
  | "feeModule"
  | "conditionalTokens"
  | "positionManager"
  | "negRiskAdapter"
  | "collateralAdapter"
  | "module"
  | "router"
  | "redeemer"
  | "collateral"
  | "ramp"
  | "vault"
  | "burn"
  | "factory"
  | "oracle"
  | "operator"
  | "admin";

export type Infrastructure = {
  readonly address: Address;
  readonly kind: InfrastructureKind;
  readonly label: string;
};

export const ZERO_ADDRESS = parseAddress("0x0000000000000000000000000000000000000000");
/** Where converted NO tokens go: the first 20 bytes of keccak256("NO_TOKEN_BURN_ADDRESS"). */
export const NO_TOKEN_BURN_ADDRESS = parseAddress("0xa5ef39c3d3e10d0b270233af41cac69796b12966");
/** Takes the fee of conversions, in tokens and in collateral. */
export const NEG_RISK_VAULT = parseAddress("0x7f67327e88c258932d7d8f72950be0d46975e11d");
export const NEG_RISK_OPERATOR = parseAddress("0x71523d0f655b41e805cec45b17163f528b59b820");
/** The ERC-1155 of Protocol V2. */
export const POSITION_MANAGER = parseAddress("0x006f54f7f9a22e0000cc2ab60031000000ae9fef");
export const BINARY_MODULE = parseAddress("0x1000008dd9001b968442c1000017eae6e0da00ba");
export const NEG_RISK_MODULE = parseAddress("0x200000900045e3b6259600682756002200028933");
export const COMBINATORIAL_MODULE = parseAddress("0x30000034706c7d8e12009dab006be20000c031a8");
export const ROUTER = parseAddress("0x12121212006e4cd160d18e3f00711da5c3372600");

export const PROXY_FACTORY = parseAddress("0xab45c5a4b0c941a2f231c04c3f49182e1a254052");
export const SAFE_FACTORY = parseAddress("0xaacfeea03eb1561c4e67d661e40682bd20e3541b");
export const RELAY_HUB = parseAddress("0xd216153c06e857cd7f72665e0af1d7d82172f494");

type Row = readonly [address: string, label: string];

const of = (kind: InfrastructureKind, rows: readonly Row[]): readonly Infrastructure[] =>
  rows.map(([address, label]) => ({ address: parseAddress(address), kind, label }));

/**
 * Addresses that hold or move tokens without being a trader (on-chain sheet, sections 1 and 5.6). Not complete by
 * nature: operators have to be collected from `NewOperator` and `RolesUpdated`, and every FPMM from its factory.
 */
export const INFRASTRUCTURE_TABLE: readonly Infrastructure[] = [
  ...of(
    "exchange",
    EXCHANGES.map((each) => [each.address, `exchange ${each.name}`]),
  ),
  ...of("exchange", [
    ["0xf60ca007115a47a11295f053156d913d83fed095", "exchange V2, pre-release"],
    ["0x93f0a57b6f7d1e765ca2674ab2ecb6ff6406b3c3", "exchange V2, pre-release"],
  ]),
  ...of("feeModule", [
    ["0xe3f18acc55091e2c48d883fc8c8413319d4ab7b0", "V1 fee module"],
    ["0xb768891e3130f6df18214ac804d4db76c2c37730", "V1 neg-risk fee module"],
    ["0x56c79347e95530c01a2fc76e732f9566da16e113", "V1 fee module, earlier"],
    ["0x78769d50be1763ed1ca0d5e878d93f05aabff29e", "V1 neg-risk fee module, earlier"],
  ]),
  ...of("conditionalTokens", [[CONDITIONAL_TOKENS, "Conditional Tokens"]]),
  ...of("positionManager", [[POSITION_MANAGER, "PositionManager"]]),
  ...of("negRiskAdapter", [[NEG_RISK_ADAPTER, "NegRiskAdapter"]]),
  ...of("collateralAdapter", [
    ["0xada100874d00e3331d00f2007a9c336a65009718", "CtfCollateralAdapter, launch"],
    ["0xada100db00ca00073811820692005400218fce1f", "CtfCollateralAdapter"],
    ["0xada200001000ef00d07553cee7006808f895c6f1", "NegRiskCtfCollateralAdapter, launch"],
    ["0xada2005600dec949baf300f4c6120000bdb6eaab", "NegRiskCtfCollateralAdapter"],
  ]),
  ...of("module", [
    [BINARY_MODULE, "BinaryModule"],
    [NEG_RISK_MODULE, "NegRiskModule"],
    [COMBINATORIAL_MODULE, "CombinatorialModule"],
  ]),
  ...of("router", [[ROUTER, "Router"]]),
  ...of("redeemer", [
    ["0xa1200000d0002264c9a1698e001292d00e1b00af", "AutoRedeemer"],
    ["0xf3cfb6a6ebfeb51876289eb235719eb1c65252b0", "CTF auto-redeem"],
  ]),
  ...of("collateral", [
    [USDC_E, "USDC.e"],
    ["0x3c499c542cef5e3811e1192ce70d8cc03d5c3359", "USDC"],
    ["0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb", "pUSD"],
    [WRAPPED_COLLATERAL, "neg-risk wrapped collateral"],
  ]),
  ...of("ramp", [
    ["0x93070a847efef7f70739046a929d47a521f5b8ee", "CollateralOnramp"],
    ["0x2957922eb93258b93368531d39facca3b4dc5854", "CollateralOfframp"],
    ["0xebc2459ec962869ca4c0bd1e06368272732bcb08", "PermissionedRamp"],
  ]),
  ...of("vault", [
    [NEG_RISK_VAULT, "neg-risk vault"],
    ["0x3a43d88ef8aae4df5a50b3abf67122caaeef7c9f", "V2 fee receiver"],
    ["0xdd8db71ce3be8d71ff148b2163d64da181a29e8b", "rewards"],
    ["0xdca4af75705dbb50f62437045aff9921947917d2", "perps deposit"],
  ]),
  ...of("burn", [
    [ZERO_ADDRESS, "zero address"],
    [NO_TOKEN_BURN_ADDRESS, "burn address of converted NO tokens"],
  ]),
  ...of("factory", [
    ["0x8b9805a2f595b6705e74f7310829f2d299d21522", "FPMM factory"],
    [PROXY_FACTORY, "proxy wallet factory"],
    [SAFE_FACTORY, "Safe proxy factory"],
    ["0x00000000000fb5c9adea0298d729a0cb3823cc07", "deposit wallet factory"],
    [RELAY_HUB, "RelayHub"],
  ]),
  ...of("oracle", [
    [NEG_RISK_OPERATOR, "NegRiskOperator"],
    ["0x2f5e3684cb1f318ec51b00edba38d79ac2c0aa9d", "neg-risk UMA CTF adapter"],
    ["0x6a9d222616c90fca5754cd1333cfd9b7fb6a4f74", "UMA CTF adapter v2"],
    ["0x157ce2d672854c848c9b79c49a8cc6cc89176a49", "UMA CTF adapter v3"],
    ["0x65070be91477460d8a7aeeb94ef92fe056c2f2a7", "UMA CTF adapter, managed oracle"],
    ["0x58e1745bedda7312c4cddb72618923da1b90efde", "centralised adapter"],
    ["0xcb1822859cef82cd2eb4e6276c7916e692995130", "UMA oracle"],
    ["0xb21182d0494521cf45dbbeebb5a3acaab6d22093", "UmaSportsOracle"],
    ["0x0a0a0a0a8b00c51b7d810501b03f230028c04a87", "OracleAggregator"],
    ["0x000012e0009c84078c4924fba808a41b9f67527f", "OOReporterModule"],
    ["0x53703dd6129d723066b6362510e5ae2fecd48218", "PolymarketOOReporter"],
  ]),
  ...of("operator", [["0x2f1cc78b6945d57c342273d42f13cdb5488feb15", "an operator"]]),
  ...of("admin", [
    ["0xac9930b2ae455a671b62de86876a7e8587825294", "operations account"],
    ["0x3dce0a29139a851da1dfca56af8e8a6440b4d952", "admin Safe"],
    ["0x47ebfac3353314c788b96cdcbf41daadfe03629c", "timelock"],
  ]),
];

const byAddress: ReadonlyMap<string, Infrastructure> = new Map(
  INFRASTRUCTURE_TABLE.map((each) => [each.address, each]),
);

/** @returns null for an address that may be a trader. */
export const infrastructureOf = (address: Address): Infrastructure | null => byAddress.get(address) ?? null;

/** The proxies whose `Upgraded` has to be watched: an upgrade may change the shape of their events. */
export const UPGRADEABLE: readonly Infrastructure[] = INFRASTRUCTURE_TABLE.filter(
  ({ kind, label }) =>
    kind === "positionManager" || kind === "module" || kind === "router" || label === "exchange V3" || label === "pUSD",
);
