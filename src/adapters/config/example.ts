import { environment, type Variable } from "./environment.ts";

const WIDTH = 100;

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function renderVariable(name: string, variable: Variable<unknown>): string {
  const sort = `${variable.kind.label}${variable.secret ? ". Secret: never printed" : ""}.`;
  const comment = [...wrap(variable.description), ...wrap(`${sort[0]?.toUpperCase()}${sort.slice(1)}`)];
  return [...comment.map((line) => `# ${line}`), `#${name}=${variable.default ?? ""}`].join("\n");
}

/** Text of `.env.example`: every variable with its default, commented out, so a copy of it changes nothing. */
export function renderEnvExample(): string {
  const head = [
    "# Copy to .env and take the # away in front of what you want to change. Everything has a default.",
    "# The real environment wins over this file. A name that is not listed here stops the start.",
    "# Generated from src/adapters/config/environment.ts by `npm run env:example`.",
  ].join("\n");
  const groups = Object.entries<Record<string, Variable<unknown>>>(environment).map(([title, group]) =>
    [`# --- ${title} ---`, ...Object.entries(group).map(([name, variable]) => renderVariable(name, variable))].join(
      "\n\n",
    ),
  );
  return `${[head, ...groups].join("\n\n")}\n`;
}
