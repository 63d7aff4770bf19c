import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { Miniflare } from "miniflare";
import { resolveIn, workerd } from "./programs.ts";
import { bun, deno, denoFlags } from "./runtimes.ts";

/** What the servers read from their environment. */
export interface TokenServerEnvironment {
  readonly ASSEMBLYAI_API_KEY: string;
  readonly ASSEMBLYAI_HOST: string;
}

export interface TokenServer extends AsyncDisposable {
  /** Where `/api/token` is. */
  readonly url: string;
}

const source = fileURLToPath(new URL("./", import.meta.url));

/** The command and the flags of a runtime that runs a file. */
type Command = readonly [program: string, ...flags: string[]];

const node = (): Command => [process.execPath];
const processes: Readonly<Record<string, () => Command>> = {
  hono: node,
  express: node,
  fastify: node,
  "node-http": node,
  bun: () => [bun(), "run"],
  deno: () => [deno(), ...denoFlags],
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
  return command === undefined ? startWorker(program, environment) : startProcess(command(), program, environment);
}

async function startProcess(
  [command, ...flags]: Command,
  program: string,
  environment: TokenServerEnvironment,
): Promise<TokenServer> {
  // Bun takes its port from PORT, Deno its address from DENO_SERVE_ADDRESS: any that is free.
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    PORT: "0",
    DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
    DENO_NO_UPDATE_CHECK: "1",
    ...environment,
  };
  const server = spawn(command, [...flags, program], {
    cwd: dirname(program),
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  for await (const line of createInterface({ input: server.stdout })) {
    if (!/^\d+$/.test(line)) continue;
    server.stdout.resume();
    return {
      url: `http://127.0.0.1:${line}`,
      async [Symbol.asyncDispose]() {
        server.kill();
        await exited;
      },
    };
  }
  throw new Error(`${program} ended without a port.`);
}

async function startWorker(program: string, environment: TokenServerEnvironment): Promise<TokenServer> {
  const miniflare = new Miniflare({
    modules: true,
    script: await readFile(program, "utf8"),
    compatibilityDate: "2026-07-30",
    bindings: { ...environment },
    ratelimits: { LIMITER: { namespace_id: "1", simple: { limit: 30, period: 60 } } },
  });
  const url = await miniflare.ready;
  return { url: url.origin, [Symbol.asyncDispose]: () => miniflare.dispose() };
}
