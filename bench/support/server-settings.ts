/** The defaults of PostgreSQL as to durability; memory and log space as a server of this size would have them. */
export const SERVER_SETTINGS = [
  "fsync=on",
  "synchronous_commit=on",
  "full_page_writes=on",
  "shared_buffers=512MB",
  "max_wal_size=4GB",
  "max_connections=100",
];
