import type { Emulator, EmulatorOptions } from "@voxpipe/emulator";
import {
  type FakeMicrophone,
  type FakeMicrophones,
  fakeMicrophone,
  fakeMicrophones,
} from "@voxpipe/microphone/testing";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect } from "vitest";
import {
  createTranscriber,
  type SourcesOptions,
  type Transcriber,
  type TranscriberOptions,
  type TranscriberSnapshot,
} from "../src/index.ts";

/** Loud enough to be heard: the emulator counts the seconds of it. */
export const tone = (seconds: number) =>
  Int16Array.from({ length: 16_000 * seconds }, (_, i) => 8_000 * Math.sin(i / 5));

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms / 10));

export type Tab = FakeMicrophone;

/** A tab as `openTabAudio()` gives it; it speaks, then is silent. */
export function openTab(seconds = 30): Tab {
  return fakeMicrophone({ audio: tone(seconds), after: "silence", wait });
}

export interface Kit extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly fake: FakeMicrophones;
  readonly transcriber: Transcriber;
  /** Every status that was shown, from the first one on. */
  readonly statuses: string[];
  /** Waits for a snapshot. */
  until(holds: (snapshot: TranscriberSnapshot) => boolean): Promise<TranscriberSnapshot>;
}

/** A transcriber between a microphone that speaks for 30 s, ten times as fast as people do, and a real server. */
export function startKit(options?: Partial<TranscriberOptions>, server?: EmulatorOptions): Promise<Kit>;
export function startKit(
  options: Pick<SourcesOptions, "sources"> & Partial<SourcesOptions>,
  server?: EmulatorOptions,
): Promise<Kit>;
export async function startKit(
  options: Partial<TranscriberOptions | SourcesOptions> = {},
  server: EmulatorOptions = {},
): Promise<Kit> {
  const emulator = await startEmulator(server);
  const fake = fakeMicrophones({ audio: tone(30), after: "silence", wait });
  const transcriber = createTranscriber({
    apiHost: emulator.url,
    apiKey: "example",
    pace: false,
    connectionRetryDelay: 1,
    onWarning: () => {},
    microphones: fake,
    ...options,
  });
  const statuses: string[] = [transcriber.snapshot.status];
  transcriber.subscribe(() => {
    const { status } = transcriber.snapshot;
    if (status !== statuses.at(-1)) statuses.push(status);
  });
  return {
    emulator,
    fake,
    transcriber,
    statuses,
    async until(holds) {
      await expect.poll(() => holds(transcriber.snapshot), { interval: 5 }).toBe(true);
      return transcriber.snapshot;
    },
    async [Symbol.asyncDispose]() {
      transcriber.abort();
      await emulator.close();
    },
  };
}

/** The same with a tab beside the microphone. `share` is called for each tab, and may refuse it or take its time. */
export async function startBoth(
  options: Partial<SourcesOptions> = {},
  server: EmulatorOptions = {},
  share: () => unknown = () => {},
) {
  const tabs: Tab[] = [];
  const others = async () => {
    await share();
    const tab = openTab();
    tabs.push(tab);
    return tab;
  };
  const openTabs = () => tabs.filter(({ state }) => state !== "stopped");
  const kit = await startKit({ sources: { me: "microphone", others }, ...options }, server);
  return Object.assign(kit, { tabs, openTabs, open: () => kit.fake.lights + openTabs().length });
}
