import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { PackedPackage } from "../pack.ts";
import { run } from "../run.ts";

/** A registry on this machine that has packed packages, as if they had been published. */
export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
}

/** Serves what npm asks for when it installs: a package's versions, and its tarball. */
export async function serveRegistry(packed: readonly PackedPackage[]): Promise<LocalRegistry> {
  const server = createServer(async ({ url = "/" }, response) => {
    const path = decodeURIComponent(url).slice(1);
    const document = packed.find(({ name }) => name === path);
    const tarball = packed.find(({ name }) => `${name}.tgz` === path);
    try {
      if (tarball !== undefined) response.end(await readFile(tarball.filename));
      else if (document !== undefined) response.end(JSON.stringify(await describe(document, origin())));
      else response.writeHead(404).end();
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: origin(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function describe({ name, version, filename }: PackedPackage, origin: string) {
  const manifest = JSON.parse(await run("tar", ["-xzOf", filename, "package/package.json"], { cwd: "/" }));
  const hash = createHash("sha512").update(await readFile(filename));
  const dist = { tarball: `${origin}${name}.tgz`, integrity: `sha512-${hash.digest("base64")}` };
  return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
