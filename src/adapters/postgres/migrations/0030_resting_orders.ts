/** Orders that rest are looked for whenever the chain is read: few, among all that ever were. */
export const restingOrdersSql = `
CREATE INDEX trade_order_submitted ON flow.trade_order (signal_id) WHERE status = 'SUBMITTED';
`;
