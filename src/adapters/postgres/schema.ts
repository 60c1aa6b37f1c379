import type { ArchiveSchema } from "./schema-archive.ts";
import type { BacktestSchema } from "./schema-backtest.ts";
import type { BootstrapSchema } from "./schema-bootstrap.ts";
import type { ChainSchema } from "./schema-chain.ts";
import type { ExecutorSchema } from "./schema-executor.ts";
import type { LifecycleSchema } from "./schema-lifecycle.ts";
import type { ReputationSchema } from "./schema-reputation.ts";
import type { SourcesSchema } from "./schema-sources.ts";

/** Every table, under its qualified name ("flow.fill"). One file per owner, because each table has one writer. */
export type Schema = ChainSchema &
  ReputationSchema &
  ExecutorSchema &
  ArchiveSchema &
  LifecycleSchema &
  SourcesSchema &
  BootstrapSchema &
  BacktestSchema;
