import type { IChartApi, ISeriesApi, SeriesType, UTCTimestamp } from "lightweight-charts";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { dateTime, day, timeOfDay } from "../format/times.ts";
import { isDark, locale, preferences, zone } from "../state/preferences.ts";

/** Milliseconds and value; without a value there is a gap. */
export type Point = { readonly at: number; readonly value: number | null };

export type Line = {
  readonly kind: "area" | "line" | "columns";
  /** Custom property that holds the colour. */
  readonly colour: string;
  readonly points: readonly Point[];
  readonly isDashed?: boolean;
  /** 1: in a part of its own below the others, on the same time. */
  readonly pane?: 0 | 1;
  /** Prices of another kind than the chart's. */
  readonly show?: (value: number) => string;
  /** Steps hold from one point to the next. */
  readonly isStepped?: boolean;
};

type ChartProps = {
  /** What the picture shows, in a sentence with its figures, for those who cannot see it. */
  readonly summary: string;
  readonly lines: readonly Line[];
  readonly show: (value: number) => string;
  readonly size?: "tall" | "middle" | "low";
  readonly range?: readonly [number, number];
};

const library = () => import("lightweight-charts");
type Library = Awaited<ReturnType<typeof library>>;

/** Colours on a canvas cannot be custom properties: they are read from what the browser made of them. */
function colourOf(name: string, alpha = 1): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const [r = "0", g = "0", b = "0"] = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
  probe.remove();
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

function dress(chart: IChartApi, { ColorType }: Library): void {
  const toMs = (time: unknown): number => Number(time) * 1000;
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: "transparent" },
      textColor: colourOf("--faint"),
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
      panes: { separatorColor: colourOf("--line"), enableResize: false },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: colourOf("--line", 0.8) } },
    rightPriceScale: { borderVisible: false, entireTextOnly: true, scaleMargins: { top: 0.12, bottom: 0.08 } },
    timeScale: {
      borderColor: colourOf("--line"),
      timeVisible: true,
      fixLeftEdge: true,
      fixRightEdge: true,
      tickMarkFormatter: (time: unknown, kind: number) =>
        kind <= 2 ? day(toMs(time), locale(), zone()) : timeOfDay(toMs(time), locale(), zone()).slice(0, 5),
    },
    crosshair: {
      vertLine: { color: colourOf("--line-strong"), labelBackgroundColor: colourOf("--accent-fill") },
      horzLine: { color: colourOf("--line-strong"), labelBackgroundColor: colourOf("--accent-fill") },
    },
    localization: { timeFormatter: (time: unknown) => dateTime(toMs(time), locale(), zone()) },
    handleScroll: { vertTouchDrag: false, mouseWheel: false },
    handleScale: { mouseWheel: false },
  });
}

type Show = (value: number) => string;

function addLine(
  chart: IChartApi,
  { AreaSeries, HistogramSeries, LineSeries, LineType }: Library,
  line: Line,
  show: Show,
) {
  const { pane = 0 } = line;
  const common = {
    priceLineVisible: false,
    lastValueVisible: line.kind !== "columns",
    priceFormat: { type: "custom" as const, minMove: 0.0001, formatter: line.show ?? show },
  };
  const stroke = {
    lineWidth: 2 as const,
    lineStyle: line.isDashed === true ? 2 : 0,
    lineType: line.isStepped === true ? LineType.WithSteps : LineType.Simple,
  };
  const colour = colourOf(line.colour);
  if (line.kind === "columns") {
    return chart.addSeries(HistogramSeries, { ...common, color: colourOf(line.colour, 0.55) }, pane);
  }
  if (line.kind === "line") return chart.addSeries(LineSeries, { ...common, ...stroke, color: colour }, pane);
  return chart.addSeries(
    AreaSeries,
    {
      ...common,
      ...stroke,
      lineColor: colour,
      topColor: colourOf(line.colour, 0.22),
      bottomColor: colourOf(line.colour, 0.01),
    },
    pane,
  );
}

/** The library wants whole seconds, each once, rising. */
function toData(points: readonly Point[]) {
  const bySecond = new Map<number, number | null>();
  for (const { at, value } of points) bySecond.set(Math.floor(at / 1000), value);
  return [...bySecond]
    .sort(([a], [b]) => a - b)
    .map(([second, value]) =>
      value === null ? { time: second as UTCTimestamp } : { time: second as UTCTimestamp, value },
    );
}

export function Chart({ summary, lines, show, size = "tall", range }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const made = useRef<{ chart: IChartApi; series: ISeriesApi<SeriesType>[] } | null>(null);
  const kinds = lines.map(({ kind, colour }) => kind + colour).join();
  // Colours and times are painted, so a change of either paints anew.
  const look = `${isDark.value}${preferences.value.zone}${preferences.value.locale}`;
  const latest = useRef(lines);
  const fitted = useRef<number | undefined>(undefined);
  latest.current = lines;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let isGone = false;
    void library().then((loaded) => {
      if (isGone) return;
      const chart = loaded.createChart(element, {
        autoSize: true,
        // Its mark would bring an inline style, which the pages' policy refuses; the credit is in the page's foot.
        layout: { attributionLogo: false },
      });
      dress(chart, loaded);
      const series = latest.current.map((line) => addLine(chart, loaded, line, show));
      chart.panes()[1]?.setStretchFactor(0.4);
      if (range !== undefined) {
        chart.applyOptions({ rightPriceScale: { scaleMargins: { top: 0.03, bottom: 0.03 } } });
        for (const one of series) {
          one.applyOptions({
            autoscaleInfoProvider: () => ({ priceRange: { minValue: range[0], maxValue: range[1] } }),
          });
        }
      }
      made.current = { chart, series };
      fitted.current = undefined;
      fill();
    });
    return () => {
      isGone = true;
      made.current?.chart.remove();
      made.current = null;
    };
  }, [kinds, look, range?.[0], range?.[1]]);
  const fill = (): void => {
    const { chart, series } = made.current ?? {};
    latest.current.forEach((line, index) => {
      series?.[index]?.setData(toData(line.points));
    });
    // What the reader has chosen to look at stays, unless it is another stretch of time.
    const start = latest.current[0]?.points[0]?.at;
    if (chart !== undefined && start !== fitted.current) chart.timeScale().fitContent();
    if (chart !== undefined) fitted.current = start;
  };
  useEffect(fill, [lines]);
  return <div ref={box} class={`chart ${size}`} role="img" aria-label={summary} />;
}

export const Legend = ({ items }: { items: readonly (readonly [key: 1 | 2 | 4, label: ComponentChildren])[] }) => (
  <p class="legend">
    {items.map(([key, label]) => (
      <span key={key}>
        <i class={`key-${key}`} />
        {label}
      </span>
    ))}
  </p>
);
