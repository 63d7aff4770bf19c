import { expect, test, vi } from "vitest";
import { addWorklet } from "./add-worklet.ts";

test("a worklet whose server never answers fails after 30 s, and says so", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("document", Object.assign(new EventTarget(), { baseURI: "https://site.example/" }));
  const hanging = { audioWorklet: { addModule: () => new Promise<void>(() => {}) } };
  const added = addWorklet(hanging, "/worklet.js");
  const failure = expect(added).rejects.toMatchObject({
    code: "worklet-failed",
    message: expect.stringMatching(
      /^The worklet https:\/\/site\.example\/worklet\.js did not load within 30 s\. Check/,
    ),
  });
  await vi.advanceTimersByTimeAsync(30_000);
  await failure;
});
