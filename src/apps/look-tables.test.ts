import { execFileSync } from "node:child_process";
import { Command } from "commander";
import { expect, test } from "vitest";
import { addCompletion, completionScript } from "./commands/completion.ts";
import { addLook } from "./commands/look.ts";
import { leaderTable, tailLine, walletLines } from "./look-tables.ts";

const wallet = {
  ...{ wallet_address: `0x${"ab".repeat(20)}`, reputation_score: 8.15, trader_tier: "WHALE", edge_lower_bound: null },
  ...{
    closed_markets: 65,
    win_rate: 0.98,
    total_pnl_usd: "7217.491794",
    follow_eligible: false,
    ineligible_reason: "WASH",
  },
  ...{ confidence_score: 0.76, total_volume_usd: "7634.53", last_trade_at: Date.UTC(2026, 0, 1) },
};

test("the leaderboard fits the width and keeps what finds the wallet", () => {
  for (const width of [80, 100, 200]) {
    const lines = leaderTable([wallet], width).split("\n");
    expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(width);
    expect(lines[2]).toContain(width < 130 ? "0xabababababab…" : wallet.wallet_address);
  }
  expect(leaderTable([wallet], 200)).toContain("no: WASH");
  expect(leaderTable([], 80)).toContain("first units have to close");
  expect(walletLines(wallet)).toContain("$7,217.49");
});

test("a title cannot steer the terminal", () => {
  const line = tailLine(
    { wallet_address: "0x1", usd_amount: "1.5", side: "BUY", market_title: "\u001b[2Jgone\u202e\nx" },
    200,
  );
  expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(line).toContain("gone");
});

test("the shell completes commands, and options of one", () => {
  const cli = new Command("orderflow");
  addLook(cli);
  addCompletion(cli);
  const complete = (...words: string[]): string =>
    execFileSync("bash", [
      "-c",
      `${completionScript(cli, "bash")}
COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _orderflow; echo "\${COMPREPLY[@]}"`,
    ])
      .toString()
      .trim();
  expect(complete("orderflow", "t")).toBe("top tail");
  expect(complete("orderflow", "tail", "--mi")).toBe("--min-usd");
  expect(complete("orderflow", "completion", "z")).toBe("zsh");
  expect(completionScript(cli, "zsh")).toContain("'wallet:show all about one wallet");
  expect(completionScript(cli, "fish")).toContain("__fish_seen_subcommand_from top' -l sort");
});
