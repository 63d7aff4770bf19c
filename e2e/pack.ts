import { run } from "./run.ts";
import { publicPackages, root } from "./workspace.ts";

/** A public package as users get it. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the tarball. */
  readonly filename: string;
  /** What is in it, relative to the package's folder. */
  readonly files: readonly { readonly path: string }[];
}

/**
 * Packs every public package into `folder`, as publishing would: `workspace:` ranges become versions, and the
 * workspace's LICENSE goes into each. The packages must have been built.
 */
export async function pack(folder: string): Promise<PackedPackage[]> {
  const filters = publicPackages().flatMap(({ manifest }) => ["--filter", manifest.name]);
  const args = ["pnpm@10.34.9", ...filters, "--recursive", "pack", "--pack-destination", folder, "--json"];
  const packed: PackedPackage | PackedPackage[] = JSON.parse(await run("npx", ["-y", ...args], { cwd: root }));
  return Array.isArray(packed) ? packed : [packed];
}
