import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Small applications, by their file names, as users write them. */
const apps = {
  "whole.js": `
    import { connect, StreamingClient, tokenFrom } from "voxpipe";
    globalThis.app = { connect, StreamingClient, token: tokenFrom("/api/token") };`,
  "ponyfill.js": `
    import { connect, StreamingClient, tokenFrom } from "voxpipe/ponyfill";
    globalThis.app = { connect, StreamingClient, token: tokenFrom("/api/token") };`,
  "microphone.js": `
    import { listMicrophones, openMicrophone } from "@voxpipe/microphone";
    globalThis.app = { listMicrophones, openMicrophone };`,
  "token-only.js": `import { tokenFrom } from "voxpipe"; globalThis.app = tokenFrom("/api/token");`,
  "error-only.js": `import { StreamingError } from "voxpipe"; globalThis.app = (e) => e instanceof StreamingError;`,
  "server-in-browser.js": `
    import { createTemporaryToken } from "@voxpipe/token"; globalThis.app = createTemporaryToken;`,
  "server-in-browser-whole.js": `import * as token from "@voxpipe/token"; globalThis.app = token;`,
  "leaking.js": `
    globalThis.app = () => fetch("https://streaming.assemblyai.com/v3/token?expires_in_seconds=60", {
      headers: { authorization: "the-key-that-stays-on-the-server" },
    });`,
  "leaking-late.js": `
    globalThis.app = () => import("./late.js");`,
  "late.js": `
    // The service's endpoint for this is /v3/token, the header is Authorization.
    globalThis.late = "the-key-that-stays-on-the-server";`,
  "transcribe.js": `
    import { connect } from "voxpipe";
    const session = connect({ apiHost: process.argv[2], apiKey: "a-key", sampleRate: 16000, pace: false });
    const samples = Int16Array.from({ length: 64000 }, (_, i) => (i < 32000 ? 8000 * Math.sin(i / 6) : 0));
    const writer = session.audio.getWriter();
    writer.write(new Uint8Array(samples.buffer));
    writer.close();
    (async () => {
      for await (const event of session.events)
        if (event.type === "Turn" && event.end_of_turn) console.log(event.transcript);
    })();`,
  "mint.js": `
    import { createTemporaryToken, createTokenHandler } from "@voxpipe/token";
    const options = { apiKey: "a-key", apiHost: process.argv[2] };
    const handler = createTokenHandler({ ...options, authorize: () => "ada" });
    (async () => {
      const { expiresInSeconds } = await createTemporaryToken({ ...options, expiresInSeconds: 30 });
      const { status } = await handler(new Request("https://app.example/api/token", { method: "POST" }));
      console.log(expiresInSeconds, status);
    })();`,
};

export type App = keyof typeof apps;

/** Writes the applications into a project that has the packages installed; gives the path of one, in a folder of its own. */
export async function writeApp(name: App, installed: string): Promise<string> {
  const folder = await mkdtemp(join(installed, "app-"));
  await Promise.all(Object.entries(apps).map(([file, code]) => writeFile(join(folder, file), code)));
  return join(folder, name);
}
