/** Every buy of a block is asked whether its wallet may be followed, and nearly none may: a small index says so at once. */
export const eligibleWalletsSql = `
CREATE INDEX wallet_score_eligible ON flow.wallet_score (wallet_key) WHERE follow_eligible;
`;
