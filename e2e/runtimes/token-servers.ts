import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { resolveIn, workerd } from "./programs.ts";
import { type Command, commands, type RunningServer, startProcess, startWorker } from "./start-server.ts";

/** What the servers read from their environment. */
export interface TokenServerEnvironment {
  readonly ASSEMBLYAI_API_KEY: string;
  readonly ASSEMBLYAI_HOST: string;
}

/** `/api/token` is at its `url`. */
export type TokenServer = RunningServer;

const source = fileURLToPath(new URL("./", import.meta.url));

const { node, bun, deno } = commands;
const processes: Readonly<Record<string, () => Command>> = {
  hono: node,
  express: node,
  fastify: node,
  "node-http": node,
  bun,
  deno,
};

/** The servers of the token package's README, each to be started in a project that has it installed as packed. */
export const tokenServers = [...Object.keys(processes), "workerd"];

/** Builds the servers in a folder of such a project, with everything that they import left for Node to find there; gives the folder. */
export async function buildTokenServers(installed: string): Promise<string> {
  const folder = await mkdtemp(join(installed, "servers-"));
  const shared = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", tsconfigRaw: {} } as const;
  await build({
    ...shared,
    entryPoints: Object.keys(processes).map((name) => join(source, "servers", `${name}.ts`)),
    outdir: folder,
    platform: "node",
    packages: "external",
    plugins: [tokenOfTests],
  });
  await build({
    ...shared,
    ...workerd,
    entryPoints: [join(source, "servers/workerd.ts")],
    outfile: join(folder, "workerd.js"),
    absWorkingDir: installed,
    plugins: [resolveIn(installed)],
  });
  return folder;
}

/** Gives the README's servers the `token.ts` of these tests. */
const tokenOfTests: Plugin = {
  name: "token-of-tests",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/token\.ts$/ }, () => ({ path: join(source, "servers/token.ts") })),
};

/** Starts one of them, of the folder in which they were built, on a free port of this machine. */
export async function startTokenServer(
  name: string,
  folder: string,
  environment: TokenServerEnvironment,
): Promise<TokenServer> {
  const program = join(folder, `${name}.js`);
  const command = processes[name];
  if (command !== undefined) return startProcess(command(), program, { ...environment });
  return startWorker(program, {
    bindings: { ...environment },
    ratelimits: { LIMITER: { namespace_id: "1", simple: { limit: 30, period: 60 } } },
  });
}
