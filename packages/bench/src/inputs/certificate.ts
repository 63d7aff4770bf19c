import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A self-signed certificate for the loopback names, in files, since `NODE_EXTRA_CA_CERTS` reads one. */
export interface Certificate {
  readonly keyFile: string;
  readonly certFile: string;
  remove(): Promise<void>;
}

export async function makeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-bench-"));
  const certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  const pem = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  await Promise.all([writeFile(certFile, pem.cert), writeFile(keyFile, pem.private, { mode: 0o600 })]);
  return { keyFile, certFile, remove: () => rm(folder, { recursive: true }) };
}
