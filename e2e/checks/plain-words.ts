/** Words that read like a translation, and what to write instead. */
const wordsToAvoid: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\b(tells?|telling|told)\b/i, "reports, emits, says; is called with"],
  [/\banew\b/i, "again"],
  [/\bwho(m|so)?ever\b/i, "anyone who; name the code or the person"],
  [/\bwhatever\b/i, "any, everything that"],
  [/\b(so|that) many (?!as\b)/i, "N, this number of"],
  [/\bstands?\b(?! ?still|alone)/i, "is"],
  [/\bbe had\b/i, "is available, could not be issued"],
  [/\bwants? to be\b/i, "is, must be"],
  [/(?<!const )\b(hears?|heard) of\b/i, "gets, is called with"],
  [/\b(goes|go|going|went) on\b(?! (the|top|a|this|with the call))/i, "continues"],
  [/\bat hand\b/i, "ready, current"],
  [/\b(heeds?|takes? no notice)\b/i, "ignores"],
  [/\b(takes?|taken|took|brings?) (\w+ ){0,3}along\b/i, "sends, includes"],
  [/\bin the place of\b/i, "instead of, replaces"],
  [/\bmend(s|ed|ing)?\b/i, "repair, fix, recover"],
  [/\bmeans this client\b|\bgets nobody\b/i, "what happens, in technical terms"],
];

/** A place in a file with one of the words. */
export interface Finding {
  readonly line: number;
  readonly words: string;
  readonly instead: string;
  readonly text: string;
}

/** Finds the words in a file's prose: the text of a Markdown file; comments, strings and names of tests in code. */
export function findWords(path: string, text: string): Finding[] {
  const lines = path.endsWith(".md") ? markdownLines(text) : codeLines(text);
  return lines.flatMap(({ line, prose }) =>
    wordsToAvoid.flatMap(([pattern, instead]) => {
      const match = pattern.exec(prose);
      return match ? [{ line, words: match[0], instead, text: prose.trim() }] : [];
    }),
  );
}

interface Line {
  readonly line: number;
  readonly prose: string;
}

/** The lines of a page without inline code. Code blocks count, because their comments are prose. */
function markdownLines(text: string): Line[] {
  return text.split("\n").map((prose, index) => ({ line: index + 1, prose: prose.replace(/`[^`]*`/g, "`") }));
}

/** The comments of a program's lines, and its strings of several words. */
function codeLines(text: string): Line[] {
  return text.split("\n").map((source, index) => {
    const comment = /^\s*(?:\/\*\*?|\*|\/\/)(.*)$|(?:^|[\s;{}])\/\/ (.*)$/.exec(source);
    const strings = source.match(/"(?:[^"\\]|\\.)* (?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)* (?:[^'\\]|\\.)*'|`[^`]* [^`]*`?/g);
    const prose = comment ? (comment[1] ?? comment[2] ?? "") : (strings ?? []).join(" ");
    return { line: index + 1, prose: prose.replace(/`[^`]*`/g, (code) => (comment ? "`" : code)) };
  });
}
