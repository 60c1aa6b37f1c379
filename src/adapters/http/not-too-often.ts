import type { Clock } from "../../ports/clock.ts";

/** The share of its time that a question may take up, whoever asks: a twentieth. */
const REST = 20;

/** Answers from before while the question rests; those who ask meanwhile wait for one answer together. */
export function notTooOften<T>(wall: Pick<Clock, "nowMs">, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let restsUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (answer !== null && wall.nowMs() < restsUntil) return answer;
    const startedAt = wall.nowMs();
    restsUntil = Number.POSITIVE_INFINITY;
    answer = ask();
    answer.then(
      () => {
        restsUntil = wall.nowMs() + REST * (wall.nowMs() - startedAt);
      },
      () => {
        answer = null;
      },
    );
    return answer;
  };
}
