/** Advisory locks of the project: each has a number of its own, and a new one takes the next. */
export const LOCKS = {
  migration: 7_165_728_001n,
  executor: 7_165_728_003n,
  alertSender: 7_165_728_004n,
  accountImport: 7_165_728_007n,
  archive: 7_165_728_008n,
  listener: 7_165_728_009n,
} as const;
