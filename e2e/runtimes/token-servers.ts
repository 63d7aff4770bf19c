import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { resolveIn, workerd } from "./programs.ts";

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
const onNode = ["hono", "express", "fastify", "node-http"];

/** The servers of the token package's README, each to be started in a project that has it installed as packed. */
export const tokenServers = [...onNode, "workerd"];

/** Builds the servers in a folder of such a project, with everything that they import left for Node to find there; gives the folder. */
export async function buildTokenServers(installed: string): Promise<string> {
  const folder = await mkdtemp(join(installed, "servers-"));
  const shared = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", tsconfigRaw: {} } as const;
  await build({
    ...shared,
    entryPoints: onNode.map((name) => join(source, "servers", `${name}.ts`)),
    outdir: folder,
    platform: "node",
    packages: "external",
  });
  await build({
    ...shared,
    ...workerd,
    entryPoints: [join(source, "../../packages/token/test/examples/workers.ts")],
    outfile: join(folder, "workerd.js"),
    absWorkingDir: installed,
    plugins: [resolveIn(installed)],
  });
  return folder;
}

/** Starts one of them, of the folder in which they were built, on a free port of this machine. */
export async function startTokenServer(
  name: string,
  folder: string,
  environment: TokenServerEnvironment,
): Promise<TokenServer> {
  const program = join(folder, `${name}.js`);
  return name === "workerd" ? startWorker(program, environment) : startProcess(program, environment);
}

async function startProcess(program: string, environment: TokenServerEnvironment): Promise<TokenServer> {
  const env = { PATH: process.env.PATH, ...environment };
  const server = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(server, "exit");
  for await (const line of createInterface({ input: server.stdout })) {
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
