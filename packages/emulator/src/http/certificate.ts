import { isIP } from "node:net";

/** A key and its self-signed certificate, PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Names and addresses for which a certificate is made, beside those of loopback. */
export interface CertificateNames {
  readonly names: readonly string[];
}

/** Makes a certificate for loopback and these names and addresses, valid from now for a year. */
export async function makeCertificate(extra: readonly string[]): Promise<Certificate> {
  const { generate } = await import("selfsigned");
  const all = [...new Set(["localhost", "*.localhost", "127.0.0.1", "::1", ...extra])];
  const altNames = all.map((name) =>
    isIP(name) ? ({ type: 7, ip: name } as const) : ({ type: 2, value: name } as const),
  );
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
