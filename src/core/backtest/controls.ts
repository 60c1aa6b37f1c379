/** Whom the controls follow: wallets that look like those that are followed, and a sample of everybody. */
import type { Episode } from "../signals/episode.ts";
import { detectFollowWhale } from "../signals/follow-whale.ts";
import type { ObservedFill, WalletFacts } from "../signals/observed-fill.ts";
import type { Trigger } from "../signals/signal.ts";
import type { SignalRules } from "../signals/signal-rules.ts";
import { createDraw, type Draw, seedOf } from "./random.ts";
import type { StudyGroup } from "./study.ts";

/** About so many wallets stand for everybody. */
const EVERYONE_WALLETS = 2_000;
/** So many wallets are looked at for one whose number of fills is nearest. */
const CANDIDATES = 64;

export class Controls {
  private readonly rules: SignalRules;
  private readonly draw: Draw;
  /** 1: in the sample of everybody. 2: matched to a followed wallet. Bits. */
  readonly flags: Uint8Array;
  private readonly fills: Uint32Array;
  private readonly matchOf = new Map<number, number>();
  private readonly active: number[] = [];
  /** By wallet and token. */
  private readonly episodes = new Map<number, Episode>();

  constructor(wallets: number, rules: SignalRules, seed: number) {
    this.rules = { ...rules, followWhales: true };
    this.draw = createDraw(seedOf(seed, "controls"));
    this.flags = new Uint8Array(wallets);
    this.fills = new Uint32Array(wallets);
    const share = Math.min(1, EVERYONE_WALLETS / Math.max(1, wallets));
    const pick = createDraw(seedOf(seed, "everyone"));
    for (let wallet = 0; wallet < wallets; wallet += 1) if (pick() < share) this.flags[wallet] = 1;
  }

  /** Fills of these wallets, so that it is known who is how active. Many at once: each alone waits for the memory. */
  count(wallets: ArrayLike<number>, from: number, to: number): void {
    const { fills, active } = this;
    for (let row = from; row < to; row += 1) {
      const wallet = wallets[row] as number;
      const before = fills[wallet] as number;
      if (before === 0) active.push(wallet);
      fills[wallet] = before + 1;
    }
  }

  /** Whether matching it would look at who is how active. */
  isUnmatched(whale: number): boolean {
    return !this.matchOf.has(whale);
  }

  /** A wallet is followed from now on: another one, as active, is followed beside it. */
  match(whale: number, isFollowed: (wallet: number) => boolean): void {
    const other = this.nearest(whale, isFollowed);
    if (other === null) return;
    this.matchOf.set(whale, other);
    this.flags[other] = (this.flags[other] as number) | 2;
  }

  /** After each run of the scores: the other one goes with the wallet that it was matched to, or when it is followed itself. */
  unmatch(isFollowed: (wallet: number) => boolean): void {
    for (const [whale, other] of this.matchOf) {
      if (isFollowed(whale) && !isFollowed(other)) continue;
      this.matchOf.delete(whale);
      this.flags[other] = (this.flags[other] as number) & ~2;
    }
  }

  /** @returns the groups for which the fill completes an episode worth following, with its trigger */
  see(key: number, wallet: number, fill: ObservedFill): readonly (readonly [StudyGroup, Trigger])[] {
    const before = this.episodes.get(key);
    const { episode, trigger } = detectFollowWhale(this.rules, before, fill, FOLLOWED, this.rules.minWhaleTradeUsd);
    this.episodes.set(key, episode);
    if (trigger === null) return [];
    const flags = this.flags[wallet] as number;
    const groups: (readonly [StudyGroup, Trigger])[] = [];
    if ((flags & 1) !== 0) groups.push(["everyone", trigger]);
    if ((flags & 2) !== 0) groups.push(["random", trigger]);
    return groups;
  }

  forget(at: number): void {
    for (const [key, episode] of this.episodes) {
      if (at - episode.lastAt > this.rules.episodeGapMs) this.episodes.delete(key);
    }
  }

  private nearest(whale: number, isFollowed: (wallet: number) => boolean): number | null {
    const wanted = Math.log(this.fills[whale] as number);
    let best: number | null = null;
    let distance = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < CANDIDATES; trial += 1) {
      const wallet = this.active[Math.floor(this.draw() * this.active.length)] as number;
      if (isFollowed(wallet) || ((this.flags[wallet] as number) & 2) !== 0) continue;
      const away = Math.abs(Math.log(this.fills[wallet] as number) - wanted);
      if (away < distance) [best, distance] = [wallet, away];
    }
    return best;
  }
}

/** Controls follow whomever they follow as if it were a whale. */
const FOLLOWED: WalletFacts = {
  ...{ score: 10, tier: "WHALE", followEligible: true, edgeLowerBound: null, scoreVersion: 0, scoredAt: null },
};
