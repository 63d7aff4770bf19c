import { afterEach, expect, test, vi } from "vitest";
import { openTab, startKit } from "../kit.ts";

afterEach(() => vi.resetModules());

test.each(["source/given-source", "source/pcm-source", "source/opened-source", "several/several-sources"])(
  "%s cannot be loaded: the start fails, and what functions gave is let go",
  async (chunk) => {
    vi.doMock(`../../src/${chunk}.ts`, () => {
      throw new Error("The network is down.");
    });
    let cancelled = 0;
    const stopped = new Set<string>();
    const tab = openTab();
    const track = { kind: "audio", label: "", getSettings: () => ({}), stop: () => void stopped.add("media") };
    const media = { getTracks: () => [track], getAudioTracks: () => [track] };
    const stream = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
    await using kit = await startKit({
      sources: {
        stream: async () => stream,
        tab: async () => tab,
        media: async () => Object(media),
      },
    });
    await kit.transcriber.start();
    expect(kit.transcriber.snapshot).toMatchObject({ status: "failed", error: { code: "source-failed" } });
    await expect.poll(() => [cancelled, stopped.size, tab.state]).toEqual([1, 1, "stopped"]);
    expect(kit.emulator.sessions).toEqual([]);
    vi.doUnmock(`../../src/${chunk}.ts`);
  },
);
