import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { eventually } from "../../support/eventually.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type Axe = {
  run(
    context: object,
    options: object,
  ): Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }>;
};

/** What breaks WCAG 2.2 AA (or axe's best practices) on the page as it is, each with the element. */
export async function violations(page: Page): Promise<readonly string[]> {
  // As the debugger does it: the page's policy forbids a script tag with code in it. A page turned to has it already.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    // The rows of a table are made alike, and each costs as much as the first.
    const context = { include: [["html"]], exclude: [["tbody tr:nth-child(n + 13)"]] };
    return (await axe.run(context, { resultTypes: ["violations"] })).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
  );
}

/** Until nothing on the page says that it is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await page.locator(".bar-loading").first().waitFor({ state: "detached" });
}

/** Goes to another page without loading anew, as a link does. */
export async function turnTo(page: Page, path: string): Promise<void> {
  await page.evaluate(async (wanted) => {
    history.pushState(null, "", wanted);
    dispatchEvent(new PopStateEvent("popstate"));
    // Drawn by the second frame at the latest: what is then being read is seen to be.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  }, path);
  await settled(page);
}

/** What the page has to complain of: errors in its console, and of its scripts. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") heard.push(message.text());
  });
  page.on("pageerror", (error) => heard.push(String(error)));
  return heard;
}

/** Waits until `look` gives something, and returns it. */
export async function found<T>(look: () => Promise<T | undefined>, missing: string, deadlineMs: number): Promise<T> {
  let value: T | undefined;
  await eventually(async () => {
    value = await look();
    if (value !== undefined) return null;
    // Somebody else's process is asked: not as often as one can.
    await new Promise((resolve) => setTimeout(resolve, 200));
    return missing;
  }, deadlineMs);
  return value as T;
}
