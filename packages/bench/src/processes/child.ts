import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import type { Certificate } from "../inputs/certificate.ts";
import type { ClientTask, ServerTask } from "./child-tasks.ts";

/** What child processes report: figures by name. */
export type Figures = Readonly<Record<string, number>>;
const figures = v.record(v.string(), v.number());

export interface ServerProcess {
  /** `wss://localhost:port`. */
  readonly url: string;
  report(): Promise<Figures>;
  stop(): void;
}

/** A server of its own process, with a port of its own. */
export async function startServer(certificate: Certificate, task: ServerTask): Promise<ServerProcess> {
  const { keyFile, certFile } = certificate;
  const child = start("server.js", { ...task, keyFile, certFile }, {}, []);
  const { port } = await nextFigures(child);
  return {
    url: `wss://localhost:${port}`,
    report: () => {
      child.send("report");
      return nextFigures(child);
    },
    stop: () => child.disconnect(),
  };
}

/** Runs one task in a fresh process, which trusts the certificate, and returns its figures. */
export async function runClient(certificate: Certificate | undefined, task: ClientTask): Promise<Figures> {
  const trust = certificate ? { NODE_EXTRA_CA_CERTS: certificate.certFile } : {};
  const child = start("client.js", task, trust, ["--expose-gc"]);
  const result = await nextFigures(child);
  if (child.exitCode === null) await once(child, "exit");
  return result;
}

function start(program: string, task: object, env: NodeJS.ProcessEnv, execArgv: string[]): ChildProcess {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return fork(path, [JSON.stringify(task)], { execArgv, env: { ...process.env, ...env } });
}

async function nextFigures(child: ChildProcess): Promise<Figures> {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const died = once(child, "exit", { signal }).then(([code]) => {
      throw new Error(`${child.spawnargs.slice(1).join(" ")} ended with ${code} before it reported.`);
    });
    const [message] = await Promise.race([once(child, "message", { signal }), died]);
    return v.parse(figures, message);
  } finally {
    listening.abort();
  }
}
