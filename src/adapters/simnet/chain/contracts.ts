/**
 * Polygon addresses (lower case) and event topics that the simulated chain speaks. Written down here a second time on
 * purpose: the reader under test must not share its constants with the world that tests it.
 */
export const CONDITIONAL_TOKENS = "0x4d97dcd97ec945f40cf65f87097ace5ea0476045";
export const NEG_RISK_ADAPTER = "0xd91e80cf2e7be2e162c6513ced06f1dd0da35296";
/** UMA CTF adapter, managed oracle: `resolvedBy` of current standard markets. */
export const UMA_ADAPTER = "0x65070be91477460d8a7aeeb94ef92fe056c2f2a7";
export const V1_EXCHANGE = "0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e";
export const V1_NEG_RISK_EXCHANGE = "0xc5d563a36ae78145c45a50134d48a1215220f80a";
export const V2_EXCHANGE = "0xe111180000d2663c0091e4f400237545b87b996b";
export const V2_NEG_RISK_EXCHANGE = "0xe2222d279d744050d28e00520010520000310f59";
export const USDC_E = "0x2791bca1f2de4661ed88a30c99a7a9449aa84174";
export const WRAPPED_COLLATERAL = "0x3a3bd7bb9528e159577f7c2e685cc81a765002e2";
export const V1_FEE_MODULE = "0xe3f18acc55091e2c48d883fc8c8413319d4ab7b0";
export const V1_NEG_RISK_FEE_MODULE = "0xb768891e3130f6df18214ac804d4db76c2c37730";
/** Both generations of collateral adapter are found in logs. */
export const CTF_ADAPTERS = [
  "0xada100874d00e3331d00f2007a9c336a65009718",
  "0xada100db00ca00073811820692005400218fce1f",
] as const;
export const NEG_RISK_CTF_ADAPTERS = [
  "0xada200001000ef00d07553cee7006808f895c6f1",
  "0xada2005600dec949baf300f4c6120000bdb6eaab",
] as const;
export const AUTO_REDEEMER = "0xf3cfb6a6ebfeb51876289eb235719eb1c65252b0";
export const NEG_RISK_VAULT = "0x7f67327e88c258932d7d8f72950be0d46975e11d";
export const NO_TOKEN_BURN_ADDRESS = "0xa5ef39c3d3e10d0b270233af41cac69796b12966";
export const NEG_RISK_OPERATOR = "0x71523d0f655b41e805cec45b17163f528b59b820";
export const SAFE_FACTORY = "0xaacfeea03eb1561c4e67d661e40682bd20e3541b";
export const PROXY_FACTORY = "0xab45c5a4b0c941a2f231c04c3f49182e1a254052";
export const RELAY_HUB = "0xd216153c06e857cd7f72665e0af1d7d82172f494";
/** Ledger of Protocol V2, and what redeems from it. */
export const POSITION_MANAGER = "0x006f54f7f9a22e0000cc2ab60031000000ae9fef";
export const ROUTER = "0x12121212006e4cd160d18e3f00711da5c3372600";
export const NOBODY = "0x0000000000000000000000000000000000000000";
/** An operator that sends the match transactions. */
export const OPERATOR = "0x2f1cc78b6945d57c342273d42f13cdb5488feb15";

export const TOPIC = {
  orderFilledV1: "0xd0a08e8c493f9c94f29311604c9de1b4e8c8d4c06bd0c789af57f2d65bfec0f6",
  ordersMatchedV1: "0x63bf4d16b7fa898ef4c4b2b6d90fd201e9c56313b65638af6088d149d2ce956c",
  orderFilledV2: "0xd543adfd945773f1a62f74f0ee55a5e3b9b1a28262980ba90b1a89f2ea84d8ee",
  ordersMatchedV2: "0x174b3811690657c217184f89418266767c87e4805d09680c39fc9c031c0cab7c",
  conditionPreparation: "0xab3760c3bd2bb38b5bcf54dc79802ed67338b4cf29f3054ded67ed24661e4177",
  feeRefunded: "0xb608d2bf25d8b4b744ba23ce2ea9802ea955e216c064a62f42152fbf98958d24",
  transferSingle: "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62",
  transferBatch: "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb",
  positionSplit: "0x2e6bb91f8cbcda0c93623c54d0403a43514fabc40084ec96b6d5379a74786298",
  positionsMerge: "0x6f13ca62553fcc2bcd2372180a43949c1e4cebba603901ede2f4e14f36b282ca",
  payoutRedemption: "0x2682012a4a4f1973119f1c9b90745d1bd91fa2bab387344f044cb3586864d18d",
  negRiskMarketPrepared: "0xf059ab16d1ca60e123eab60e3c02b68faf060347c701a5d14885a8e1def7b3a8",
  negRiskQuestionPrepared: "0xaac410f87d423a922a7b226ac68f0c2eaf5bf6d15e644ac0758c7f96e2c253f7",
  negRiskPositionSplit: "0xbbed930dbfb7907ae2d60ddf78345610214f26419a0128df39b6cc3d9e5df9b0",
  negRiskPositionsMerge: "0xba33ac50d8894676597e6e35dc09cff59854708b642cd069d21eb9c7ca072a04",
  negRiskPositionsConverted: "0xb03d19dddbc72a87e735ff0ea3b57bef133ebe44e1894284916a84044deb367e",
  negRiskPayoutRedemption: "0x9140a6a270ef945260c03894b3c6b3b2695e9d5101feef0ff24fec960cfd3224",
  proxyCreation: "0x4f51faf6c4561ff95f067657e43439f0f856d97c04d9ec9070a6199ad418e235",
  transactionRelayed: "0xab74390d395916d9e0006298d47938a5def5d367054dcca78fa6ec84381f3f22",
  conditionResolution: "0xb44d84d3289691f71497564b85d4233648d9dbae8cbdbb4329f301c3a0185894",
} as const;

export type ExchangeVersion = 1 | 2;

export function exchangeAddress(version: ExchangeVersion, negRisk: boolean): string {
  if (version === 1) return negRisk ? V1_NEG_RISK_EXCHANGE : V1_EXCHANGE;
  return negRisk ? V2_NEG_RISK_EXCHANGE : V2_EXCHANGE;
}
