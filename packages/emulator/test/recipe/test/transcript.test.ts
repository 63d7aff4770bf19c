import { scripted, startEmulator } from "@voxpipe/emulator";
import { expect, test } from "vitest";
import { transcribe } from "../src/transcribe.ts"; // yours: takes a host and a file, gives the transcript

test("the transcript has every turn", async () => {
  await using emulator = await startEmulator({
    engine: scripted([
      { text: "Good", start: 0, end: 300 },
      { text: "morning.", start: 350, end: 800 },
      { text: "Thanks.", start: 3_000, end: 3_500 },
    ]),
  });
  expect(await transcribe(emulator.url, "any-five-seconds.wav")).toBe("Good morning. Thanks.");
});

test("nothing is lost when the connection drops in mid-turn", async () => {
  await using emulator = await startEmulator({
    record: true,
    faults: [{ when: { audioMs: 2_000 }, do: "drop", session: 0 }],
  });
  await transcribe(emulator.url, "any-five-seconds.wav");
  expect(emulator.sessions).toHaveLength(2);
  expect(emulator.sessions[1]?.received.at(-1)).toEqual({ type: "Terminate" });
});
