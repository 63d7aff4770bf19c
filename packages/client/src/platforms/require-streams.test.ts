import { afterEach, expect, test, vi } from "vitest";
import { requireStreams } from "./require-streams.ts";

afterEach(() => vi.unstubAllGlobals());

const none = Object({ ReadableStream: undefined, WritableStream: undefined });

test("a runtime without Web Streams is sent to the ponyfill", () => {
  expect(requireStreams(globalThis)).toBe(globalThis);
  expect(() => requireStreams(none)).toThrow("This runtime has no Web Streams. Import from voxpipe/ponyfill instead.");
});

test("jsdom is named as the one that hides them", () => {
  vi.stubGlobal("navigator", { userAgent: "Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/26.1.0" });
  expect(() => requireStreams(none)).toThrow(
    expect.objectContaining({
      code: "no-web-streams",
      message: expect.stringMatching(/jsdom hides the Web Streams of Node.+@jest-environment node.+module stream\/web/),
    }),
  );
});
