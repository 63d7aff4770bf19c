import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRelay } from "@voxpipe/relay";
import { toNodeListener } from "@voxpipe/relay/node";
import { build } from "esbuild";
import { transcribe } from "voxpipe";

const { ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: apiHost, PORT = "3000" } = process.env;
if (!apiKey) throw new Error("Set ASSEMBLYAI_API_KEY.");

const room = "lecture";
// For many servers, give it a Redis client: createRelay({ redis: createClient({ url }) }).
const relay = createRelay();
// Anyone who knows the address may read. Return false for those who may not.
const captions = toNodeListener(relay.handler({ authorize: () => true, room: () => room }));
const page = await readFile(new URL("page.html", import.meta.url));
const { outputFiles } = await build({
  entryPoints: [new URL("page.ts", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  write: false,
});

const server = createServer((request, response) => {
  if (request.url === "/captions") captions(request, response);
  else if (request.url === "/page.js")
    response.setHeader("content-type", "text/javascript").end(outputFiles[0]?.contents);
  else if (request.url === "/") response.setHeader("content-type", "text/html").end(page);
  else response.writeHead(404).end();
});
server.listen(Number(PORT), () => console.log(`Read along at http://localhost:${PORT}`));

/** WAV, from a recorder in a pipe or from a file. */
const [file] = process.argv.slice(2);
const speech = transcribe(file === undefined ? process.stdin : createReadStream(file), {
  apiKey,
  apiHost,
  formatTurns: true,
});
try {
  await relay.publish(room, speech);
  console.log("The lecture is over; its captions can still be read.");
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
  server.close();
}
