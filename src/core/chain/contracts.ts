import { type Address, parseAddress } from "../ids/ids.ts";
import type { ExchangeVersion } from "./fill.ts";

/** Polygon PoS. */
export const POLYGON_CHAIN_ID = 137;

export type Exchange = {
  readonly address: Address;
  readonly version: ExchangeVersion;
  readonly name: string;
  /** First block that can hold its logs; null where the deployment block is not known (on-chain sheet, section 1.5). */
  readonly firstBlock: number | null;
};

const exchange = (text: string, version: ExchangeVersion, name: string, firstBlock: number | null): Exchange => ({
  address: parseAddress(text),
  version,
  name,
  firstBlock,
});

/** Every contract that emits `OrderFilled` (on-chain sheet, section 1.1). */
export const EXCHANGES: readonly Exchange[] = [
  exchange("0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e", 1, "V1", 33_605_403),
  exchange("0xc5d563a36ae78145c45a50134d48a1215220f80a", 1, "V1 neg-risk", 50_505_492),
  exchange("0xe111180000d2663c0091e4f400237545b87b996b", 2, "V2", 84_902_353),
  exchange("0xe2222d279d744050d28e00520010520000310f59", 2, "V2 neg-risk", 84_902_353),
  exchange("0xe2222d002000ba0053cef3375333610f64600036", 2, "V2 B", 84_902_320),
  exchange("0xe3333700ca9d93003f00f0f71f8515005f6c00aa", 3, "V3", null),
];

const versions: ReadonlyMap<string, ExchangeVersion> = new Map(EXCHANGES.map((each) => [each.address, each.version]));

/** @returns null for an address that is no exchange. */
export const exchangeVersion = (address: Address): ExchangeVersion | null => versions.get(address) ?? null;

/** Conditional Tokens, the ERC-1155 that holds the outcome tokens of V1 and V2. */
export const CONDITIONAL_TOKENS = parseAddress("0x4d97dcd97ec945f40cf65f87097ace5ea0476045");
export const NEG_RISK_ADAPTER = parseAddress("0xd91e80cf2e7be2e162c6513ced06f1dd0da35296");
/** Collateral of standard markets at the level of Conditional Tokens, before and after pUSD. */
export const USDC_E = parseAddress("0x2791bca1f2de4661ed88a30c99a7a9449aa84174");
/** Collateral of neg-risk markets at the level of Conditional Tokens. */
export const WRAPPED_COLLATERAL = parseAddress("0x3a3bd7bb9528e159577f7c2e685cc81a765002e2");

/**
 * Addresses that hold or move tokens without being a trader (on-chain sheet, section 5.6).
 * Operators beyond the known one have to be collected from `NewOperator` and are not in this list.
 */
export const INFRASTRUCTURE: ReadonlySet<Address> = new Set(
  [
    "0x0000000000000000000000000000000000000000",
    ...EXCHANGES.map((each) => each.address),
    "0xf60ca007115a47a11295f053156d913d83fed095", // V2 pre-release
    "0x93f0a57b6f7d1e765ca2674ab2ecb6ff6406b3c3", // V2 pre-release
    CONDITIONAL_TOKENS,
    NEG_RISK_ADAPTER,
    "0x71523d0f655b41e805cec45b17163f528b59b820", // NegRiskOperator
    WRAPPED_COLLATERAL,
    "0x7f67327e88c258932d7d8f72950be0d46975e11d", // NegRisk vault
    "0xa5ef39c3d3e10d0b270233af41cac69796b12966", // burn address of converted NO tokens
    "0xe3f18acc55091e2c48d883fc8c8413319d4ab7b0", // V1 fee module
    "0xb768891e3130f6df18214ac804d4db76c2c37730", // V1 neg-risk fee module
    "0x56c79347e95530c01a2fc76e732f9566da16e113", // V1 fee module, earlier
    "0x78769d50be1763ed1ca0d5e878d93f05aabff29e", // V1 neg-risk fee module, earlier
    "0x3a43d88ef8aae4df5a50b3abf67122caaeef7c9f", // V2 fee receiver
    USDC_E,
    "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359", // USDC
    "0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb", // pUSD
    "0x93070a847efef7f70739046a929d47a521f5b8ee", // CollateralOnramp
    "0x2957922eb93258b93368531d39facca3b4dc5854", // CollateralOfframp
    "0xebc2459ec962869ca4c0bd1e06368272732bcb08", // PermissionedRamp
    "0xada100874d00e3331d00f2007a9c336a65009718", // CtfCollateralAdapter, launch
    "0xada100db00ca00073811820692005400218fce1f", // CtfCollateralAdapter
    "0xada200001000ef00d07553cee7006808f895c6f1", // NegRiskCtfCollateralAdapter, launch
    "0xada2005600dec949baf300f4c6120000bdb6eaab", // NegRiskCtfCollateralAdapter
    "0x006f54f7f9a22e0000cc2ab60031000000ae9fef", // PositionManager
    "0x12121212006e4cd160d18e3f00711da5c3372600", // Router
    "0x1000008dd9001b968442c1000017eae6e0da00ba", // BinaryModule
    "0x200000900045e3b6259600682756002200028933", // NegRiskModule
    "0x30000034706c7d8e12009dab006be20000c031a8", // CombinatorialModule
    "0xa1200000d0002264c9a1698e001292d00e1b00af", // AutoRedeemer
    "0xf3cfb6a6ebfeb51876289eb235719eb1c65252b0", // CTF auto-redeem
    "0xdd8db71ce3be8d71ff148b2163d64da181a29e8b", // Rewards
    "0x8b9805a2f595b6705e74f7310829f2d299d21522", // FPMM factory
    "0xd216153c06e857cd7f72665e0af1d7d82172f494", // RelayHub
    "0xab45c5a4b0c941a2f231c04c3f49182e1a254052", // proxy wallet factory
    "0xaacfeea03eb1561c4e67d661e40682bd20e3541b", // Safe proxy factory
    "0x00000000000fb5c9adea0298d729a0cb3823cc07", // deposit wallet factory
    "0x2f1cc78b6945d57c342273d42f13cdb5488feb15", // an operator
  ].map(parseAddress),
);
