import { afterEach, describe, expect, test, vi } from "vitest";
import { openTabAudio } from "../src/index.ts";

/** A track of a page, as much as is asked of one before there is sound. */
class FakeTrack extends EventTarget {
  readonly kind: string;
  readyState = "live";

  constructor(kind: string) {
    super();
    this.kind = kind;
  }

  stop() {
    this.readyState = "ended";
  }

  getSettings() {
    return { displaySurface: "browser" };
  }
}

class FakeStream {
  readonly tracks: readonly FakeTrack[];

  constructor(...kinds: readonly string[]) {
    this.tracks = kinds.map((kind) => new FakeTrack(kind));
  }

  getTracks() {
    return this.tracks;
  }

  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === "audio");
  }

  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === "video");
  }
}

/** A page in which `getDisplayMedia` does this. */
function page(getDisplayMedia: unknown) {
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("AudioWorkletNode", class {});
  vi.stubGlobal("navigator", { mediaDevices: { getDisplayMedia } });
}

const options = { workletUrl: "https://example.com/worklet.js" };

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("openTabAudio", () => {
  test("a tab that is shared without audio: no-tab-audio, and nothing stays shared", async () => {
    const stream = new FakeStream("video");
    page(async () => stream);
    await expect(openTabAudio(options)).rejects.toMatchObject({
      code: "no-tab-audio",
      message: expect.stringMatching(/tab.*without audio.*switch on/),
    });
    expect(stream.tracks.map(({ readyState }) => readyState)).toEqual(["ended"]);
  });

  test.each([
    ["NotAllowedError", "permission-dismissed", /No tab was shared/],
    ["InvalidStateError", "not-started", /click's handler/],
    ["NotReadableError", "device-in-use", /system/],
    ["TypeError", "unsupported", /Chromium/],
  ])("%s of getDisplayMedia: %s, with what to do", async (name, code, message) => {
    page(async () => {
      throw name === "TypeError" ? new TypeError("no") : new DOMException("no", name);
    });
    await expect(openTabAudio(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("a browser without getDisplayMedia: unsupported", async () => {
    page(undefined);
    await expect(openTabAudio(options)).rejects.toMatchObject({ code: "unsupported" });
  });

  test("given up while the visitor chooses: aborted, and what is shared later is let go", async () => {
    const stream = new FakeStream("audio", "video");
    let share = (_: FakeStream) => {};
    page(() => new Promise((resolve) => (share = resolve)));
    const giveUp = new AbortController();
    const opening = openTabAudio({ ...options, signal: giveUp.signal });
    giveUp.abort();
    await expect(opening).rejects.toMatchObject({ code: "aborted" });
    share(stream);
    await expect.poll(() => stream.tracks.map(({ readyState }) => readyState)).toEqual(["ended", "ended"]);
  });

  test("sound that cannot be processed leaves nothing shared", async () => {
    const stream = new FakeStream("audio", "video");
    page(async () => stream);
    vi.stubGlobal("MediaStream", FakeStream);
    vi.stubGlobal("AudioContext", undefined);
    await expect(openTabAudio(options)).rejects.toBeInstanceOf(Error);
    expect(stream.tracks.map(({ readyState }) => readyState)).toEqual(["ended", "ended"]);
  });

  test("options that there are not are refused before anything is asked", async () => {
    const asked = vi.fn();
    page(asked);
    await expect(openTabAudio({ ...options, sampleRate: 4_000 })).rejects.toMatchObject({ code: "invalid-options" });
    expect(asked).not.toHaveBeenCalled();
  });
});
