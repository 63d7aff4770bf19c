import { expect, test } from "vitest";
import { samplesIn } from "../audio/audio-format.ts";
import { Transcription } from "../transcription.ts";
import { Scheduler } from "./scheduler.ts";

const speech = (ms: number) => new Float32Array(samplesIn(ms)).fill(0.5);
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
};

/** A scheduler whose every decoding takes `cost` ms of a clock that nothing else moves, and its log of sessions. */
function schedule(cost: number) {
  const clock = { now: 0 };
  const answers: number[] = [];
  let decoded = 0;
  const decode = () => {
    decoded++;
    clock.now += cost;
    return "one two";
  };
  const scheduler = new Scheduler(
    decode,
    (job) => job(),
    () => clock.now,
  );
  const add = (id: number) => {
    const session = new Transcription(
      { voiced: (window) => (window[0] ?? 0) !== 0 },
      { heard: () => {}, endpoint: () => answers.push(id) },
    );
    scheduler.add(id, session);
    return session;
  };
  return { scheduler, clock, add, answers, decodings: () => decoded };
}

test("finals go before readings of open segments, also if those came first", async () => {
  const { scheduler, add, answers, decodings } = schedule(10);
  add(0).write(speech(1_000));
  const second = add(1);
  second.write(speech(1_000));
  second.endpoint(0);
  scheduler.wake();
  await turns(1);
  expect(answers).toEqual([1]);
  expect(decodings()).toBe(1);
});

test("readings of open segments take at most half of the time; finals do not wait for that", async () => {
  const { scheduler, clock, add, answers, decodings } = schedule(100);
  const session = add(0);
  session.write(speech(600));
  scheduler.wake();
  await turns(3);
  session.write(speech(600));
  scheduler.wake();
  await turns(3);
  expect(decodings()).toBe(1);
  clock.now += 100;
  scheduler.wake();
  await turns(3);
  expect(decodings()).toBe(2);
  session.write(speech(600));
  session.endpoint(0);
  scheduler.wake();
  await turns(3);
  expect(answers).toEqual([0]);
});

test("sessions take turns", async () => {
  const { scheduler, add, answers } = schedule(10);
  const [first, second] = [add(1), add(2)];
  for (const session of [first, second]) {
    for (let i = 0; i < 2; i++) {
      session.write(speech(1_000));
      session.endpoint(i);
    }
  }
  scheduler.wake();
  await turns(8);
  expect(answers).toEqual([1, 2, 1, 2]);
});

test("a removed session is not read any more", async () => {
  const { scheduler, add, answers, decodings } = schedule(10);
  const session = add(0);
  session.write(speech(1_000));
  session.endpoint(0);
  scheduler.remove(0);
  scheduler.wake();
  await turns(3);
  expect([answers, decodings()]).toEqual([[], 0]);
});
