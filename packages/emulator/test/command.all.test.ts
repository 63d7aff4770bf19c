import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../src/http/certificate.ts";
import { silence } from "./support/audio.ts";
import { type BuiltProgram, buildProgram } from "./support/build-program.ts";
import { RawClient } from "./support/raw-client.ts";

let program: BuiltProgram;
let folder: string;

beforeAll(async () => {
  program = await buildProgram("src/bin.ts");
  folder = await mkdtemp(join(tmpdir(), "voxpipe-emulator-"));
});

afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The command with these arguments: its address, its end. */
function start(...args: string[]) {
  const running = program.start(args);
  return { ...running, listening: () => running.line(/^Listening on (.*)$/).then(([, url = ""]) => url) };
}

test("serves a script with faults, records what happened, and plays it back", async () => {
  const script = join(folder, "words.json");
  await writeFile(script, JSON.stringify([{ text: "hello", start: 100, end: 500 }]));
  const first = start("--port", "0", "--script", script, "--record", folder, "--fault", "final:unknown-message");
  const transcribe = async (url: string) => {
    await using client = await RawClient.connect(url, { sample_rate: 16_000 });
    client.audio(silence(2_500));
    await client.finish();
    return client;
  };
  const client = await transcribe(await first.listening());
  expect(client.finals).toEqual(["Hello."]);
  expect(client.messages.some(({ type }) => type === "FromTheFuture")).toBe(true);
  first.stop();
  const { code, text } = await first.ended;
  expect(code).toBe(0);
  expect(text).toContain("session 0: ended with 1000, 2.5 s of audio");

  const recording = join(folder, "session-0.jsonl");
  expect(await readFile(recording, "utf8")).toContain('"transcript":"Hello."');
  const second = start("--port", "0", "--play", recording, "--quiet");
  expect((await transcribe(await second.listening())).finals).toEqual(["Hello."]);
  second.stop();
  expect(await second.ended).toMatchObject({ code: 0, text: expect.stringMatching(/^Listening on ws:\S+$/) });
});

test("--tls writes the certificate that clients need", async () => {
  const file = join(folder, "certificate.pem");
  const served = start("--port", "0", "--tls", file);
  expect(await served.listening()).toMatch(/^wss:/);
  expect(await readFile(file, "utf8")).toContain("BEGIN CERTIFICATE");
  served.stop();
  await served.ended;
});

test("--tls-name makes the certificate for a client's fixed host, --tls-key and --tls-cert pass your own", async () => {
  const file = join(folder, "named.pem");
  const named = start("--port", "0", "--tls", file, "--tls-name", "streaming.assemblyai.com");
  expect(await named.listening()).toMatch(/^wss:/);
  expect(new X509Certificate(await readFile(file)).subjectAltName).toContain("DNS:streaming.assemblyai.com");
  named.stop();
  await named.ended;

  const { key, cert } = await makeCertificate(["example.test"]);
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  await writeFile(keyFile, key);
  await writeFile(certFile, cert);
  const brought = start("--port", "0", "--tls-key", keyFile, "--tls-cert", certFile);
  const { port } = new URL(await brought.listening());
  const secure = connect({ port: Number(port), host: "127.0.0.1", ca: cert, servername: "example.test" });
  await once(secure, "secureConnect");
  secure.destroy();
  brought.stop();
  await brought.ended;
});

test("--session-limit-code sets how sessions beyond the limit are refused", async () => {
  const served = start("--port", "0", "--session-limit", "1", "--session-limit-code", "3009");
  const url = await served.listening();
  await using first = await RawClient.connect(url, { sample_rate: 16_000 });
  await first.until("Begin");
  await using second = await RawClient.connect(url, { sample_rate: 16_000 });
  expect((await second.closed).code).toBe(3_009);
  served.stop();
  await served.ended;
});

test("--help explains itself", async () => {
  const { code, text } = await start("--help").ended;
  expect(code).toBe(0);
  for (const word of ["--port", "--fault", "audio=1200:drop", "--pacing", "/emulator/"]) expect(text).toContain(word);
});

test.each([
  [["--port", "70000"], 2, "Use a whole number from 0 to 65535."],
  [["--unknown"], 2, "unknown option '--unknown'"],
  [["--fault", "lunch:drop"], 2, "lunch"],
  [["--pacing", "slow"], 2, "Allowed choices are free, refuse, throttle."],
  [["--script", "/nowhere/words.json"], 2, "Cannot play /nowhere/words.json: ENOENT"],
  [["--engine", "no-such-module"], 2, "Cannot load the engine no-such-module"],
  [["--script", "a", "--play", "b"], 2, "cannot be combined"],
  [["--tls-key", "a"], 2, "--tls-key and --tls-cert need each other"],
  [["--tls-key", "/nowhere/a", "--tls-cert", "/nowhere/b"], 1, "/nowhere/a"],
  [["--host", "203.0.113.7"], 1, "Cannot listen on 203.0.113.7"],
])("%j ends with %i and one clear line", async (args, expected, message) => {
  const { code, text } = await start(...args).ended;
  expect(code).toBe(expected);
  expect(text).toContain(message);
  expect(text).not.toMatch(/\n\s+at /);
});

test("a port in use is reported in one line", async () => {
  const first = start("--port", "0");
  const port = new URL(await first.listening()).port;
  const { code, text } = await start("--port", port).ended;
  expect([code, text]).toEqual([
    1,
    `error: Port ${port} on 127.0.0.1 is in use. Stop the program that listens there, choose another port, or use port 0 for any free one.`,
  ]);
  first.stop();
  await first.ended;
});
