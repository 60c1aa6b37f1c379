import { Argument, type Command } from "commander";
import { createTerminal } from "../../adapters/system/terminal.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** Prints a script that completes commands and options; it knows what this version has. */
export function addCompletion(cli: Command): void {
  cli
    .command("completion")
    .description("print a completion script for your shell")
    .addArgument(new Argument("[shell]", "which").choices(SHELLS).default("bash"))
    .addHelpText(
      "after",
      `
Examples:
  orderflow completion bash > ~/.local/share/bash-completion/completions/orderflow
  orderflow completion zsh > ~/.zfunc/_orderflow      (with \`fpath+=~/.zfunc\` before \`compinit\` in ~/.zshrc)
  orderflow completion fish > ~/.config/fish/completions/orderflow.fish

It completes the word orderflow: where you start it by npx, put \`orderflow() { npx orderflow "$@"; }\` into your shell's start-up file
(in fish: \`function orderflow; npx orderflow $argv; end\`).`,
    )
    .action((shell: Shell) => createTerminal().writeLine(completionScript(cli, shell)));
}

type Entry = { readonly name: string; readonly about: string; readonly words: readonly string[] };

const entriesOf = (cli: Command): readonly Entry[] =>
  cli.commands.map((command) => ({
    name: command.name(),
    about: command.description(),
    words: [
      ...new Set([
        ...command.commands.map((sub) => sub.name()),
        ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
        ...[command, ...command.commands].flatMap(({ options }) => options.flatMap(({ long }) => (long ? [long] : []))),
      ]),
    ],
  }));

export function completionScript(cli: Command, shell: Shell): string {
  const entries = entriesOf(cli);
  if (shell === "fish") return fish(entries);
  return shell === "zsh" ? zsh(entries) : bash(entries);
}

const bash = (entries: readonly Entry[]): string => `_orderflow() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${entries.map(({ name }) => name).join(" ")}"
  else
    case "\${COMP_WORDS[1]}" in
${entries.map(({ name, words }) => `      ${name}) words="${words.join(" ")}" ;;`).join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _orderflow orderflow`;

const quoted = (text: string): string => text.replace(/'/g, "'\\''");

const zsh = (entries: readonly Entry[]): string => `#compdef orderflow
_orderflow() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${entries.map(({ name, about }) => `      '${name}:${quoted(about.replace(/:/g, "\\:"))}'`).join("\n")}
    )
    _describe 'command' commands
  else
    case "$words[2]" in
${entries.map(({ name, words }) => `      ${name}) compadd -- ${words.join(" ")} ;;`).join("\n")}
    esac
    _files
  fi
}
# As a file of fpath it is the function's body; read by \`source\` it has to name itself.
if [ "$funcstack[1]" = "_orderflow" ]; then _orderflow "$@"; else compdef _orderflow orderflow; fi`;

const fish = (entries: readonly Entry[]): string =>
  entries
    .flatMap(({ name, about, words }) => [
      `complete -c orderflow -f -n __fish_use_subcommand -a ${name} -d '${about.replace(/'/g, "\\'")}'`,
      ...words.map((word) => {
        const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`;
        return `complete -c orderflow -f -n '__fish_seen_subcommand_from ${name}' ${what}`;
      }),
    ])
    .join("\n");
