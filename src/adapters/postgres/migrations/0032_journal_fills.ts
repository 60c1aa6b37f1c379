/**
 * Most steps are fills of which nothing follows; a busy block brings thousands. Those that come one after the other are one
 * row, with the number of the last of them. Their text is kept as it comes: to compress it takes longer than to write it.
 */
export const journalFillsSql = `
ALTER TABLE flow.journal ADD COLUMN fills text;
ALTER TABLE flow.journal ALTER COLUMN fills SET STORAGE EXTERNAL;
`;
