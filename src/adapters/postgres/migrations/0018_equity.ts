/** Equity over time, for a person to look at: nothing is decided on it. */
export const equitySql = `
-- As it stood at the end of each minute in which it changed.
CREATE TABLE flow.equity (
  mode text NOT NULL CHECK (mode IN ('PAPER', 'LIVE')),
  at timestamptz NOT NULL,
  equity_micros bigint NOT NULL,
  cash_micros bigint NOT NULL,
  PRIMARY KEY (mode, at)
);

CREATE FUNCTION flow.keep_equity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO flow.equity VALUES (NEW.mode, date_trunc('minute', NEW.updated_at), NEW.equity_micros, NEW.cash_micros)
  ON CONFLICT (mode, at) DO UPDATE SET equity_micros = excluded.equity_micros, cash_micros = excluded.cash_micros;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_equity_first AFTER INSERT ON flow.executor_state
  FOR EACH ROW EXECUTE FUNCTION flow.keep_equity();
CREATE TRIGGER keep_equity AFTER UPDATE OF equity_micros ON flow.executor_state
  FOR EACH ROW WHEN (OLD.equity_micros IS DISTINCT FROM NEW.equity_micros) EXECUTE FUNCTION flow.keep_equity();

CREATE VIEW public.orderflow_equity AS
SELECT mode, at, equity_micros * 0.000001 AS equity_usd, cash_micros * 0.000001 AS cash_usd FROM flow.equity;
`;
