import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.ts";

/** A recipe of docs/testing.md as it is printed. */
export interface Recipe {
  readonly title: string;
  /** Its files, by the names in their first lines. */
  readonly files: Readonly<Record<string, string>>;
  /** The command that runs it. */
  readonly command: string;
}

/** Every section of the page, with the files that all of them share. */
export function recipes(): Recipe[] {
  const [intro = "", ...sections] = readFileSync(join(root, "docs/testing.md"), "utf8").split(/^## /m);
  const shared = filesOf(intro);
  return sections.map((section) => {
    const [, command = ""] = /^```sh\n(.*?)\n```$/ms.exec(section) ?? [];
    return { title: section.split("\n", 1).join(""), files: { ...shared, ...filesOf(section) }, command };
  });
}

function filesOf(section: string): Record<string, string> {
  const code = [...section.matchAll(/^```[jt]s\n\/\/ (\S+)\n(.*?)^```$/gms)];
  const [, settings] = /^```json\n(.*?)^```$/ms.exec(section) ?? [];
  return {
    ...Object.fromEntries(code.map(([, name = "", text = ""]) => [name, text])),
    ...(settings !== undefined && { "tsconfig.json": settings }),
  };
}
