/** A key and its self-signed certificate, PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes a certificate for the loopback names and `host`, valid from now for a year. */
export async function makeCertificate(host: string): Promise<Certificate> {
  const { generate } = await import("selfsigned");
  const names = ["localhost", "*.localhost"].map((value) => ({ type: 2, value }) as const);
  const addresses = new Set(["127.0.0.1", "::1", ...(/^[\d.]+$|:/.test(host) ? [host] : [])]);
  const altNames = [...names, ...[...addresses].map((ip) => ({ type: 7, ip }) as const)];
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames },
    ],
  });
  return { key, cert };
}
