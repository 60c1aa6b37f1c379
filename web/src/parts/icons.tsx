/** Drawn here rather than taken from a set: a dozen strokes weigh less than any package. All are decoration. */
const paths = {
  overview: "M3 12l4-5 4 3 6-7M3 17h14",
  tape: "M3 5h14M3 10h9M3 15h12",
  signals: "M10 3v3M10 14v3M3 10h3M14 10h3M10 8.2a1.8 1.8 0 100 3.6 1.8 1.8 0 000-3.6",
  positions: "M3 7l7-4 7 4-7 4zM3 11l7 4 7-4",
  wallets: "M3 6h12a2 2 0 012 2v6a2 2 0 01-2 2H3zM3 6l9-3v3M13.5 11h.1",
  markets: "M5 3v3M5 12v5M3.5 6h3v6h-3zM13 3v5M13 14v3M11.5 8h3v6h-3z",
  performance: "M3 17V9M8 17V5M13 17v-6M18 17V3",
  research: "M8 3v5l-4.5 7.5A1 1 0 004.400 17h11.200a1 1 0 00.9-1.500L12 8V3M6.500 3h7M6 13h8",
  health: "M2 10h4l2-5 4 10 2-5h4",
  settings: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  search: "M9 3.500a5.500 5.500 0 100 11 5.500 5.500 0 000-11M13 13l4 4",
  sun: "M10 7a3 3 0 100 6 3 3 0 000-6M10 2v2M10 16v2M2 10h2M16 10h2M4.300 4.300l1.400 1.400M14.300 14.300l1.400 1.400M4.300 15.700l1.400-1.400M14.300 5.700l1.400-1.400",
  moon: "M16.500 12A7 7 0 018 3.500a7 7 0 108.500 8.500z",
  auto: "M10 3a7 7 0 100 14 7 7 0 000-14M10 3v14M10 6l4-2M10 10h7M10 14l4 2",
  help: "M7.500 7.500a2.500 2.500 0 113.500 2.300c-.7.3-1 .8-1 1.700M10 14.500v.1M10 2.500a7.500 7.500 0 100 15 7.500 7.500 0 000-15",
  more: "M4 10h.1M10 10h.1M16 10h.1",
  close: "M5 5l10 10M15 5L5 15",
  pause: "M7 4v12M13 4v12",
  play: "M6 4l10 6-10 6z",
  stop: "M5 5h10v10H5z",
  download: "M10 3v9M6 9l4 4 4-4M3 16h14",
  back: "M12 4l-6 6 6 6",
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name, size = 16 }: { name: IconName; size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width={name === "more" ? 3 : 1.6}
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={paths[name]} />
  </svg>
);

/** Shapes that say the same as the colour beside them. */
const shapes = {
  up: "M5 1l4.500 8h-9z",
  down: "M5 9L.5 1h9z",
  diamond: "M5 0l5 5-5 5-5-5z",
  triangle: "M5 .5l5 9H0z",
  circle: "M5 .5a4.500 4.500 0 100 9 4.500 4.500 0 000-9",
  turned: "M5 9.500L0 .5h10z",
  cross: "M2 0l3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3-3-3z",
  square: "M.5.5h9v9h-9z",
  ring: "M5 .3a4.700 4.700 0 100 9.400A4.700 4.700 0 005 .3m0 2a2.700 2.700 0 110 5.400 2.700 2.700 0 010-5.400",
} as const;

export type ShapeName = keyof typeof shapes;

export const Shape = ({ name, size = 8 }: { name: ShapeName; size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 10 10" fill="currentColor" aria-hidden="true">
    <path d={shapes[name]} fill-rule="evenodd" />
  </svg>
);

export const Mark = () => (
  <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent-fill)" />
    <path
      d="M6 21c4 0 4-10 8-10s4 10 8 10c2 0 3-2.400 4-5"
      fill="none"
      stroke="#fff"
      stroke-width="3"
      stroke-linecap="round"
    />
  </svg>
);
