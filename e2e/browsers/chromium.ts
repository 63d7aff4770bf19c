import { type Browser, chromium } from "playwright-core";
import type { LaunchOptions, RunningBrowser } from "./browsers.ts";
import { PlaywrightPage } from "./playwright-page.ts";
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

/** Chromium as Playwright gives it, quiet towards the network. */
export async function openChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = await provide({
    name: "Chromium",
    programs: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    packages: ["chromium"],
    playwright: { browser: "chromium", path: () => chromium.executablePath() },
  });
  return chromium.launch({ executablePath, args: [...quiet, ...args] });
}

/** Chromium, with a microphone that is no real one. */
export async function launchChromium({
  microphone = "beeping",
  permission = "allow",
  host,
}: LaunchOptions = {}): Promise<RunningBrowser> {
  const args: string[] = [];
  if (microphone !== "none") args.push("--use-fake-device-for-media-stream");
  if (typeof microphone === "object") args.push(`--use-file-for-fake-audio-capture=${microphone.wav}%noloop`);
  if (host) args.push(`--host-resolver-rules=MAP ${host} 127.0.0.1`);
  const browser = await openChromium(args);
  return {
    async newPage() {
      const permissions = permission === "allow" ? ["microphone", "clipboard-read", "clipboard-write"] : [];
      const page = await (await browser.newContext({ permissions })).newPage();
      return new ChromiumPage(page);
    },
    play: async () => {},
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

class ChromiumPage extends PlaywrightPage {
  /** Playwright tells every page that it is seen, whatever stands before it. */
  override async hide(): Promise<void> {
    const devtools = await this.page.context().newCDPSession(this.page);
    await devtools.send("Emulation.setFocusEmulationEnabled", { enabled: false });
    await super.hide();
  }
}
