import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { connect } from "voxpipe";
import { run } from "../run.ts";
import { readManifest, root } from "../workspace.ts";
import { type LocalRegistry, serveRegistry } from "./local-registry.ts";

/** The user `node` of the image. */
const imageUser = 1_000;

const emulator = readManifest(`${root}packages/emulator`);
let file: Map<string, string>;
let registry: LocalRegistry;
let folder: string;
let env: NodeJS.ProcessEnv;

/** A machine with nothing of ours on it but what npm finds in a registry that has our packages as packed. */
beforeAll(async () => {
  file = instructions(await readFile(`${root}packages/emulator/Containerfile`, "utf8"));
  registry = await serveRegistry(inject("packed"));
  folder = await mkdtemp(join(tmpdir(), "voxpipe-container-"));
  await chmod(folder, 0o755);
  const config = await readFile(
    (await run("npm", ["config", "get", "globalconfig"], { cwd: folder })).trim(),
    "utf8",
  ).catch(() => "");
  await writeFile(join(folder, "npmrc"), `${config}\n@voxpipe:registry=${registry.url}\n`);
  env = {
    ...process.env,
    npm_config_globalconfig: join(folder, "npmrc"),
    npm_config_prefix: join(folder, "usr"),
    npm_config_cache: join(folder, "cache"),
    HOME: join(folder, "home"),
    PATH: `${join(folder, "usr/bin")}:${process.env.PATH}`,
  };
  await mkdir(join(folder, "home"));
});

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** What follows each instruction; each comes once. */
function instructions(text: string): Map<string, string> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const pairs = lines.map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) ?? expect.fail(`No instruction: ${line}`));
  expect(new Set(pairs.map(([keyword]) => keyword)).size).toBe(pairs.length);
  return new Map(pairs.map(([keyword = "", rest = ""]) => [keyword, rest]));
}

test("the base image has a Node that the package runs on, and the version is the package's", () => {
  expect([...file.keys()]).toEqual(["FROM", "ARG", "RUN", "USER", "EXPOSE", "ENTRYPOINT"]);
  expect(Number(/^node:(\d+)-slim$/.exec(file.get("FROM") ?? "")?.[1])).toBeGreaterThanOrEqual(20);
  expect(file.get("ARG")).toBe(`VERSION=${emulator.version}`);
  expect(file.get("USER")).toBe("node");
});

test("RUN installs the package, and ENTRYPOINT serves it to other machines, as a user without rights", {
  timeout: 120_000,
}, async () => {
  await run("sh", ["-c", file.get("RUN") ?? ""], { cwd: folder, env: { ...env, VERSION: emulator.version } });
  const [program = "", ...args]: string[] = JSON.parse(file.get("ENTRYPOINT") ?? "");
  expect(args[args.indexOf("--port") + 1]).toBe(file.get("EXPOSE"));
  // The port is any free one, as others may run here too; all else is as it is written.
  const anyPort = args.map((arg) => (arg === file.get("EXPOSE") ? "0" : arg));
  const user = process.getuid?.() === 0 ? { uid: imageUser, gid: imageUser } : {};
  const child = spawn(program, anyPort, { cwd: "/", env, stdio: ["ignore", "pipe", "inherit"], ...user });
  const exited = once(child, "exit");
  try {
    const url = await listening(child.stdout);
    for (const host of ["127.0.0.1", ...otherAddresses()]) {
      const session = connect({ apiHost: url.replace("127.0.0.1", host), apiKey: "test", sampleRate: 16_000 });
      await session.opened;
      expect(await session.close()).toMatchObject({ audioDurationSeconds: 0 });
    }
  } finally {
    // As `docker stop` does.
    child.kill("SIGTERM");
  }
  expect(await exited).toEqual([0, null]);
});

test("npx -y -p runs the command where nothing is installed", async () => {
  const empty = join(folder, "empty");
  await mkdir(empty);
  const help = await run("npx", ["-y", "-p", emulator.name, "voxpipe-emulator", "--help"], { cwd: empty, env });
  expect(help).toContain("Usage: voxpipe-emulator");
});

/** This machine's addresses beside loopback: another machine's way in. */
function otherAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.flatMap(({ family, internal, address }) => (family === "IPv4" && !internal ? [address] : []));
}

async function listening(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /^Listening on (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    output.resume();
    return url;
  }
  throw new Error("The command ended without listening.");
}
