/** Small pictures that no chart library has: drawn as SVG, each with its figures as text. */
import { count, decimal, percent } from "../format/numbers.ts";
import { locale } from "../state/preferences.ts";

/** A share of one as a bar. */
export function Meter({ label, value }: { label: string; value: number }) {
  const share = Math.max(0, Math.min(1, value));
  return (
    <div class="meter">
      <span class="muted">{label}</span>
      <svg class="meter-svg" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" width="100" height="8" rx="1" />
        <rect class="mark" width={share * 100} height="8" rx="1" />
      </svg>
      <span>{decimal(value, 2, locale())}</span>
    </div>
  );
}

/** The mean with everything above its lower bound, on a scale with zero in it. */
export function EdgeInterval({ mean, lower }: { mean: number; lower: number }) {
  const upper = 2 * mean - lower;
  const [from, to] = [Math.min(0, lower), Math.max(0, upper)];
  const room = Math.max(to - from, 0.01) * 0.12;
  const x = (value: number): number => ((value - from + room) / (to - from + 2 * room)) * 400;
  const show = (value: number): string => decimal(value, 3, locale(), true);
  return (
    <svg
      class="svg small"
      viewBox="0 0 400 74"
      role="img"
      aria-label={`Edge ${show(mean)} USD per share, at least ${show(lower)}`}
    >
      <line class="axis" x1="0" x2="400" y1="40" y2="40" />
      <line class="ideal" x1={x(0)} x2={x(0)} y1="14" y2="56" />
      <text x={x(0)} y="70" text-anchor="middle">
        0
      </text>
      <line class="whisker" x1={x(lower)} x2={x(upper)} y1="40" y2="40" />
      <line class="whisker" x1={x(lower)} x2={x(lower)} y1="32" y2="48" />
      <circle class="mark" cx={x(mean)} cy="40" r="5" />
      <text x={x(mean)} y="24" text-anchor="middle">
        {show(mean)}
      </text>
      <text x={x(lower)} y="24" text-anchor={Math.abs(x(lower) - x(mean)) < 60 ? "end" : "middle"}>
        {show(lower)}
      </text>
    </svg>
  );
}

type Bucket = { readonly fills: number; readonly avg_price: number; readonly paid_out: number };

type CalibrationProps = { readonly points: readonly Bucket[]; readonly across?: string };

/** Price paid across, share that paid out upwards: on the dashed line the two are the same, above it is skill. */
export function Calibration({ points, across = "average price paid" }: CalibrationProps) {
  const side = 200;
  const left = 52;
  const x = (value: number): number => left + value * (400 - left - 10);
  const y = (value: number): number => 10 + (1 - value) * side;
  const most = Math.max(...points.map(({ fills }) => fills));
  const show = (value: number): string => percent(value, 0, locale());
  const text = points.map((p) => `paid ${show(p.avg_price)}, came to ${show(p.paid_out)} (${count(p.fills)} fills)`);
  return (
    <svg class="svg small" viewBox="0 0 400 250" role="img" aria-label={`Calibration: ${text.join("; ")}`}>
      {[0, 0.5, 1].map((tick) => (
        <g key={tick}>
          <line class="axis" x1={left} x2="390" y1={y(tick)} y2={y(tick)} />
          <text x={left - 6} y={y(tick) + 4} text-anchor="end">
            {show(tick)}
          </text>
          <text x={x(tick)} y={side + 26} text-anchor="middle">
            {show(tick)}
          </text>
        </g>
      ))}
      <line class="ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      <text x={x(0.5)} y={side + 44} text-anchor="middle">
        {across}
      </text>
      <text class="aside" x={-(10 + side / 2)} y="12" text-anchor="middle">
        share that paid out
      </text>
      {points.map((point) => (
        <circle
          key={point.avg_price}
          class={point.paid_out >= point.avg_price ? "mark-up" : "mark-down"}
          cx={x(point.avg_price)}
          cy={y(point.paid_out)}
          r={3 + 5 * Math.sqrt(point.fills / most)}
        >
          <title>{`paid ${show(point.avg_price)}, came to ${show(point.paid_out)}, ${point.fills} fills`}</title>
        </circle>
      ))}
    </svg>
  );
}
