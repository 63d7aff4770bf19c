// @vitest-environment jsdom
import { openMicrophone } from "@voxpipe/microphone";
import { expect, test, vi } from "vitest";

// As the README has it.
const fake = await vi.hoisted(async () => {
  const { fakeMicrophones } = await import("@voxpipe/microphone/testing");
  return fakeMicrophones({ audio: new Int16Array(16_000) });
});
vi.mock("@voxpipe/microphone", async (original) => ({ ...(await original<object>()), ...fake }));

test("the package is mocked as its page says, and keeps its errors", async () => {
  const { MicrophoneError } = await import("@voxpipe/microphone");
  fake.refuse("permission-denied");
  await expect(openMicrophone()).rejects.toBeInstanceOf(MicrophoneError);
  fake.refuse(undefined);
  const microphone = await openMicrophone();
  const audio = await new Response(microphone.readable).arrayBuffer();
  expect([audio.byteLength, fake.opened.length, fake.lights]).toEqual([32_000, 1, 0]);
});
