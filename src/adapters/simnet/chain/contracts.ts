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
/** An operator that sends the match transactions. */
export const OPERATOR = "0x2f1cc78b6945d57c342273d42f13cdb5488feb15";

export const TOPIC = {
  orderFilledV1: "0xd0a08e8c493f9c94f29311604c9de1b4e8c8d4c06bd0c789af57f2d65bfec0f6",
  ordersMatchedV1: "0x63bf4d16b7fa898ef4c4b2b6d90fd201e9c56313b65638af6088d149d2ce956c",
  orderFilledV2: "0xd543adfd945773f1a62f74f0ee55a5e3b9b1a28262980ba90b1a89f2ea84d8ee",
  ordersMatchedV2: "0x174b3811690657c217184f89418266767c87e4805d09680c39fc9c031c0cab7c",
  conditionPreparation: "0xab3760c3bd2bb38b5bcf54dc79802ed67338b4cf29f3054ded67ed24661e4177",
  conditionResolution: "0xb44d84d3289691f71497564b85d4233648d9dbae8cbdbb4329f301c3a0185894",
} as const;

export type ExchangeVersion = 1 | 2;

export function exchangeAddress(version: ExchangeVersion, negRisk: boolean): string {
  if (version === 1) return negRisk ? V1_NEG_RISK_EXCHANGE : V1_EXCHANGE;
  return negRisk ? V2_NEG_RISK_EXCHANGE : V2_EXCHANGE;
}
