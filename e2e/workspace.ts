import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The workspace's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly description?: string;
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string };
  readonly keywords?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Target;
  readonly bin?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A value of an `exports` map: a file, or one per condition or subpath. */
export type Target = string | null | { readonly [key: string]: Target };

export interface PublicPackage {
  /** The folder's name under `packages/`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The packages that are published: those under `packages/` that are not private. */
export function publicPackages(): PublicPackage[] {
  return readdirSync(`${root}packages`)
    .map((folder) => ({ folder, manifest: readManifest(`${root}packages/${folder}`) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** The package.json in `folder`, an absolute path. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
}

/** Every file that an `exports` map can lead to, with the conditions on the way to it. */
export function exportedFiles(
  target: Target | undefined,
  conditions: readonly string[] = [],
): { file: string; conditions: readonly string[] }[] {
  if (target === undefined || target === null) return [];
  if (typeof target === "string") return [{ file: target, conditions }];
  return Object.entries(target).flatMap(([key, value]) => exportedFiles(value, [...conditions, key]));
}
