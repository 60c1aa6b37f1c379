import { sql } from "kysely";

/** A wallet's lower bound of the edge now; `s` is flow.wallet_score and `e` flow.edge_prior_now. */
export const EDGE_BOUND = sql<
  number | null
>`flow.edge_bound(s.edge_markets, s.edge_sum, s.edge_sum_of_squares, e.k, e.variance)`;
