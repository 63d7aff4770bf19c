import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { run } from "../run.ts";
import { type Manifest, publicPackages, readManifest, root } from "../workspace.ts";

const workflows = join(root, ".github/workflows");

describe("the workflow", () => {
  const files = readdirSync(workflows);
  const text = (file: string) => readFileSync(join(workflows, file), "utf8");

  test.each(files)("%s pins every action by its commit, and says which version that is", (file) => {
    const uses = [...text(file).matchAll(/\buses:\s*(.+)$/gm)].map(([, action = ""]) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  test("publishes what passed on every Node, with provenance and without a stored token", () => {
    const { permissions, jobs }: Workflow = parse(text("ci.yml"));
    expect(permissions).toEqual({ contents: "read" });
    const { gate, publish } = jobs;
    expect(gate?.strategy?.matrix.node).toEqual([20, 22, 24]);
    expect(gate?.steps.map((step) => step.run)).toContain(".ci/run");
    expect(gate?.permissions).toBeUndefined();
    expect(publish).toMatchObject({ needs: "gate", permissions: { "id-token": "write" } });
    expect(publish?.if).toContain("github.ref == 'refs/heads/main'");
    const release = publish?.steps.find((step) => step.run?.endsWith(" release"));
    expect(release?.env).toEqual({ NPM_CONFIG_PROVENANCE: "true" });
    expect(text("ci.yml")).not.toMatch(/secrets\./);
  });
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
      await run(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), "version"], { cwd: folder });

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
  }, 60_000);
});

function workspaceManifests(): string[] {
  const folders = readdirSync(join(root, "packages")).map((name) => `packages/${name}/package.json`);
  return [...folders, "e2e/package.json"];
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly if?: string;
  readonly permissions?: unknown;
  readonly strategy?: { readonly matrix: Readonly<Record<string, unknown>> };
  readonly steps: readonly { readonly run?: string; readonly env?: unknown }[];
}
