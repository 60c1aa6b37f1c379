import source from "../../../docs/glossary.md?raw";

export type Entry = { readonly term: string; readonly identifiers: readonly string[]; readonly meaning: string };

/** The rows of the table in docs/glossary.md: the pages explain terms with the words of the documentation. */
export function parseGlossary(markdown: string): readonly Entry[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| Term"))
    .map((line) => {
      const [, term = "", identifiers = "", meaning = ""] = line.split("|").map((cell) => cell.trim());
      return {
        term,
        identifiers: [...identifiers.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
        meaning: meaning.replaceAll("`", ""),
      };
    });
}

export const glossary = parseGlossary(source);

const byName = new Map<string, Entry>();
for (const entry of glossary) {
  for (const name of [...entry.identifiers, entry.term, ...entry.term.split(", ")]) {
    const key = name.toLowerCase();
    if (!byName.has(key)) byName.set(key, entry);
  }
}

export const lookUp = (name: string): Entry | undefined => byName.get(name.toLowerCase());
