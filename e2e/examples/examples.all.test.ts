import { createHmac } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { scripted } from "@voxpipe/emulator";
import { subscribe } from "@voxpipe/relay/subscribe";
import { freePort } from "@voxpipe/testing";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { createTranscript } from "@voxpipe/transcript";
import { expect, inject, test } from "vitest";
import { WebSocket } from "ws";
import { engine, speechWav } from "../../packages/cli/test/speech.ts";
import { calls } from "../../packages/telephony/test/calls.ts";
import { root } from "../workspace.ts";
import { copyExample } from "./start-example.ts";

const key = { ASSEMBLYAI_API_KEY: "example-key" };

test("every example is in the list of examples/README.md", async () => {
  const list = await readFile(join(root, "examples/README.md"), "utf8");
  const folders = readdirSync(join(root, "examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.filter(({ name }) => !list.includes(`\`${name}\``))).toEqual([]);
});

test("express-phone-call: `npm start` answers Twilio, prints both sides of a call, and refuses everyone else", async () => {
  const [twilio] = calls;
  if (!twilio?.stop) expect.unreachable();
  await using emulator = await startEmulator({ engine: scripted([{ text: "Hello.", start: 100, end: 600 }]) });
  await using example = await copyExample("express-phone-call", inject("packed"));
  const port = await freePort();
  const env = { ...key, ASSEMBLYAI_HOST: emulator.url, TWILIO_AUTH_TOKEN: "example-token", PORT: String(port) };
  await using running = example.start(env);
  await running.printed(`Listening on port ${port}`);

  const voice = async (signature: string) =>
    fetch(`http://127.0.0.1:${port}/voice`, {
      method: "POST",
      headers: { "x-twilio-signature": signature },
      body: new URLSearchParams({ To: "+15550101", CallSid: "CA-example" }),
    });
  const signed = `https://127.0.0.1:${port}/voiceCallSidCA-exampleTo+15550101`;
  const signature = createHmac("sha1", "example-token").update(signed).digest("base64");
  expect((await voice("")).status).toBe(403);
  expect((await voice(signature.toLowerCase())).status).toBe(403);
  const answer = await (await voice(signature)).text();
  const [, secret = ""] = /name="secret" value="(.+)"/.exec(answer) ?? [];
  expect(answer).toContain(`wss://127.0.0.1:${port}/media`);

  const say = async (guess: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/media`);
    await once(socket, "open");
    for (const message of twilio.start())
      socket.send(String(message).replace('"secret":"example"', `"secret":"${guess}"`));
    return socket;
  };
  const stranger = await say("a guess");
  expect(await once(stranger, "close")).toMatchObject({ 0: 1008 });
  const call = await say(secret);
  for (let index = 0; index < 100; index++)
    for (const track of twilio.tracks) call.send(twilio.media(track, index, new Uint8Array(160).fill(0x20)));
  call.send(twilio.stop());
  await running.printed("CA-example: the call has ended");
  expect(running.lines.filter((line) => line.includes("Hello.")).toSorted()).toEqual([
    "CA-example: agent: Hello.",
    "CA-example: caller: Hello.",
  ]);
  await example.check();
});

test("voice-agent: `npm start` answers what was said, and stops in the middle when the caller speaks", async () => {
  await using emulator = await startEmulator({ engine: engine() });
  await using model = await startModel();
  await using example = await copyExample("voice-agent", inject("packed"));
  await using running = example.start({ ...key, ASSEMBLYAI_HOST: emulator.url, LLM_URL: model.url });
  const speech = speechWav();
  const middle = 44 + 2.8 * 32_000;

  running.stdin.write(speech.subarray(0, middle));
  await running.printed("Agent: The sun is up.");
  running.stdin.end(speech.subarray(middle));

  expect(await running.ended).toBe(0);
  expect(running.lines.filter((line) => /^(You|Agent): /.test(line))).toEqual([
    "You: Good morning.",
    "Agent: The sun is up.",
    "You: Good night.",
    "Agent: Sleep well.",
  ]);
  expect(model.interrupted()).toBe(1);
  expect(model.requests.at(-1)).toMatchObject({
    stream: true,
    messages: [
      { role: "system" },
      { role: "user", content: "Good morning." },
      { role: "assistant", content: "The sun is up." },
      { role: "user", content: "Good night." },
    ],
  });
  await example.check();
});

test("relay: `npm start` serves a page and its captions; a reader that comes late gets all that was said", async () => {
  await using emulator = await startEmulator({ engine: engine() });
  await using example = await copyExample("relay", inject("packed"));
  await writeFile(join(example.folder, "lecture.wav"), speechWav());
  const port = await freePort();
  const env = { ...key, ASSEMBLYAI_HOST: emulator.url, PORT: String(port) };
  await using running = example.start(env, "lecture.wav");
  await running.printed("The lecture is over; its captions can still be read.");
  const address = `http://localhost:${port}`;
  expect(running.lines).toContain(`Read along at ${address}`);

  expect(await (await fetch(address)).text()).toContain('src="/page.js"');
  expect(await (await fetch(`${address}/page.js`)).text()).toContain("/captions");
  const transcript = createTranscript();
  const leaving = new AbortController();
  const reading = subscribe(`${address}/captions`).pipeTo(transcript.writable, { signal: leaving.signal });
  await expect.poll(() => transcript.snapshot.text).toBe("Good morning. Good night.");
  leaving.abort();
  await reading.catch(() => {});
  await example.check();
});

/** An endpoint like OpenAI's. Its first answer does not end until it is interrupted. */
async function startModel() {
  const requests: unknown[] = [];
  let interrupted = 0;
  const say = (response: ServerResponse, content: string) =>
    response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const text of request) body += String(text);
    requests.push(JSON.parse(body));
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (requests.length > 1) {
      say(response, "Sleep ");
      say(response, "well.");
      response.end("data: [DONE]\n\n");
      return;
    }
    response.on("close", () => interrupted++);
    say(response, "The sun is up. It");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/v1/chat/completions`,
    requests,
    interrupted: () => interrupted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
