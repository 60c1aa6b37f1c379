import { plain, shortHex } from "../format/text.ts";
import { Calibration } from "../parts/drawings.tsx";
import { Figure, Figures, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Count, Decimal, Percent, Signed, Tier, Time, Usd } from "../parts/values.tsx";
import { useAsked } from "../state/asked.ts";
import type { WalletPage as Answer } from "../state/rows.ts";
import { EdgePanel, EligibilityPanel, HistoryPanel, PartsPanel } from "./wallet-score.tsx";
import { LinkedPanel, UnitsPanel } from "./wallet-tables.tsx";

export function WalletPage({ id }: { id: string }) {
  const asked = useAsked<Answer>(`/wallets/${id}`, { everyMs: 20_000 });
  return (
    <>
      <PageHead
        crumb={<a href="/wallets">Wallets</a>}
        title={
          <span class="mono" title={id}>
            {shortHex(plain(id))}
          </span>
        }
        about={<span class="mono small">{plain(id)}</span>}
      >
        <a class="button" href={`/tape?wallet=${encodeURIComponent(id)}`}>
          Its fills
        </a>
      </PageHead>
      <Show
        asked={asked}
        what="the wallet"
        missing="No fill of this wallet has been read. It appears here with its first; older ones are read by orderflow backfill."
      >
        {(wallet) => <Details wallet={wallet} />}
      </Show>
    </>
  );
}

function Details({ wallet }: { wallet: Answer }) {
  const { stats, explanation, wallet_address: address } = wallet;
  return (
    <>
      <Figures label="The wallet in figures">
        <Figure lead label={<Term name="score">Score</Term>} sub={<Tier of={stats?.trader_tier} />}>
          <Decimal value={stats?.reputation_score} />
        </Figure>
        <Figure
          label={<Term name="confidenceScore">Confidence</Term>}
          sub={`of ${stats?.closed_markets ?? 0} closed units`}
        >
          <Percent value={stats?.confidence_score} digits={0} />
        </Figure>
        <Figure
          label={<Term name="realizedPnlUsd">P&L of closed units</Term>}
          sub={
            <>
              <Term name="profitFactor">profit factor</Term> <Decimal value={stats?.profit_factor} />
            </>
          }
        >
          <Signed value={stats?.total_pnl_usd} />
        </Figure>
        <Figure
          label={<Term name="winRate">Won</Term>}
          sub={`${stats?.profitable_trades ?? 0} of ${stats?.closed_markets ?? 0}`}
        >
          <Percent value={stats?.win_rate} digits={0} />
        </Figure>
        <Figure
          label="Volume"
          sub={
            <>
              <Count value={stats?.total_trades} /> fills
            </>
          }
        >
          <Usd value={stats?.total_volume_usd} />
        </Figure>
        <Figure
          label="Last fill"
          sub={
            <>
              first <Time at={stats?.first_trade_at} />
            </>
          }
        >
          <Ago at={stats?.last_trade_at} />
        </Figure>
      </Figures>
      <div class="grid">
        <EligibilityPanel explanation={explanation} />
        <PartsPanel explanation={explanation} />
        <EdgePanel edge={explanation?.published?.edge ?? null} />
        <HistoryPanel address={address} />
        <Panel width={5} title={<Term name="calibration">Calibration</Term>} note="price paid against what came of it">
          {wallet.calibration.length === 0 ? (
            <Nothing title="No purchase was resolved yet">
              Points come with the first of its markets that is resolved.
            </Nothing>
          ) : (
            <Calibration points={wallet.calibration} />
          )}
        </Panel>
        <UnitsPanel address={address} />
        <LinkedPanel linked={wallet.linked} />
      </div>
    </>
  );
}
