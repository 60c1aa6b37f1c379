/** Which Parquet files hold what used to be (or never was) in flow.fill. Written by the archiver and the importer alone. */
export const archiveSql = `
CREATE TABLE flow.archive_file (
  file_key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- relative to the archive folder
  path text NOT NULL UNIQUE,
  content text NOT NULL CHECK (content IN ('fill', 'evidence')),
  -- 'chain' is proven coverage of from_block..to_block; 'import' is not
  source text NOT NULL CHECK (source IN ('chain', 'import')),
  origin text,
  from_block int,
  to_block int,
  row_count bigint NOT NULL CHECK (row_count > 0),
  size_micros numeric(38,0) NOT NULL,
  cash_micros numeric(38,0) NOT NULL,
  fee_micros numeric(38,0) NOT NULL,
  first_block int,
  first_log_index int,
  last_block int,
  last_log_index int,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  file_bytes bigint NOT NULL,
  -- of the same rows in the database, with indexes
  table_bytes bigint,
  created_at timestamptz NOT NULL,
  CHECK ((from_block IS NULL) = (content = 'evidence')),
  CHECK (content = 'evidence' OR (first_block, first_log_index, last_block, last_log_index) IS NOT NULL),
  CHECK (to_block >= from_block),
  CHECK ((origin IS NULL) = (source = 'chain')),
  -- a block of our own is archived once
  EXCLUDE USING gist (int4range(from_block, to_block, '[]') WITH &&) WHERE (source = 'chain')
);
CREATE INDEX archive_file_by_block ON flow.archive_file (from_block) WHERE content = 'fill';
CREATE INDEX archive_file_by_time ON flow.archive_file (first_at) WHERE content = 'evidence';
`;
