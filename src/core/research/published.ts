/** Figures that others published, with where they stand. */

export type Citation = { readonly who: string; readonly what: string; readonly where: string };

export const SLIVKOFF: Citation = {
  who: "Slivkoff (Paradigm), “Polymarket Volume Is Being Double-Counted”, 2025",
  what: "summing OrderFilled counts every trade twice: a sale for $4.13 shows as $8.26",
  where: "https://www.paradigm.xyz/2025/12/polymarket-volume-is-being-double-counted",
};
export const LE: Citation = {
  who: "Le, “Decomposing Crowd Wisdom”, 2026",
  what: "292 million trades: political prices are compressed towards 50 %, mean recalibration slope 1.31 on Polymarket",
  where: "https://arxiv.org/abs/2602.19520",
};
export const BECKER: Citation = {
  who: "Becker, “The Microstructure of Wealth Transfer in Prediction Markets”, 2026",
  what: "72.1 million Kalshi trades: takers −1.12 %, makers +1.12 %; contracts at 5 cents win 4.18 % of the time",
  where: "https://github.com/Jon-Becker/prediction-market-analysis",
};
export const BURGI: Citation = {
  who: "Bürgi, Deng and Whelan, “Makers and Takers”, CEPR DP20631, 2025",
  what: "Kalshi: low prices win less often than they should, high prices more often; makers earn more than takers",
  where: "https://cepr.org/publications/DP20631",
};
export const GOMEZ_CRAM: Citation = {
  who: "Gómez-Cram, Guo, Jensen and Kung, “Prediction Market Accuracy: Crowd Wisdom or Informed Minority?”, 2026",
  what: "1.72 million accounts: 3.14 % are skilled winners and take over 30 % of all gains, over 67 % lose",
  where: "SSRN, April 2026",
};
export const AKEY: Citation = {
  who: "Akey, Grégoire, Harvie and Martineau, “Who Wins and Who Loses In Prediction Markets?”, 2026",
  what: "top winners rest their orders: maker share of volume about 0.9",
  where: "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=6443103",
};
export const WHALE_AUDIT: Citation = {
  who: "“Polymarket: should you follow the whales?”, 2026",
  what: "8,859 buys of $50,000 to $500,000: −0.0092 per dollar [−0.0192, +0.0005]",
  where: "https://polymarket-whale-strategy.pages.dev/tests",
};
export const CONVEXLY: Citation = {
  who: "Convexly, 2026",
  what: "composite score against later P&L: Spearman +0.11 [0.05, 0.18]; 0 of 35 top wallets survive a correction",
  where: "https://www.convexly.app/answers/who-wins-and-who-loses-prediction-markets",
};
export const SIROLLY: Citation = {
  who: "Sirolly, Ma, Kanoria and Sethi, “Network-Based Detection of Wash Trading”, 2025",
  what: "a quarter of the volume of three years: sports 45 %, crypto 3 %",
  where: "https://rajivsethi.substack.com/p/the-detection-of-wash-trading",
};
export const BAKER_MCHALE: Citation = {
  who: "Baker and McHale, “Optimal Betting Under Parameter Uncertainty”, Decision Analysis 10(3), 2013",
  what: "a stake shrunk for what is not known of the probability does better out of sample than Kelly's",
  where: "https://doi.org/10.1287/deca.2013.0271",
};
