import { type Browser, chromium } from "playwright-core";
import { provide } from "./provide.ts";

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

export type FakeMicrophone =
  /** It beeps once a second. */
  | "beeping"
  /** Nothing is plugged in. */
  | "none"
  /** It plays a WAV file once, from each time that it is opened. */
  | { readonly wav: string };

/** Chromium with a microphone that is no real one. Whether the visitor allows it is the page's context's to say. */
export async function launchChromium(
  microphone: FakeMicrophone = "beeping",
  flags: readonly string[] = [],
): Promise<Browser> {
  const executablePath = await provide({
    name: "Chromium",
    programs: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    packages: ["chromium"],
    playwright: { browser: "chromium", path: () => chromium.executablePath() },
  });
  const fake = microphone === "none" ? [] : ["--use-fake-device-for-media-stream"];
  const file = typeof microphone === "object" ? [`--use-file-for-fake-audio-capture=${microphone.wav}%noloop`] : [];
  return chromium.launch({ executablePath, args: [...quiet, ...fake, ...file, ...flags] });
}
