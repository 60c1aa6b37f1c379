/** The ledger's steps forbid joins by hashing (lookUpByKey), which the rows of one statement among themselves need. */
export const unitSumsJoinSql = `
ALTER FUNCTION flow.sum_unit_update() SET enable_hashjoin = on;
`;
