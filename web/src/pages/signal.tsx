import { checkFigure } from "../format/figure.ts";
import { price, UNKNOWN, usd } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { duration, toMs } from "../format/times.ts";
import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Show } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import {
  Count,
  Decimal,
  MarketLink,
  Percent,
  Price,
  Side,
  Signed,
  Status,
  Tier,
  Time,
  Usd,
  WalletLink,
} from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import { locale, zone } from "../state/preferences.ts";
import type { SignalPage as Answer } from "../state/rows.ts";
import { BookSeen } from "./signal-book.tsx";
import { Checks } from "./signal-checks.tsx";

export function SignalPage({ id }: { id: string }) {
  const asked = useAsked<Answer>(`/signals/${encodeURIComponent(id)}`, { topics: ["signals"] });
  const { value } = asked;
  return (
    <>
      <PageHead
        crumb={<a href="/signals">Signals</a>}
        title={value === undefined ? "Signal" : <span dir="auto">{plain(value.market_title ?? "Signal")}</span>}
        about={
          value === undefined ? undefined : `${words(value.signal_type)}: ${value.side} ${plain(value.outcome ?? "")}`
        }
      />
      <Show
        asked={asked}
        what="the signal"
        missing="No signal of this id is kept here. The demo begins anew at each start."
      >
        {(signal) => <Details signal={signal} />}
      </Show>
    </>
  );
}

function Details({ signal }: { signal: Answer }) {
  return (
    <>
      <Verdict signal={signal} />
      <div class="grid">
        <Trigger signal={signal} />
        <Decision signal={signal} />
        <Outcome signal={signal} />
        <Checks checks={signal.checks} />
        <BookSeen book={signal.book_seen} />
      </div>
    </>
  );
}

/** The answer to "why", in a sentence, before any table. */
function Verdict({ signal }: { signal: Answer }) {
  const { skip_reason: reason, skip_limit: limit, skip_value: value, status } = signal;
  const shown = (text: string | null): string => checkFigure(reason ?? "", text, locale(), zone());
  const figures = reason !== null && limit !== null ? ` Wanted: ${shown(limit)}. It was: ${shown(value)}.` : "";
  const sentence =
    reason !== null
      ? `Not acted on: ${words(reason).toLowerCase()}.${figures}`
      : status === "EXECUTED"
        ? `Acted on: every check passed, ${usd(signal.stake_usd, locale())} were staked at ${price(signal.max_price, locale())} at most.`
        : status === "EXPIRED"
          ? "Its time was over before it could be acted on."
          : "It waits for a decision.";
  return (
    <div class="panel verdict">
      <Status of={status} />
      <p>{sentence}</p>
    </div>
  );
}

const Trigger = ({ signal }: { signal: Answer }) => (
  <Panel width={4} title="What caused it">
    <dl class="facts">
      <Fact label="Market">
        <MarketLink id={signal.market_id} title={signal.market_title} />
      </Fact>
      <Fact label={<Term name="outcome">Outcome</Term>}>{plain(signal.outcome ?? UNKNOWN)}</Fact>
      <Fact label={<Term name="side">Side</Term>}>
        <Side of={signal.side} />
      </Fact>
      <Fact label={<Term name="leader">Wallet</Term>}>
        <WalletLink address={signal.trigger_wallet} />
      </Fact>
      <Fact label={<Term name="traderTier">Tier then</Term>}>
        <Tier of={signal.wallet_tier} />
      </Fact>
      <Fact label={<Term name="score">Score then</Term>}>
        <Decimal value={signal.wallet_score} />
      </Fact>
      <Fact label={<Term name="edgePerShare">Edge at least</Term>}>
        <Signed value={signal.edge_lower_bound} as="share" />
      </Fact>
      <Fact label="It traded">
        <Usd value={signal.trigger_size_usd} /> at <Price value={signal.trigger_price} />
      </Fact>
      <Fact label={<Term name="episode">Fills of the episode</Term>}>{signal.trigger_fills ?? UNKNOWN}</Fact>
      <Fact label="Block">
        <Count value={signal.trigger_block} />
      </Fact>
    </dl>
  </Panel>
);

function gap(from: string | null, to: string | null): string {
  const [a, b] = [toMs(from), toMs(to)];
  return a === null || b === null ? UNKNOWN : duration(b - a);
}

const Decision = ({ signal }: { signal: Answer }) => (
  <Panel width={4} title="What was decided">
    <dl class="facts">
      <Fact label={<Term name="confidenceScore">Confidence</Term>}>
        <Percent value={signal.confidence} />
      </Fact>
      <Fact label={<Term name="kellyFraction">Kelly share</Term>}>
        <Percent value={signal.kelly_fraction} />
      </Fact>
      <Fact label={<Term name="stakeUsd">Stake</Term>}>
        <Usd value={signal.stake_usd} />
      </Fact>
      <Fact label="Price at most">
        <Price value={signal.max_price} />
      </Fact>
      <Fact label="It traded at">
        <Time at={signal.triggered_at} seconds />
      </Fact>
      <Fact label={<Term name="knownAt">Known after</Term>}>{gap(signal.triggered_at, signal.trigger_known_at)}</Fact>
      <Fact label="Decided after">{gap(signal.trigger_known_at, signal.created_at)}</Fact>
      <Fact label="Order sent after">{gap(signal.created_at, signal.submitted_at)}</Fact>
      <Fact label="Answered after">{gap(signal.submitted_at, signal.answered_at)}</Fact>
      <Fact label="Valid until">
        <Time at={signal.expires_at} seconds />
      </Fact>
    </dl>
  </Panel>
);

const Outcome = ({ signal }: { signal: Answer }) => (
  <Panel width={4} title="What came of it">
    <dl class="facts">
      <Fact label={<Term name="order">Order</Term>}>
        <Status of={signal.order_status} />
      </Fact>
      {signal.order_reason === null ? null : <Fact label="Its reason">{words(signal.order_reason)}</Fact>}
      <Fact label={<Term name="position">Position</Term>}>
        {signal.position_id === null ? (
          UNKNOWN
        ) : (
          <a href={`/positions/${encodeURIComponent(signal.position_id)}`}>open it</a>
        )}
      </Fact>
      <Fact label="Result">
        <Status of={signal.outcome_status} />
      </Fact>
      <Fact label="P&L">
        <Signed value={signal.profit_loss_usd} />
      </Fact>
    </dl>
    <h3 class="apart">
      <Term name="control">The reverse control</Term>
    </h3>
    {signal.control_status === null ? (
      <p class="muted small">None: only a signal that led to an order has one.</p>
    ) : (
      <dl class="facts">
        <Fact label="It bets on">{plain(signal.control_outcome ?? UNKNOWN)}</Fact>
        <Fact label="Shares, cost">
          <Decimal value={signal.control_shares} /> for <Usd value={signal.control_cost_usd} />
        </Fact>
        <Fact label="State">
          <Status of={signal.control_status} />
        </Fact>
        <Fact label="P&L">
          <Signed value={signal.control_profit_loss_usd ?? signal.control_unrealized_pnl_usd} />
        </Fact>
      </dl>
    )}
  </Panel>
);
