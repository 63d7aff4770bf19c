// Copies the version of `voxpipe` into the constant that its handshakes carry.
import { readFileSync, writeFileSync } from "node:fs";

const file = "packages/client/src/platforms/version.ts";
const { version } = JSON.parse(readFileSync("packages/client/package.json", "utf8"));
const text = readFileSync(file, "utf8");
writeFileSync(file, text.replace(/(version = ")[^"]*"/, `$1${version}"`));
