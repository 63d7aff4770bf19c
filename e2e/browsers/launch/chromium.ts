import { freePort } from "@voxpipe/testing";
import { type Browser, chromium } from "playwright-core";
import type { LaunchOptions, RunningBrowser } from "./browsers.ts";
import { PlaywrightPage, pagesIn } from "./playwright-page.ts";
import { programPath } from "./program-path.ts";

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/** Chromium as Playwright gives it, quiet towards the network. */
export async function openChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = programPath("Chromium");
  return chromium.launch({ executablePath, args: [...quiet, ...args] });
}

/** Chromium, with a microphone that is no real one. */
export async function launchChromium({
  microphone = "beeping",
  permission = "allow",
  host,
  hideable = false,
}: LaunchOptions = {}): Promise<RunningBrowser> {
  const args: string[] = [];
  if (microphone !== "none") args.push("--use-fake-device-for-media-stream");
  if (typeof microphone === "object") args.push(`--use-file-for-fake-audio-capture=${microphone.wav}%noloop`);
  if (host) args.push(`--host-resolver-rules=MAP ${host} 127.0.0.1`);
  if (hideable) return launchWithTabs(args);
  const browser = await openChromium(args);
  const permissions = permission === "allow" ? ["microphone", "clipboard-read", "clipboard-write"] : [];
  const pages = pagesIn(() => browser.newContext({ permissions }));
  return {
    newPage: async () => new PlaywrightPage(await pages.take(), (page) => pages.giveBack(page)),
    play: async () => {},
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/**
 * Playwright makes every page believe that it is visible, even behind another one. Not so those of a browser's own window that it is
 * connected to later and without its defaults.
 */
async function launchWithTabs(args: readonly string[]): Promise<RunningBrowser> {
  const port = await freePort();
  const browser = await openChromium([...args, "--use-fake-ui-for-media-stream", `--remote-debugging-port=${port}`]);
  try {
    const connected = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    const [window] = connected.contexts();
    if (!window) throw new Error("Chromium has no window.");
    return {
      newPage: async () => new PlaywrightPage(await window.newPage()),
      play: async () => {},
      async [Symbol.asyncDispose]() {
        await connected.close();
        await browser.close();
      },
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
