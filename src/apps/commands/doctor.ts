import type { Command } from "commander";
import type { Finding } from "../../services/doctor/finding.ts";
import { runDoctor } from "../../services/doctor/run-doctor.ts";
import { doctorDeps } from "../live/doctor-parts.ts";
import { EXIT, type Program, runProgram } from "../program.ts";

type Flags = { readonly json?: true; readonly live?: true };

export function addDoctor(cli: Command): void {
  cli
    .command("doctor")
    .description("look at everything that trading needs, and say what is wrong and what to do about it")
    .option("--live", "also what live trading needs (so by itself once SIGNER_SOCKET is set or live is asked for)")
    .option("--json", "the findings as JSON")
    .addHelpText("after", "\nExit code 0: nothing fails (warnings may be left). 1: something does. 2: wrong settings.")
    .action((flags: Flags) => runProgram((program) => run(program, flags)));
}

async function run(program: Program, { json, live }: Flags): Promise<number> {
  const { environment, terminal, signal } = program;
  const isLive = live === true || environment.SIGNER_SOCKET !== null || !environment.ENABLE_PAPER_TRADING;
  const findings = await runDoctor(doctorDeps(program, isLive), signal);
  const works = findings.every(({ level }) => level !== "fail");
  const mode = isLive ? "LIVE" : "PAPER";
  if (json === true) terminal.writeLine(JSON.stringify({ mode, works, findings }, null, 2));
  else terminal.writeLine(textOf(findings, mode, works));
  return works ? EXIT.done : EXIT.failed;
}

function textOf(findings: readonly Finding[], mode: string, works: boolean): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, detail, fix }) => [
    `${level.padEnd(4)}  ${check.padEnd(width)}  ${detail}`,
    ...(fix === null ? [] : [`${" ".repeat(width + 8)}→ ${fix}`]),
  ]);
  const trading = mode === "LIVE" ? "live trading" : "trading on paper";
  const next = mode === "LIVE" ? " Next: `orderflow livetest --usd 1`." : "";
  const end = works ? `Nothing stands in the way of ${trading}.${next}` : `Not ready for ${trading}.`;
  return [...lines, "", end].join("\n");
}
