import type { z } from "zod";
import {
  decimal,
  dollars,
  file,
  flag,
  folder,
  hostName,
  httpSecretUrl,
  httpUrl,
  type Kind,
  oneOf,
  passwordText,
  postgresUrl,
  rpcUrls,
  secretText,
  tableExpression,
  walletAddress,
  webhookUrl,
  wholeNumber,
  wsSecretUrl,
  wsUrl,
} from "./kinds.ts";

/** One line of the table below. `default: null` means the program can run without it. */
export type Variable<T, Default extends string | null = string | null> = {
  readonly kind: Kind<T>;
  readonly default: Default;
  readonly description: string;
  /** Never echoed, not even in the message that says it is wrong. */
  readonly secret: boolean;
};

const optional = <T>(kind: Kind<T>, description: string): Variable<T, null> => ({
  kind,
  default: null,
  description,
  secret: false,
});
const secret = <T>(kind: Kind<T>, description: string): Variable<T, null> => ({
  kind,
  default: null,
  description,
  secret: true,
});
const setting = <T>(kind: Kind<T>, byDefault: string, description: string): Variable<T, string> => ({
  kind,
  default: byDefault,
  description,
  secret: false,
});

const YEAR_SECONDS = 31_536_000;

/**
 * Every environment name the program reads. The strategy (score, signals, size, risk) gives these names their meaning;
 * `.env.example` is generated from here.
 */
export const environment = {
  "Where data lives": {
    DATABASE_URL: secret(
      postgresUrl,
      "PostgreSQL 15 or later. Needed by listener, reputation and executor started alone. Without it, `orderflow up` keeps an embedded database in DATA_DIR.",
    ),
    READ_DATABASE_URL: secret(
      postgresUrl,
      "A replica of that server: `orderflow dashboard` reads there, and writes commands to DATABASE_URL. Without it, one server does both.",
    ),
    DATA_DIR: setting(
      folder,
      "./data",
      "Folder of the embedded database (without DATABASE_URL) and of the archive's Parquet files.",
    ),
    RETENTION_DAYS: setting(
      wholeNumber(1, 3650),
      "30",
      "How many days of fills stay in the database. Older ones are moved by themselves, 50,000 blocks at a time, to Parquet files in DATA_DIR/archive: keep that folder. The executor's journal is kept as long, and what a start needs of it longer.",
    ),
  },
  "Where the population is added up": {
    POPULATION_URL: secret(
      httpSecretUrl,
      "A ClickHouse server or cluster, e.g. http://user:password@host:8123: `orderflow recompute` computes there. Without it, on DuckDB in its own process.",
    ),
    POPULATION_ARCHIVE: secret(
      tableExpression,
      "How that ClickHouse reads the archive's Parquet files, {files} standing for their names, e.g. s3('https://bucket/archive/{files}', 'Parquet') or file('/archive/{files}', 'Parquet'). Needed with POPULATION_URL once there is an archive.",
    ),
  },
  "Where data comes from": {
    POLYGON_RPC_URL: secret(
      rpcUrls,
      "Polygon JSON-RPC endpoints, separated by commas, https:// and wss:// mixed. Without it a list of public endpoints is used; those are slow and may refuse.",
    ),
    GAMMA_URL: setting(
      httpUrl,
      "https://gamma-api.polymarket.com",
      "Polymarket's catalogue of markets: titles, dates, outcomes.",
    ),
    CLOB_URL: setting(httpUrl, "https://clob.polymarket.com", "Polymarket's order books."),
    CLOB_WS_URL: setting(
      wsUrl,
      "wss://ws-subscriptions-clob.polymarket.com/ws/market",
      "Polymarket's market channel: order books of live signals and open positions as they change. Without it they are asked for.",
    ),
    DATA_API_URL: setting(
      httpUrl,
      "https://data-api.polymarket.com",
      "Polymarket's history of accounts: for first scores, and to compare our P&L with.",
    ),
    ENABLE_RTDS_HINTS: setting(
      flag,
      "false",
      "Listen to Polymarket's real-time data service beside the chain. What it says is kept apart as a hint until the log arrives; how much earlier it was is measured.",
    ),
    PENDING_RPC_URL: secret(
      wsSecretUrl,
      "A node over wss:// that tells of pending transactions with their contents (your own Bor or Erigon, or Alchemy). Matches on the V2 exchanges are then hints about a second before their logs, kept and measured as those of RTDS; a call may fail, and anybody may send one, so nothing is traded on them.",
    ),
    LISTEN_LIFECYCLE: setting(
      flag,
      "true",
      "Read splits, merges, redemptions, conversions and transfers too, so that ledgers miss nothing. False: about a third of the logs, fills alone.",
    ),
    RTDS_URL: setting(wsUrl, "wss://ws-live-data.polymarket.com", "Address of that service."),
  },
  Reputation: {
    CALCULATION_INTERVAL_SECONDS: setting(wholeNumber(1, YEAR_SECONDS), "3600", "How often scores are computed."),
    REPUTATION_LOOKBACK_DAYS: setting(
      wholeNumber(1, 3650),
      "90",
      "Units closed within this many days count towards a score.",
    ),
    BOOTSTRAP: setting(
      flag,
      "true",
      "True: the first `orderflow up`, when there is no score yet, reads 500 accounts from DATA_API_URL and scores them, until our own history is long enough. False: scores come from the chain alone.",
    ),
  },
  Signals: {
    ENABLE_WHALE_FOLLOWING: setting(flag, "true", "FOLLOW_WHALE: buy what a wallet with a high score buys."),
    MIN_WHALE_SCORE: setting(decimal(0, 10), "7.0", "Lowest score that is followed."),
    MIN_WHALE_TRADE_USD: setting(dollars, "100", "Smallest buy that is followed."),
    ENABLE_DEGEN_FADING: setting(
      flag,
      "false",
      "FADE_DEGEN: buy what at least five wallets with low scores sell at the same time.",
    ),
    MAX_FADE_SCORE: setting(decimal(0, 10), "3.0", "Wallets below this score are faded."),
    PANIC_WINDOW_SECONDS: setting(wholeNumber(1, 86_400), "300", "Sales within this time count as one panic."),
    SIGNAL_TTL_SECONDS: setting(wholeNumber(1, 86_400), "60", "A signal that is not executed by then expires."),
    MIN_SIGNAL_CONFIDENCE: setting(
      decimal(0, 1),
      "0.7",
      "Signals below this confidence are recorded and not acted on.",
    ),
    ENABLE_ML: setting(
      flag,
      "false",
      "ML_PREDICTION: buy what the model of MODEL_FILE thinks worth more than it costs.",
    ),
    MODEL_FILE: optional(file, "The model that ENABLE_ML=true asks: made by `orderflow model train` (docs/model.md)."),
    MODEL_MARGIN_USD: setting(
      decimal(0, 1),
      "0.02",
      "What has to be left of the model's probability, in dollars a share, after price and fee.",
    ),
  },
  "Size and risk": {
    CAPITAL_USD: setting(
      dollars,
      "10000",
      "Capital of the paper account. At most 20 % goes into one signal and 50 % is deployed in all.",
    ),
    SIZING: setting(
      oneOf("classic", "calibrated"),
      "classic",
      "Probability in the Kelly formula. classic: the signal's confidence. calibrated: the price plus the lower bound of the wallet's edge, so an unproven edge gets nothing.",
    ),
    KELLY_FRACTION: setting(decimal(0, 1), "0.25", "Share of the Kelly stake."),
    MAX_POSITION_USD: setting(dollars, "1000", "Largest stake of one position."),
    MAX_OPEN_POSITIONS: setting(wholeNumber(1, 10_000), "5", "Most positions open at one time."),
    MAX_DAILY_LOSS: setting(
      dollars,
      "500",
      "Loss of one day (UTC), in dollars, after which nothing is bought for 24 hours. Exits go on.",
    ),
  },
  Strategy: {
    STRATEGY_FILE: optional(
      file,
      "Copy rules and protections: a .ts or .json file (docs/strategy-file.md). Without it orderflow.config.ts or orderflow.config.json of the current folder, where there is one. Changes take effect within seconds.",
    ),
  },
  "Paper and live": {
    ENABLE_PAPER_TRADING: setting(
      flag,
      "true",
      "False asks for live trading (docs/live-trading.md). It begins only when everything below it allows it; otherwise paper goes on and says why.",
    ),
    LIVE_TRADING_ACK: optional(
      walletAddress,
      "The address of the wallet that holds the money, as an acknowledgement: live trading with it and no other.",
    ),
    LIVE_GATE: setting(
      oneOf("on", "off"),
      "on",
      "on: only signal types with a proven paper record trade live. off: all that are switched on.",
    ),
    SIGNER_SOCKET: optional(file, "Socket of `orderflow signer`, which alone holds the key."),
    FUNDER_ADDRESS: optional(
      walletAddress,
      "The wallet that you expect the signer to sign for. Not needed; with it another one is refused.",
    ),
    SIGNATURE_TYPE: optional(
      oneOf("0", "1", "2", "3"),
      "How you expect the signer to sign: 0 EOA, 1 proxy, 2 Safe, 3 deposit wallet. Not needed; with it another is refused.",
    ),
    CLOB_API_KEY: secret(
      secretText,
      "Polymarket API credentials of the signer's owner: key, secret and passphrase, all three or none. Without them they are derived with the signer.",
    ),
    CLOB_API_SECRET: secret(secretText, "See CLOB_API_KEY."),
    CLOB_API_PASSPHRASE: secret(secretText, "See CLOB_API_KEY."),
    CLOB_USER_WS_URL: setting(
      wsUrl,
      "wss://ws-subscriptions-clob.polymarket.com/ws/user",
      "Polymarket's user channel: our own orders and trades as they change. Without it they are asked for.",
    ),
    GEOBLOCK_URL: setting(
      httpUrl,
      "https://polymarket.com/api/geoblock",
      "Where Polymarket says whether it may be used from here.",
    ),
  },
  Relayer: {
    RELAYER_URL: setting(
      httpUrl,
      "https://relayer-v2.polymarket.com",
      "Polymarket's relayer: redeems for proxy, Safe and deposit wallets.",
    ),
    RELAYER_API_KEY: secret(
      secretText,
      "Key of the relayer, made on the venue's settings page. Without it resolved positions of those wallets are shown and not redeemed.",
    ),
    RELAYER_API_KEY_ADDRESS: optional(
      walletAddress,
      "The address that the relayer's key belongs to. Default: the signer's owner.",
    ),
  },
  Alerts: {
    DISCORD_WEBHOOK_URL: secret(
      webhookUrl,
      "Webhook of a Discord channel. With it, signals of high confidence, trades, wins and losses, risk limits, pauses, a silent feed and errors are told there.",
    ),
  },
  "The program": {
    LOG_LEVEL: setting(oneOf("debug", "info", "warn", "error"), "info", "Least level that is logged."),
    LOG_FORMAT: setting(oneOf("auto", "pretty", "json"), "auto", "auto: readable lines on a terminal, JSON otherwise."),
  },
  "Dashboard and metrics": {
    DASHBOARD_PORT: setting(wholeNumber(0, 65_535), "4600", "Port of the dashboard. 0 takes any free port."),
    DASHBOARD_HOST: setting(
      hostName,
      "127.0.0.1",
      "Address that the dashboard listens at. Anything but this machine's own needs DASHBOARD_PASSWORD, or DASHBOARD_PUBLIC=true.",
    ),
    DASHBOARD_PASSWORD: secret(
      passwordText,
      "Asked for before anything is shown. Put TLS in front of it where the network is not yours.",
    ),
    DASHBOARD_PUBLIC: setting(
      flag,
      "false",
      "True: everybody who reaches the dashboard may look; commands need the password, and without one there are none.",
    ),
    METRICS_PORT: optional(
      wholeNumber(0, 65_535),
      "Port of GET /metrics (Prometheus), /healthz and /readyz of a process: listener, reputation, executor, dashboard or `up`. Not set: none. 0 takes any free port.",
    ),
    METRICS_HOST: setting(hostName, "127.0.0.1", "Address that METRICS_PORT is at, e.g. 0.0.0.0 in a container."),
    HEALTHCHECK_PING_URL: secret(
      httpSecretUrl,
      "Asked for with GET once a minute while everything in the process is well, e.g. of healthchecks.io: it tells you when that stops.",
    ),
  },
} as const satisfies Record<string, Record<string, Variable<unknown>>>;

type Groups = typeof environment;
type Variables = { [Group in keyof Groups]: Groups[Group] }[keyof Groups];
type AllNames = Variables extends infer V ? (V extends V ? keyof V : never) : never;
type VariableOf<Name extends AllNames> = Extract<Variables, Record<Name, unknown>>[Name];
type ValueOf<V> = V extends { kind: { schema: infer S extends z.ZodType }; default: infer D }
  ? z.output<S> | (D extends null ? null : never)
  : never;

export type EnvironmentName = AllNames;

/** Every variable under its own name, read and checked; null where it is not set and has no default. */
export type Environment = { readonly [Name in EnvironmentName]: ValueOf<VariableOf<Name>> };

export const variables: ReadonlyMap<string, Variable<unknown>> = new Map(
  Object.values(environment).flatMap((group) => Object.entries<Variable<unknown>>(group)),
);
