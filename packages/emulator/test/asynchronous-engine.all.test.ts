import { expect, test } from "vitest";
import type { Engine, EngineSession } from "../src/engines/engine.ts";
import { type ScriptedWord, scripted } from "../src/engines/scripted.ts";
import { startEmulator } from "../src/server.ts";
import { silence } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";

/** Four sentences, each a second and a half after the one before. */
const script: ScriptedWord[] = ["One.", "Two words.", "Three more words.", "Four."].flatMap((sentence, turn) =>
  sentence.split(" ").map((text, index) => {
    const start = turn * 2_500 + index * 300;
    return { text, start, end: start + 250 };
  }),
);
const sentences = ["One.", "Two words.", "Three more words.", "Four."];

/** A script that is reported some tasks after the audio was written, as a recogniser in a thread does. */
function late({ settles }: { readonly settles: boolean }): Engine {
  const engine = scripted(script);
  return {
    name: "late",
    async open(listener) {
      const session = await engine.open(listener);
      let work: Promise<void> = Promise.resolve();
      let behind = 0;
      const after = <Result>(run: () => Result): Promise<Result> => {
        const done = work.then(() => new Promise((resolve) => setTimeout(resolve, 1))).then(run);
        work = done.then(() => {});
        return done;
      };
      const slow: EngineSession = {
        write(samples) {
          const copy = samples.slice();
          behind++;
          void after(() => {
            session.write(copy);
            behind--;
          });
        },
        endpoint: () => after(() => session.endpoint()).then((words) => words),
        close: () => session.close(),
      };
      return settles ? { ...slow, settled: () => (behind === 0 ? undefined : work) } : slow;
    },
  };
}

/** The finals of the script, sent at this many times real time, or as fast as it goes. */
async function finals(engine: Engine, speed?: number, force = false): Promise<string[]> {
  await using emulator = await startEmulator({ engine });
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
  for (let sentMs = 0; sentMs < 10_000; sentMs += 50) {
    client.ws.send(silence(50));
    if (force && sentMs === 2_600) client.say({ type: "ForceEndpoint" });
    // Real time is what is tried here.
    if (speed !== undefined) await new Promise((resolve) => setTimeout(resolve, 50 / speed));
  }
  await client.finish();
  return client.finals;
}

test("an engine that says how far it has got gives the same turns in real time and as fast as audio can be sent", async () => {
  const [paced, unpaced] = await Promise.all([finals(late({ settles: true }), 1), finals(late({ settles: true }))]);
  expect(paced).toEqual(sentences);
  expect(unpaced).toEqual(sentences);
});

test("an engine that does not say it gives other turns when audio comes faster than it hears", async () => {
  expect(await finals(late({ settles: false }))).not.toEqual(sentences);
});

test("ForceEndpoint cuts where the audio was when it was said, however far the engine has got", async () => {
  expect(await finals(late({ settles: true }), undefined, true)).toEqual([
    "One.",
    "Two.",
    "Words.",
    ...sentences.slice(2),
  ]);
});

test("a session whose engine never settles ends with its client, and frees the engine", async () => {
  let closed = 0;
  const engine: Engine = {
    name: "stuck",
    open: () => ({
      write() {},
      settled: () => new Promise(() => {}),
      endpoint: async () => [],
      close: () => void closed++,
    }),
  };
  await using emulator = await startEmulator({ engine });
  const client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
  client.audio(silence(1_000));
  client.say({ type: "ForceEndpoint" });
  client.say({ type: "Terminate" });
  await expect.poll(() => emulator.sessions[0]?.received.length).toBe(2);
  client.ws.terminate();
  await emulator.sessions[0]?.ended;
  expect(closed).toBe(1);
});
