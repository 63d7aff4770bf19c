import { dirname } from "node:path";
import { run } from "../run.ts";
import { binary } from "./runtimes.ts";
import type { Visit } from "./visitor.ts";
import type { Visitor } from "./visitor-host.ts";

/** Runs a visitor's page in its host, a file that `build-visitor.ts` made; gives what came of the visit. */
export async function visit(host: string, visitor: Visitor): Promise<Visit> {
  const args = ["--experimental-vm-modules", "--no-warnings", host, JSON.stringify(visitor)];
  return JSON.parse(await run(binary("node-24", "bin/node"), args, { cwd: dirname(host) }));
}
