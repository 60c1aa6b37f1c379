/**
 * What only an owner of tables may do, for a listener that owns none: partitions are made and dropped by functions with the
 * owner's rights, a partition only after its rows have been archived.
 */
export const rolesSql = `
ALTER FUNCTION flow.ensure_fill_partition(int) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION flow.ensure_lifecycle_partition(int) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- Writers wait from here on, readers do not.
CREATE FUNCTION flow.lock_fill_partition(partition regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = partition AND inhparent = 'flow.fill_packed'::regclass) THEN
    RAISE EXCEPTION '% is not a partition of fills', partition;
  END IF;
  EXECUTE format('LOCK TABLE %s IN SHARE MODE', partition);
END $$;

CREATE FUNCTION flow.drop_archived_partition(partition regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bounds text[];
BEGIN
  SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''?(\\d+)''?\\) TO \\(''?(\\d+)''?\\)') INTO bounds
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE c.oid = partition AND i.inhparent = 'flow.fill_packed'::regclass;
  IF bounds IS NULL OR NOT EXISTS (SELECT FROM flow.archive_file a WHERE a.source = 'chain' AND a.content = 'fill'
      AND a.from_block <= bounds[1]::int AND a.to_block >= bounds[2]::int - 1) THEN
    RAISE EXCEPTION '% is not a partition of archived fills', partition;
  END IF;
  EXECUTE format('DROP TABLE %s', partition);
END $$;

REVOKE EXECUTE ON FUNCTION flow.ensure_fill_partition(int), flow.ensure_lifecycle_partition(int),
  flow.lock_fill_partition(regclass), flow.drop_archived_partition(regclass) FROM PUBLIC;
`;
