import { mkdtemp, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { resolveIn, workerd } from "../runtimes/programs.ts";
import { type Command, commands, type RunningServer, startProcess, startWorker } from "../runtimes/start-server.ts";

const source = fileURLToPath(new URL("./hosts/", import.meta.url));
const tests = fileURLToPath(new URL("../../packages/telephony/test/", import.meta.url));

const processes: Readonly<Record<string, { readonly command: () => Command; readonly program: string }>> = {
  "Fastify in Node": { command: commands.node, program: "fastify" },
  "Hono on Bun": { command: commands.bun, program: "hono-bun" },
  "Hono on Deno": { command: commands.deno, program: "hono-deno" },
  Bun: { command: commands.bun, program: "bun" },
  Deno: { command: commands.deno, program: "deno" },
};
const workers: Readonly<Record<string, string>> = {
  "Hono on workerd": join(tests, "hosts/hono-workers.ts"),
  workerd: join(tests, "examples/workers.ts"),
};

/** The servers that the telephony package's README names beside Express. */
export const mediaServers = [...Object.keys(processes), ...Object.keys(workers)];

/** What the README's `transcribe.ts` is for a provider. */
export type Edit = (transcribe: string) => string;

/** Builds the servers in a folder of a project that has the packages installed as packed; gives the folder. */
export async function buildMediaServers(installed: string, edit: Edit): Promise<string> {
  const folder = await mkdtemp(join(installed, "media-servers-"));
  const shared = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", tsconfigRaw: {} } as const;
  const edited: Plugin = {
    name: "edited",
    setup: ({ onLoad }) =>
      onLoad({ filter: /transcribe\.ts$/ }, async ({ path }) => ({
        contents: edit(await readFile(path, "utf8")),
        loader: "ts",
      })),
  };
  await build({
    ...shared,
    entryPoints: Object.values(processes).map(({ program }) => join(source, `${program}.ts`)),
    outdir: folder,
    platform: "node",
    packages: "external",
    plugins: [edited],
  });
  await build({
    ...shared,
    ...workerd,
    entryPoints: Object.values(workers),
    outdir: folder,
    entryNames: "[name]",
    absWorkingDir: installed,
    plugins: [edited, resolveIn(installed)],
  });
  return folder;
}

/** Starts one of them, of the folder in which they were built. Captions are `printed`, strangers and failures are reported. */
export function startMediaServer(
  name: string,
  folder: string,
  apiHost: string,
  report: (line: string) => void,
): Promise<RunningServer> {
  const environment = { ASSEMBLYAI_API_KEY: "a-key-for-tests", ASSEMBLYAI_HOST: apiHost, MEDIA_SECRET: "example" };
  const host = processes[name];
  if (host) return startProcess(host.command(), join(folder, `${host.program}.js`), environment, report);
  const program = join(folder, `${basename(workers[name] ?? "", ".ts")}.js`);
  return startWorker(program, { compatibilityFlags: ["nodejs_compat"], bindings: environment }, report);
}
