/**
 * The pages in a real browser on the real demo: one process, one browser. Pictures of every page are kept in
 * `test/browser/screenshots` (not committed).
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildWeb, isBuilt } from "../../web/build.ts";
import { chromiumPath } from "../support/chromium.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { type DemoProcess, startDemoProcess } from "./support/demo-process.ts";
import { complaints, found, settled, turnTo, violations } from "./support/look.ts";

const screenshots = join(import.meta.dirname, "screenshots");
/** A browser on a machine that is busy with other tests. */
const PATIENCE_MS = 30_000;
/** Reading a simulated day and seeing the first signal. */
const WORLD_MS = 240_000;
const SPEED = 60;

type Rows<T> = { readonly rows: readonly T[] };
type Position = {
  readonly id: string;
  readonly market_id: string;
  readonly signal_id: string;
};
type Place = readonly [name: string, path: string];
type Overview = { readonly account: { readonly trading_state: string } | null };

const reason = chromiumPath === null ? " (skipped: no Chromium on PATH, and CHROMIUM names none)" : "";

describe.skipIf(chromiumPath === null)(`the dashboard in a browser${reason}`, () => {
  let demo: DemoProcess;
  let cable: TcpProxy;
  let browser: Browser;
  let wide: BrowserContext;
  let narrow: BrowserContext;

  const at = (path: string): string => `http://127.0.0.1:${cable.port}${path}`;
  const context = (width: number, height: number): Promise<BrowserContext> =>
    browser.newContext({
      viewport: { width, height },
      locale: "en-US",
      timezoneId: "Europe/Berlin",
      colorScheme: "light",
    });
  const anyPosition = (): Promise<Position> =>
    found(async () => (await demo.ask<Rows<Position>>("/positions?limit=1")).rows[0], "a position", WORLD_MS);
  const visit = async (page: Page, path: string): Promise<void> => {
    await page.goto(at(path));
    await settled(page);
  };

  beforeAll(async () => {
    if (!isBuilt()) await buildWeb();
    rmSync(screenshots, { recursive: true, force: true });
    mkdirSync(screenshots);
    demo = await startDemoProcess(SPEED);
    cable = await startTcpProxy(demo.port);
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
    wide = await context(1440, 900);
    narrow = await context(390, 844);
    for (const one of [wide, narrow]) one.setDefaultTimeout(PATIENCE_MS);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await cable?.stop();
    await demo?.stop();
  }, 60_000);

  test("before there is anything, a page says what is awaited and for how long", { timeout: WORLD_MS }, async () => {
    const page = await wide.newPage();
    await visit(page, "/signals");
    await page.getByText("In the demo the first comes after about a minute.").waitFor();
    await page.getByText("SIMULATED", { exact: true }).waitFor();
    await page.close();
  });

  // What needs neither scores nor signals comes first: the demo reads its history meanwhile.
  test("the policy refuses a script that got into the page all the same", { timeout: PATIENCE_MS }, async () => {
    const page = await wide.newPage();
    await visit(page, "/research");
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.pwned = 3";
      document.body.append(script);
      return (window as unknown as { pwned?: number }).pwned;
    });
    expect(ran).toBeUndefined();
    await page.close();
  });

  test("pause and resume reach the engine", { timeout: WORLD_MS }, async () => {
    const page = await wide.newPage();
    const stateIs = async (wanted: string): Promise<void> => {
      const read = async () => (await demo.ask<Overview>("/overview")).account?.trading_state;
      await found(async () => ((await read()) === wanted ? true : undefined), `the engine is ${wanted}`, PATIENCE_MS);
    };
    await visit(page, "/");
    await page.getByRole("button", { name: "Pause" }).click();
    await stateIs("REDUCING");
    await page.getByRole("button", { name: "Resume" }).click();
    await stateIs("ACTIVE");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.close();
  });

  test("a lost connection is shown, and heals by itself", { timeout: WORLD_MS }, async () => {
    const page = await wide.newPage();
    await visit(page, "/");
    await page.locator("[data-connection=live]").waitFor();
    const alert = page.getByRole("alert").getByText("Connection lost");
    cable.refuse(true);
    cable.drop();
    await alert.waitFor();
    const asked = page.waitForResponse((answer) => answer.url().includes("/positions") && answer.ok());
    cable.refuse(false);
    await page.locator("[data-connection=live]").waitFor();
    await alert.waitFor({ state: "detached" });
    // What was missed meanwhile is asked for.
    await asked;
    await page.close();
  });

  test("everything is reached with the keyboard", { timeout: WORLD_MS }, async () => {
    const page = await wide.newPage();
    await visit(page, "/");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the page");
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.getByRole("heading", { level: 1, name: "Wallets" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("0x");
    await page.keyboard.press("Tab");
    await page.getByRole("main").focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /Page, wallet/ }).fill("perf");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Performance" }).waitFor();
    await page.getByRole("button", { name: "verdict", exact: true }).click();
    await page.getByRole("dialog", { name: "Significance" }).waitFor();
    await page.close();
  });

  /** What there is to see before anything was bought; while these are looked at, the world goes on. */
  const early: readonly Place[] = [
    ["tape", "/tape"],
    ["markets", "/markets"],
    ["research", "/research"],
    ["health", "/health"],
    ["settings", "/settings"],
    ["nowhere", "/no/such/page"],
  ];
  const ofPosition = ({ id, signal_id: signal, market_id: market }: Position, wallet: string): readonly Place[] => [
    ["overview", "/"],
    ["signals", "/signals"],
    ["signal", `/signals/${encodeURIComponent(signal)}`],
    ["positions", "/positions"],
    ["position", `/positions/${encodeURIComponent(id)}`],
    ["wallets", "/wallets"],
    ["wallet", `/wallets/${wallet}`],
    ["market", `/markets/${market}`],
    ["performance", "/performance"],
  ];

  const inspect = async (page: Page, name: string, path: string, width: number): Promise<void> => {
    // Each page is loaded by its address once, and once come to as by a link.
    await (width > 1000 || page.url() === "about:blank" ? visit(page, path) : turnTo(page, path));
    await page.getByText("SIMULATED", { exact: true }).waitFor();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over, `${name} is wider than ${width} pixels`).toBeLessThanOrEqual(0);
    // Contrast is another in each theme: each is checked, at one width.
    for (const theme of width > 1000 ? (["light", "dark"] as const) : (["dark", "light"] as const)) {
      await page.emulateMedia({ colorScheme: theme });
      await page.screenshot({ path: join(screenshots, `${name}-${width}-${theme}.jpg`), quality: 85, fullPage: true });
      if ((theme === "light") === width > 1000) {
        expect(await violations(page), `${name}, ${width} pixels, ${theme}`).toEqual([]);
      }
    }
  };

  /** At both widths, light and dark: nothing for axe, nothing in the console. */
  const inspectAll = async (places: readonly Place[]): Promise<void> => {
    const look = async (width: number): Promise<void> => {
      const page = await (width > 1000 ? wide : narrow).newPage();
      const heard = complaints(page);
      for (const [name, path] of places) await inspect(page, name, path, width);
      expect(heard).toEqual([]);
      await page.close();
    };
    await Promise.all([look(1440), look(390)]);
  };

  test("pages of what is read, at 1440 and 390 pixels, light and dark", { timeout: WORLD_MS }, async () => {
    await found(async () => (await demo.ask<Rows<unknown>>("/trades?limit=1")).rows[0], "a fill", WORLD_MS);
    await inspectAll(early);
  });

  test("pages of what is traded, the same", { timeout: 2 * WORLD_MS }, async () => {
    const position = await anyPosition();
    const { rows } = await demo.ask<Rows<{ readonly wallet_address: string }>>("/wallets?limit=1");
    await inspectAll(ofPosition(position, rows[0]?.wallet_address ?? ""));
  });

  test("titles that strangers wrote do nothing", { timeout: 2 * WORLD_MS }, async () => {
    const hostile =
      '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>"\'\u202e\u0000 =HYPERLINK("http://x")';
    const { market_id: market } = await anyPosition();
    const page = await wide.newPage();
    await page.route("**/api/v1/**", async (route) => {
      if (route.request().url().includes("/stream")) return route.continue();
      const answer = await route.fetch();
      const text = (await answer.text()).replace(
        /"(market_title|title|outcome|outcome_0|outcome_1|category|name|detail)":"[^"]*"/g,
        (_, key) => `"${key}":${JSON.stringify(hostile)}`,
      );
      return route.fulfill({ response: answer, body: text });
    });
    for (const path of ["/positions", "/tape", "/signals", "/markets", `/markets/${market}`, "/health"]) {
      await visit(page, path);
      await page.getByText("<img src=x", { exact: false }).first().waitFor();
      const seen = await page.evaluate(() => ({
        pwned: (window as unknown as { pwned?: number }).pwned,
        images: document.querySelectorAll("main img, main script").length,
        turned: document.body.innerText.includes("\u202e"),
      }));
      expect(seen, path).toEqual({ pwned: undefined, images: 0, turned: false });
    }
    await page.close();
  });

  test("an address holds the filters, and a table goes out as CSV", { timeout: WORLD_MS }, async () => {
    const page = await wide.newPage();
    await visit(page, "/wallets?tier=DEGEN&by=closed_markets");
    expect(await page.getByLabel("Tier").inputValue()).toBe("DEGEN");
    const tiers = await page.locator("td .tier").allTextContents();
    expect(new Set(tiers)).toEqual(new Set(["DEGEN"]));
    await page.getByLabel("Tier").selectOption("NOVICE");
    await page.waitForURL(/tier=NOVICE/);
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download wallets as CSV" }).click();
    const text = await (await saved).createReadStream().then(async (stream) => {
      let read = "";
      for await (const piece of stream) read += piece;
      return read;
    });
    expect(text).toMatch(/^wallet_address,/);
    expect(text).toContain("NOVICE");
    expect(text).not.toContain("DEGEN");
    await page.close();
  });
});
