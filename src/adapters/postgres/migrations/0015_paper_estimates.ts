/** Paper orders keep what they might have got: optimistic, expected, and the pessimistic one, which is booked. */
export const paperEstimatesSql = `
-- {optimistic, expected, pessimistic}, each {size, cashUsd, feesUsd} in micros as text; null for live orders
ALTER TABLE flow.trade_order ADD COLUMN estimates jsonb;
`;
