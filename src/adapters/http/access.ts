import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { MINUTE_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import { ForbiddenError } from "./answers.ts";

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number, cost: object) => Promise<Buffer>;

/** OWASP's advice for scrypt where memory is short: 16 MB and about a tenth of a second a guess. */
const COST = { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1024 * 1024 };
const SESSION_MS = 12 * 60 * MINUTE_MS;
const SESSIONS_MAX = 50;
/** Wrong passwords within a minute: of one address, and of all together. */
const GUESSES_MAX = 5;
const GUESSES_IN_ALL_MAX = 30;

export type AccessOptions = {
  /** null: whoever reaches the port is trusted, unless `readOnly`. */
  readonly password: string | null;
  /** Everybody may look and, without the password, nobody may command. */
  readonly isPublic: boolean;
  readonly wall: Pick<Clock, "nowMs">;
};

export type Session = { readonly csrfToken: string; readonly mayCommand: boolean };

/** Who may look, and who may press buttons. */
export type Access = {
  readonly passwordRequired: boolean;
  readonly isPublic: boolean;
  /** null: not logged in. @param token of the cookie */
  session(token: string | undefined): Session | null;
  /** @returns the token of a new session. @throws ForbiddenError */
  login(password: string, from: string): Promise<string>;
  logout(token: string | undefined): void;
};

export async function createAccess({ password, isPublic, wall }: AccessOptions): Promise<Access> {
  const salt = randomBytes(16);
  const wanted = password === null ? null : await derive(password, salt, 32, COST);
  const sessions = new Map<string, { readonly csrfToken: string; readonly until: number }>();
  const guesses = createGuessLimit(wall);
  // Without a password there is one session for all; its token keeps other sites from pressing buttons.
  const local: Session = { csrfToken: randomToken(), mayCommand: !isPublic };
  return {
    passwordRequired: wanted !== null,
    isPublic,
    session(token) {
      if (wanted === null) return local;
      const found = token === undefined ? undefined : sessions.get(fingerprint(token));
      if (found === undefined || found.until <= wall.nowMs()) return null;
      return { csrfToken: found.csrfToken, mayCommand: true };
    },
    async login(given, from) {
      if (wanted === null)
        throw new ForbiddenError(403, "NO_PASSWORD", "this dashboard has no password to log in with");
      // Counted before it is looked at, so that guesses side by side are counted too.
      guesses.take(from);
      if (!timingSafeEqual(await derive(given, salt, 32, COST), wanted)) {
        throw new ForbiddenError(401, "WRONG_PASSWORD", "this is not the password (DASHBOARD_PASSWORD)");
      }
      guesses.giveBack(from);
      const token = randomToken();
      for (const [key, { until }] of sessions) if (until <= wall.nowMs()) sessions.delete(key);
      const oldest = sessions.keys().next().value;
      if (sessions.size >= SESSIONS_MAX && oldest !== undefined) sessions.delete(oldest);
      sessions.set(fingerprint(token), { csrfToken: randomToken(), until: wall.nowMs() + SESSION_MS });
      return token;
    },
    logout: (token) => void (token !== undefined && sessions.delete(fingerprint(token))),
  };
}

const randomToken = (): string => randomBytes(32).toString("base64url");
/** What is kept of a token: enough to know it again, not enough to use it. */
const fingerprint = (token: string): string => createHash("sha256").update(token).digest("base64url");

function createGuessLimit(wall: Pick<Clock, "nowMs">) {
  let made: { readonly from: string; readonly at: number }[] = [];
  return {
    take(from: string): void {
      made = made.filter(({ at }) => at > wall.nowMs() - MINUTE_MS);
      const own = made.filter((guess) => guess.from === from).length;
      if (own >= GUESSES_MAX || made.length >= GUESSES_IN_ALL_MAX) {
        throw new ForbiddenError(429, "TOO_MANY_GUESSES", "too many wrong passwords; wait a minute");
      }
      made.push({ from, at: wall.nowMs() });
    },
    giveBack(from: string): void {
      const index = made.findLastIndex((guess) => guess.from === from);
      if (index !== -1) made.splice(index, 1);
    },
  };
}

/** Compares without telling by its time how much is right. */
export const isSameToken = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(fingerprint(a)), Buffer.from(fingerprint(b)));
