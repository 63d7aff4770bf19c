// Packs every public package into the folder that is named, as `publish` in the workflow takes them. The packages must have
// been built.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [folder = "packed"] = process.argv.slice(2);
const manifests = readdirSync(join(root, "packages")).map((name) =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")),
);
mkdirSync(resolve(folder), { recursive: true });
const filters = manifests.filter((manifest) => !manifest.private).flatMap(({ name }) => ["--filter", name]);
const args = ["-y", "pnpm@10.34.9", "--recursive", ...filters, "pack", "--pack-destination", resolve(folder)];
const { status } = spawnSync("npx", args, { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
