/** What the listener says with every range, in two calls: each statement of its own would wait for its turn there and here. */
export const commitRangeSql = `
-- Fills are copied into their partition: rows that COPY passes on to one with a trigger over all of them above it are written one
-- by one. The trigger above is for whoever inserts there.
CREATE FUNCTION flow.follow_inserts(child text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER update_wallet_stats_insert AFTER INSERT ON flow.%I
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION flow.update_wallet_stats()', child);
END $$;
-- Whoever may insert above may insert here.
CREATE FUNCTION flow.admit_writers(child text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  writer regrole;
BEGIN
  FOR writer IN SELECT a.grantee FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.oid = 'flow.fill_packed'::regclass AND a.privilege_type = 'INSERT' AND a.grantee NOT IN (0, c.relowner) LOOP
    EXECUTE format('GRANT INSERT ON flow.%I TO %s', child, writer);
  END LOOP;
END $$;
CREATE OR REPLACE FUNCTION flow.ensure_fill_partition(block int) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part int := block / 50000;
  child text := 'fill_' || lpad(part::text, 5, '0');
BEGIN
  IF to_regclass('flow.' || child) IS NULL THEN
    EXECUTE format('CREATE TABLE flow.%I (LIKE flow.fill_packed INCLUDING DEFAULTS)', child);
    EXECUTE format('ALTER TABLE flow.fill_packed ATTACH PARTITION flow.%I FOR VALUES FROM (%s) TO (%s)',
      child, part * 50000, (part + 1) * 50000);
    PERFORM flow.follow_inserts(child);
    PERFORM flow.admit_writers(child);
  END IF;
END $$;
SELECT flow.follow_inserts(c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'flow.fill_packed'::regclass;

-- Locks the chain's tables for this writer, and makes the partitions of these blocks where they are new.
-- gaps: what of first..last is not covered yet, as pairs of blocks, in order. Volatile on purpose: its second statement sees what
-- another writer committed while the first one waited.
CREATE FUNCTION flow.open_range(first int, last int, fill_blocks int[], OUT finalized_block int, OUT gaps int[])
LANGUAGE plpgsql AS $$
DECLARE
  next int := first;
  covered record;
BEGIN
  SELECT s.finalized_block INTO finalized_block FROM flow.chain_state s FOR UPDATE;
  gaps := '{}';
  FOR covered IN SELECT c.from_block, c.to_block FROM flow.coverage c
      WHERE c.to_block >= first AND c.from_block <= last ORDER BY c.from_block LOOP
    IF covered.from_block > next THEN gaps := gaps || next || covered.from_block - 1; END IF;
    next := covered.to_block + 1;
  END LOOP;
  IF next <= last THEN gaps := gaps || next || last; END IF;
  IF gaps <> '{}' THEN PERFORM flow.ensure_fill_partition(block) FROM unnest(fill_blocks) AS block; END IF;
END $$;

-- Adds a range to what is covered, merging it with those that it overlaps or touches.
CREATE FUNCTION flow.cover(first int, last int) RETURNS void LANGUAGE sql AS $$
  WITH merged AS (
    DELETE FROM flow.coverage WHERE to_block >= first - 1 AND from_block <= last + 1 RETURNING from_block, to_block)
  INSERT INTO flow.coverage SELECT least(first, min(from_block)), greatest(last, max(to_block)) FROM merged
$$;
CREATE FUNCTION flow.cover_lifecycle(first int, last int) RETURNS void LANGUAGE sql AS $$
  WITH merged AS (
    DELETE FROM flow.lifecycle_coverage WHERE to_block >= first - 1 AND from_block <= last + 1
    RETURNING from_block, to_block)
  INSERT INTO flow.lifecycle_coverage SELECT least(first, min(from_block)), greatest(last, max(to_block)) FROM merged
$$;

-- Notes that a gap was read: coverage, who delivered it and with which hashes, and the entry for readers, who are told
-- when this commits. As long as one endpoint goes on, its blocks become one part, up to part_blocks_max of them.
CREATE FUNCTION flow.close_gap(first int, last int, has_effects boolean, endpoint text, parent_hash bytea, first_hash bytea,
  last_hash bytea, part_blocks_max int, committed_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM flow.cover(first, last);
  IF has_effects THEN PERFORM flow.cover_lifecycle(first, last); END IF;
  UPDATE flow.coverage_part p SET to_block = last, last_hash = close_gap.last_hash
  WHERE p.from_block = (SELECT max(q.from_block) FROM flow.coverage_part q WHERE q.from_block < first)
    AND p.to_block = first - 1 AND p.last_hash = close_gap.parent_hash
    AND p.endpoint IS NOT DISTINCT FROM close_gap.endpoint AND last - p.from_block < part_blocks_max;
  IF NOT FOUND THEN
    INSERT INTO flow.coverage_part (from_block, to_block, parent_hash, first_hash, last_hash, endpoint)
    VALUES (first, last, close_gap.parent_hash, close_gap.first_hash, close_gap.last_hash, close_gap.endpoint);
  END IF;
  INSERT INTO flow.ingest (kind, from_block, to_block, committed_at) VALUES ('extend', first, last, close_gap.committed_at);
  PERFORM pg_notify('orderflow_chain', '');
END $$;

-- Moves the mark of what is final forward, never back, and forgets hashes further below it than blocks_kept.
CREATE FUNCTION flow.move_mark(finalized int, head int, blocks_kept int, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE flow.chain_state SET finalized_block = greatest(finalized_block, finalized), head_block = greatest(head_block, head),
    updated_at = at;
  DELETE FROM flow.block WHERE block_number < finalized - blocks_kept
    AND block_number < (SELECT max(block_number) FROM flow.block);
END $$;
`;
