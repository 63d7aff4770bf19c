import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { run } from "../run.ts";
import { type Manifest, publicPackages, readManifest, root } from "../workspace.ts";

const workflows = join(root, ".github/workflows");
const changesets = join(root, "node_modules/@changesets/cli/bin.js");

describe("the workflow", () => {
  const files = readdirSync(workflows);
  const text = (file: string) => readFileSync(join(workflows, file), "utf8");

  test.each(files)("%s pins every action by its commit, and says which version that is", (file) => {
    const uses = [...text(file).matchAll(/\buses:\s*(.+)$/gm)].map(([, action = ""]) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  const { on, permissions, jobs }: Workflow = parse(text("ci.yml"));

  test("runs for what is proposed and for what is merged, and for nothing else", () => {
    expect(files).toEqual(["ci.yml"]);
    expect(on).toEqual({ pull_request: null, push: { branches: ["main"] } });
    expect(Object.keys(jobs)).toEqual(["gate", "pack", "publish", "tag"]);
  });

  test("runs the whole gate on every Node, and nothing of it may fail or be left out", () => {
    const { gate } = jobs;
    expect(gate?.strategy).toEqual({ "fail-fast": false, matrix: { node: [20, 22, 24] } });
    expect(gate?.steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"))?.with).toEqual({
      "node-version": expect.stringMatching(/^\$\{\{ matrix\.node \}\}$/),
    });
    expect(gate?.steps.at(-1)).toEqual({ run: ".ci/run" });
    // Neither the job nor a step has an `if` or a `continue-on-error`, under which a failure would pass.
    expect(Object.keys(gate ?? {}).toSorted()).toEqual(["name", "runs-on", "steps", "strategy", "timeout-minutes"]);
    for (const step of gate?.steps ?? [])
      expect(["run", "uses", "with"]).toEqual(expect.arrayContaining(Object.keys(step)));
  });

  test.each([
    ["pack", "gate"],
    ["publish", "pack"],
    ["tag", "publish"],
  ])("%s comes after %s, and only on main", (name, needs) => {
    const job = jobs[name];
    expect(job?.needs).toBe(needs);
    // Without a status function such as always(), a job with `needs` runs only where these succeeded.
    expect(job?.if).toBe("github.event_name == 'push' && github.ref == 'refs/heads/main'");
    const keys = ["environment", "if", "name", "needs", "permissions", "runs-on", "steps", "timeout-minutes"];
    expect(keys).toEqual(expect.arrayContaining(Object.keys(job ?? {})));
    for (const step of job?.steps ?? [])
      expect(["run", "uses", "with"]).toEqual(expect.arrayContaining(Object.keys(step)));
  });

  test("packs what is committed", () => {
    expect(jobs.pack?.steps.flatMap(({ run }) => run ?? [])).toEqual([
      "npx -y pnpm@10.34.9 install --frozen-lockfile",
      "npx -y pnpm@10.34.9 run release",
    ]);
    expect(readManifest(root).scripts).toMatchObject({ release: "pnpm build && node .ci/pack.mjs packed" });
  });

  test("the job that may publish neither checks out nor builds: it publishes what the other one packed", () => {
    const { publish } = jobs;
    expect(publish?.environment).toBe("npm");
    expect(publish?.steps.map(({ uses }) => uses?.split("@")[0])).toEqual([
      "actions/setup-node",
      "actions/download-artifact",
      undefined,
    ]);
    expect(publish?.steps.at(-1)?.run).not.toMatch(/pnpm|npx|npm (ci|install|run|exec)/);
    expect(text("ci.yml")).not.toMatch(/secrets\.|_TOKEN|always\(|failure\(|cancelled\(/i);
  });

  test("publishes the tarballs whose version is not published, with provenance and without running their scripts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "voxpipe-publish-"));
    try {
      const packed = inject("packed");
      for (const { filename } of packed) await cp(filename, join(folder, basename(filename)));
      // An npm that knows one of them, and writes down what it is asked to publish.
      const npm = `#!/bin/sh\ncase "$1 $2" in\n"view voxpipe@"*) echo 1 ;;\nview*) exit 1 ;;\n*) echo "$@" >> published ;;\nesac\n`;
      await writeFile(join(folder, "npm"), npm, { mode: 0o755 });
      const script = jobs.publish?.steps.at(-1)?.run ?? "";
      const env = { PATH: `${folder}:${process.env.PATH}` };
      const printed = await run("bash", ["-e", "-o", "pipefail", "-c", script], { cwd: folder, env });
      const published = (await readFile(join(folder, "published"), "utf8")).trim().split("\n").toSorted();
      const expected = packed.filter(({ name }) => name !== "voxpipe").map(({ filename }) => basename(filename));
      const options = "--provenance --access public --ignore-scripts";
      expect(published).toEqual(expected.map((name) => `publish ./${name} ${options}`).toSorted());
      expect(printed).toMatch(/^voxpipe@\S+ is published$/m);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("every job may do no more than it has to, and none both builds and publishes", () => {
    expect(permissions).toEqual({ contents: "read" });
    expect(jobs.gate?.permissions).toBeUndefined();
    expect(jobs.pack?.permissions).toBeUndefined();
    expect(jobs.publish?.permissions).toEqual({ "id-token": "write" });
    expect(jobs.tag?.permissions).toEqual({ contents: "write" });
    for (const job of [jobs.gate, jobs.pack]) expect(job?.steps[0]?.with).toEqual({ "persist-credentials": false });
  });
});

test("every changeset names its packages as the release reads them", () => {
  const files = readdirSync(join(root, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md");
  for (const file of files)
    expect(readFileSync(join(root, ".changeset", file), "utf8"), file).toMatch(
      /^---\n\s*("[^"]+": (patch|minor|major)\n)+---\n/,
    );
});

describe("every published package", () => {
  test("has the same version", () => {
    expect(new Set(publicPackages().map(({ manifest }) => manifest.version)).size).toBe(1);
  });

  test("gets the same next version, whichever of them changed; what is private gets none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "voxpipe-release-"));
    try {
      const manifests = ["package.json", ...workspaceManifests()];
      for (const path of [...manifests, "pnpm-workspace.yaml", ".changeset/config.json"]) {
        await mkdir(join(folder, path, ".."), { recursive: true });
        await cp(join(root, path), join(folder, path));
      }
      await symlink(join(root, "node_modules"), join(folder, "node_modules"));
      const told = '---\n"@voxpipe/audio": minor\n---\n\nReads one more format.\n';
      await writeFile(join(folder, ".changeset/one-more-format.md"), told);
      await run("git", ["init", "--quiet"], { cwd: folder });
      await run(process.execPath, [changesets, "version"], { cwd: folder });

      const before = workspaceManifests().map((path) => readManifest(join(root, path, "..")));
      const after = workspaceManifests().map((path) => readManifest(join(folder, path, "..")));
      const versions = (all: readonly Manifest[], isPrivate: boolean) =>
        all.filter((manifest) => (manifest.private ?? false) === isPrivate).map(({ version }) => version);
      const [version] = versions(before, false);
      const [major, minor] = (version ?? "").split(".").map(Number);
      expect(new Set(versions(after, false))).toEqual(new Set([`${major}.${Number(minor) + 1}.0`]));
      expect(versions(after, true)).toEqual(versions(before, true));
      expect(await readFile(join(folder, "packages/audio/CHANGELOG.md"), "utf8")).toContain("Reads one more format.");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function workspaceManifests(): string[] {
  const folders = readdirSync(join(root, "packages")).map((name) => `packages/${name}/package.json`);
  return [...folders, "e2e/package.json"];
}

interface Workflow {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: unknown;
  readonly environment?: unknown;
  readonly permissions?: unknown;
  readonly strategy?: unknown;
  readonly steps: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly env?: unknown;
    readonly with?: unknown;
  }[];
}
