import { PGlite } from "@electric-sql/pglite";
import { sql } from "kysely";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/postgres/connect.ts";
import { buildWeb, isBuilt } from "../../web/build.ts";
import { chromiumPath } from "../support/chromium.ts";
import { type DashboardSetup, openTestDashboard, type TestDashboard } from "../support/dashboard.ts";
import { createExecutorWorld } from "../support/executor-world.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { migratedTemplate } from "../support/pglite-template.ts";
import { complaints, violations } from "./support/look.ts";

const PASSWORD = "correct horse battery";
const pages = new URL("../../web/dist", import.meta.url).pathname;
const reason = chromiumPath === null ? " (skipped: no Chromium on PATH, and CHROMIUM names none)" : "";

describe.skipIf(chromiumPath === null)(`who may look and command, in a browser${reason}`, { timeout: 60_000 }, () => {
  let browser: Browser;
  let db: Database;
  let open: TestDashboard[] = [];

  beforeAll(async () => {
    if (!isBuilt()) await buildWeb();
    db = await openDatabase({ instance: await PGlite.create({ loadDataDir: await migratedTemplate() }) });
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    for (const dashboard of open) await dashboard.close();
    open = [];
    await db?.close();
  });

  const start = async (setup: DashboardSetup) => {
    const dashboard = await openTestDashboard(db, createManualClock(), { ...setup, pages });
    open.push(dashboard);
    const page = await (await browser.newContext()).newPage();
    return { dashboard, page, heard: complaints(page) };
  };
  const logIn = async (page: Page, password: string): Promise<number> => {
    await page.getByLabel("Password").fill(password);
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/login"));
    await page.getByRole("button", { name: "Log in" }).click();
    return (await answered).status();
  };
  const h1 = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();
  /** What is refused is complained of by the browser itself. */
  const besidesRefusals = (heard: readonly string[]) => heard.filter((line) => !line.startsWith("Failed to load"));

  test("with a password: five guesses, then in, at the page that was wanted; out again by the button, or when the session has ended", async () => {
    const { dashboard, page, heard } = await start({ password: PASSWORD });
    await page.goto(`${dashboard.url}/wallets?tier=WHALE`);
    await h1(page, "Log in");
    expect(await violations(page)).toEqual([]);
    expect(await logIn(page, "wrong")).toBe(401);
    await page.getByRole("alert").getByText("this is not the password").waitFor();
    for (let guess = 2; guess <= 5; guess += 1) expect(await logIn(page, "wrong")).toBe(401);
    expect(await logIn(page, PASSWORD)).toBe(429);
    await page.getByRole("alert").getByText("wait a minute").waitFor();
    await dashboard.wall.advance(61_000);
    expect(await logIn(page, PASSWORD)).toBe(200);
    await h1(page, "Wallets");
    expect(await page.getByLabel("Tier").inputValue()).toBe("WHALE");

    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/", expires: -1 });
    expect(await page.evaluate(() => document.cookie)).toBe("");

    await page.getByRole("button", { name: "Log out" }).click();
    await h1(page, "Log in");
    await page.goto(`${dashboard.url}/positions`);
    expect(await logIn(page, PASSWORD)).toBe(200);
    await h1(page, "Positions");
    // Ended elsewhere, as by time: the page finds out with its next question.
    await page.context().request.post(`${dashboard.url}/api/v1/logout`, { data: {} });
    await page.getByRole("link", { name: "Signals" }).first().click();
    await h1(page, "Log in");
    expect(besidesRefusals(heard)).toEqual([]);
  });

  test("a page of another site commands nothing, whoever is logged in", async () => {
    const { dashboard, page } = await start({ password: PASSWORD });
    await page.goto(`${dashboard.url}/`);
    await logIn(page, PASSWORD);
    await h1(page, "Overview");
    const bare = await page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/api/v1/commands", { method: "POST", headers, body: '{"kind":"halt"}' })).status;
    });
    expect(bare).toBe(403);
    await page.route("http://elsewhere.test/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<form method="post" enctype="text/plain" action="${dashboard.url}/api/v1/commands">
          <input name='{"kind":"halt","x":"' value='"}'></form>`,
      }),
    );
    await page.goto("http://elsewhere.test/");
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/commands"));
    await page.evaluate(() => document.forms[0]?.submit());
    expect((await answered).status()).toBe(403);
    expect(await dashboard.json("/commands")).toMatchObject({ code: "LOGIN_REQUIRED" });
    const { rows } = await sql`SELECT kind FROM flow.command`.execute(db.kysely);
    expect(rows).toEqual([]);
  });

  test("in public everybody looks, and only who knows the password finds buttons", async () => {
    const plain = await start({ isPublic: true });
    await plain.page.goto(`${plain.dashboard.url}/positions`);
    await plain.page.getByText("public and read-only").waitFor();
    expect(await plain.page.getByRole("button", { name: /Pause|Resume|Halt|Close all/ }).count()).toBe(0);
    expect(plain.heard).toEqual([]);

    const { dashboard, page } = await start({ isPublic: true, password: PASSWORD });
    await page.goto(`${dashboard.url}/positions`);
    await page.getByRole("link", { name: "Log in to pause, resume or close" }).click();
    expect(await logIn(page, PASSWORD)).toBe(200);
    await page.getByRole("button", { name: "Halt" }).first().waitFor();
  });

  test("an empty database: every page says what it waits for", async () => {
    const { dashboard, page, heard } = await start({});
    await page.goto(dashboard.url);
    await page.getByText("No executor has run on this database yet").waitFor();
    for (const [name, text] of [
      ["Tape", "No fill fits"],
      ["Signals", "No signal"],
      ["Positions", "Nothing is held"],
      ["Wallets", "No wallet"],
      ["Markets", "No market fits"],
      ["Performance", "Nothing to judge yet"],
      ["Research", "No report yet"],
      ["Health", "No block was read yet"],
    ] as const) {
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
      await h1(page, name);
      await page.getByText(text, { exact: false }).first().waitFor();
    }
    for (const [show, command] of [
      ["backtests", "orderflow backtest"],
      ["sweeps", "orderflow sweep"],
      ["tables", "orderflow research"],
      ["models", "orderflow model train"],
    ]) {
      await page.goto(`${dashboard.url}/research?show=${show}`);
      await page
        .locator("code")
        .getByText(command ?? "")
        .waitFor();
    }
    expect(heard).toEqual([]);
  });

  test("a position is closed by its button", async () => {
    const world = await createExecutorWorld(db);
    world.offer(0, "0.5", "0.51");
    const executor = world.start();
    const positions = () => world.query(sql`SELECT status, close_reason FROM orderflow_positions`);
    const isPosition = (status: string) => async () => (await positions()).some((row) => row.status === status);
    try {
      await world.until(() => executor.service.health().detail.startsWith("trading"));
      await world.whaleBuys();
      await world.until(isPosition("OPEN"));
      const { dashboard, page, heard } = await start({});
      await page.goto(`${dashboard.url}/positions`);
      await page
        .getByRole("main")
        .getByRole("button", { name: /^Close (?!all)/ })
        .click();
      const asked = page.waitForRequest((request) => request.method() === "POST");
      await page.getByRole("button", { name: "Close position" }).click();
      expect((await asked).postDataJSON()).toMatchObject({ kind: "close" });
      await world.until(isPosition("CLOSED"));
      expect(await positions()).toEqual([{ status: "CLOSED", close_reason: "COMMAND" }]);
      expect(heard).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
