// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { MicrophoneError, openMicrophone } from "../src/index.ts";
import { fakeMicrophones } from "../src/testing.ts";

const audio = Int16Array.from({ length: 16_000 }, (_, i) => 8_000 * Math.sin(i / 5));
const microphones = vi.hoisted((): { open?: typeof openMicrophone } => ({}));
vi.mock("../src/open-microphone.ts", () => ({
  openMicrophone: (...options: Parameters<typeof openMicrophone>) => microphones.open?.(...options),
}));

/** A component as people write them: a button, what it is doing, and how much it has heard. */
function recorder(): { button: HTMLButtonElement; output: HTMLOutputElement } {
  const button = document.body.appendChild(document.createElement("button"));
  const output = document.body.appendChild(document.createElement("output"));
  let giveUp: AbortController | undefined;
  button.addEventListener("click", async () => {
    if (giveUp) return giveUp.abort();
    giveUp = new AbortController();
    output.value = "starting";
    try {
      const microphone = await openMicrophone({ sampleRate: 8_000, signal: giveUp.signal });
      let ms = 0;
      for await (const chunk of microphone.readable) {
        ms += chunk.length / 16;
        output.value = `${ms} ms`;
      }
    } catch (error) {
      output.value = error instanceof MicrophoneError ? error.code : "other";
    }
    giveUp = undefined;
  });
  return { button, output };
}

let fake = fakeMicrophones({ audio });
beforeEach(() => {
  document.body.replaceChildren();
  fake = fakeMicrophones({ audio });
  microphones.open = fake.openMicrophone;
});

test("a component hears the fake microphone to its end", async () => {
  const { button, output } = recorder();
  button.click();
  await vi.waitFor(() => expect(output.value).toBe("1000 ms"), 60_000);
  await vi.waitFor(() => expect(fake.lights).toBe(0), 60_000);
});

test("a component shows that the visitor refused", async () => {
  fake.refuse("permission-denied");
  const { button, output } = recorder();
  button.click();
  await vi.waitFor(() => expect(output.value).toBe("permission-denied"), 60_000);
  expect(fake.opened).toEqual([]);
});

test("a component that gives up while the visitor is being asked opens none", async () => {
  const answer = fake.hold();
  const { button, output } = recorder();
  button.click();
  expect(output.value).toBe("starting");
  button.click();
  await vi.waitFor(() => expect(output.value).toBe("aborted"), 60_000);
  answer();
  await Promise.resolve();
  expect(fake.opened).toEqual([]);
});

test("a component shows that the device was lost, and can start again", async () => {
  fake = fakeMicrophones({ audio, after: "silence" });
  microphones.open = fake.openMicrophone;
  const { button, output } = recorder();
  button.click();
  await vi.waitFor(() => expect(output.value).toMatch(/ms$/), 60_000);
  fake.opened[0]?.lose();
  await vi.waitFor(() => expect(output.value).toBe("device-lost"), 60_000);
  button.click();
  await vi.waitFor(() => expect(fake.opened).toHaveLength(2), 60_000);
  button.click();
  await vi.waitFor(() => expect(fake.lights).toBe(0), 60_000);
});

test("options are checked as the real one checks them", async () => {
  await expect(fake.openMicrophone({ sampleRate: 1 })).rejects.toMatchObject({ code: "invalid-options" });
  await expect(fake.openMicrophone({ deviceId: "none" })).rejects.toMatchObject({ code: "no-device" });
  expect(await fake.listMicrophones()).toHaveLength(2);
});
