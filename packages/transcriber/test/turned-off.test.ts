import { type FakeMicrophones, fakeMicrophones } from "@voxpipe/microphone/testing";
import { expect, test } from "vitest";
import { startKit, tone } from "./kit.ts";

/** Microphones that `stop` turns off, or does not. */
function stoppedBy(fake: FakeMicrophones, stop: () => Promise<void>): FakeMicrophones {
  return {
    ...fake,
    openMicrophone: async (options) => Object.assign(await fake.openMicrophone(options), { stop }),
  };
}

test("a start waits until the microphone of an earlier run is off, also after a further start that was given up", async () => {
  let turnedOff = () => {};
  const off = new Promise<void>((resolve) => {
    turnedOff = resolve;
  });
  const fake = fakeMicrophones({ audio: tone(1), after: "silence" });
  await using kit = await startKit({ microphones: stoppedBy(fake, () => off) });
  const { transcriber } = kit;
  await transcriber.start();
  for (let run = 0; run < 2; run++) {
    transcriber.abort();
    void transcriber.start();
  }
  await new Promise(setImmediate);
  expect(fake.opened).toHaveLength(1);
  turnedOff();
  await kit.until(({ status }) => status === "listening");
  expect(fake.opened).toHaveLength(2);
});

test("a microphone that cannot be turned off does not keep the next start from working", async () => {
  const fake = fakeMicrophones({ audio: tone(1), after: "silence" });
  const fails = () => Promise.reject(new Error("The device does not answer."));
  await using kit = await startKit({ microphones: stoppedBy(fake, fails) });
  const { transcriber } = kit;
  for (let run = 0; run < 3; run++) {
    await transcriber.start();
    expect(transcriber.snapshot).toMatchObject({ status: "listening", error: undefined });
    transcriber.abort();
  }
});
