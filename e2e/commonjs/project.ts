import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { inject } from "vitest";
import { run } from "../run.ts";

const { resolve } = createRequire(import.meta.url);

/** A CommonJS project that has the packages as packed. */
export interface CommonJsProject extends AsyncDisposable {
  readonly folder: string;
  /** @throws Error with what the compiler reports */
  compile(compiler: string, options: Readonly<Record<string, unknown>>): Promise<void>;
}

const program = `import { wavToPcm16 } from "@voxpipe/audio";
import { createTokenHandler } from "@voxpipe/token";
import { connect, StreamingClient, type TurnEvent } from "voxpipe";
import ponyfill = require("voxpipe/ponyfill");

const turns: TurnEvent[] = [];
export const client: StreamingClient = new StreamingClient({ apiKey: "a-key" }).on("Turn", (_, turn) => turns.push(turn));
export const all = [connect, wavToPcm16, createTokenHandler, ponyfill.connect].map((each) => typeof each);
console.log(all.join(" "));
`;

const settings = {
  strict: true,
  esModuleInterop: true,
  skipLibCheck: true,
  types: ["node"],
  lib: ["es2023", "dom"],
  target: "es2023",
};

export async function createCommonJsProject(): Promise<CommonJsProject> {
  const folder = await mkdtemp(join(inject("installed"), "commonjs-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "commonjs" }));
  await writeFile(join(folder, "index.ts"), program);
  return {
    folder,
    async compile(compiler, options) {
      const tsconfig = { compilerOptions: { ...settings, ...options }, files: ["index.ts"] };
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
      const tsc = join(resolve(`${compiler}/package.json`), "../bin/tsc");
      await run(process.execPath, [tsc, "-p", "tsconfig.json", "--pretty", "false"], { cwd: folder });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
