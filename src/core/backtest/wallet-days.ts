import { DAY_MS, type EpochMs } from "../time/time.ts";

type Columns = { readonly fills: Float64Array; readonly volume: Float64Array; readonly makerVolume: Float64Array };
type Day = Columns & { readonly wallets: readonly number[] };

const newColumns = (rows: number): Columns => ({
  fills: new Float64Array(rows),
  volume: new Float64Array(rows),
  makerVolume: new Float64Array(rows),
});

/** Fills and volume of each wallet, by its key, over the whole days since the cutoff's. Volumes in micros. */
export class WalletDays {
  readonly total: Columns;
  private readonly today: Columns;
  private readonly days = new Map<number, Day>();
  private seen: number[] = [];
  private day = Number.NEGATIVE_INFINITY;
  private active = new Set<number>();

  constructor(wallets: number) {
    this.total = newColumns(wallets);
    this.today = newColumns(wallets);
  }

  add(wallet: number, at: number, cash: number, isMaker: boolean): void {
    const day = Math.floor(at / DAY_MS);
    if (day !== this.day) this.begin(day);
    if (this.today.fills[wallet] === 0) this.seen.push(wallet);
    this.active.add(wallet);
    addTo(this.today, wallet, 1, cash, isMaker ? cash : 0);
    addTo(this.total, wallet, 1, cash, isMaker ? cash : 0);
  }

  /** @returns wallets with a fill since the last time */
  takeActive(): ReadonlySet<number> {
    const taken = this.active;
    this.active = new Set();
    return taken;
  }

  /** @returns the wallets of days that left */
  moveWindow(cutoff: EpochMs): ReadonlySet<number> {
    const moved = new Set<number>();
    for (const [day, { wallets, fills, volume, makerVolume }] of this.days) {
      if (day >= Math.floor(cutoff / DAY_MS)) continue;
      for (const [row, wallet] of wallets.entries()) {
        moved.add(wallet);
        addTo(this.total, wallet, -(fills[row] as number), -(volume[row] as number), -(makerVolume[row] as number));
      }
      this.days.delete(day);
    }
    return moved;
  }

  private begin(day: number): void {
    const { seen: wallets, today } = this;
    if (wallets.length > 0) {
      const kept = (column: Float64Array): Float64Array =>
        Float64Array.from(wallets, (wallet) => column[wallet] as number);
      const { fills, volume, makerVolume } = today;
      this.days.set(this.day, { wallets, fills: kept(fills), volume: kept(volume), makerVolume: kept(makerVolume) });
      for (const wallet of wallets) for (const column of [fills, volume, makerVolume]) column[wallet] = 0;
    }
    this.seen = [];
    this.day = day;
  }
}

function addTo(columns: Columns, row: number, fills: number, volume: number, makerVolume: number): void {
  columns.fills[row] = (columns.fills[row] as number) + fills;
  columns.volume[row] = (columns.volume[row] as number) + volume;
  columns.makerVolume[row] = (columns.makerVolume[row] as number) + makerVolume;
}
