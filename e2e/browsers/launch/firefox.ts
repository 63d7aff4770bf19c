import { firefox, type Page } from "playwright-core";
import type { LaunchOptions, RunningBrowser } from "./browsers.ts";
import { PlaywrightPage, pagesIn } from "./playwright-page.ts";
import { programPath } from "./program-path.ts";
import { startSoundServer } from "./sound-server.ts";

/** Firefox, with a sound server of its own: it runs no AudioContext without, and its microphone is a source of that. */
export async function launchFirefox({
  microphone = "beeping",
  permission = "allow",
  host,
}: LaunchOptions = {}): Promise<RunningBrowser> {
  const executablePath = programPath("Firefox");
  const sound = await startSoundServer(
    typeof microphone === "object" ? "silent" : microphone === "none" ? "none" : "humming",
  );
  try {
    const browser = await firefox.launch({
      channel: "moz-firefox",
      executablePath,
      env: { ...process.env, ...sound.env },
      firefoxUserPrefs: {
        // Who is not asked has allowed it.
        "media.navigator.permission.disabled": permission === "allow",
        "permissions.default.microphone": permission === "allow" ? 0 : 2,
        "network.dns.localDomains": host ?? "",
      },
    });
    const pages = pagesIn(() => browser.newContext());
    return {
      newPage: async () => new FirefoxPage(await pages.take(), (page) => pages.giveBack(page)),
      play: () => (typeof microphone === "object" ? sound.play(microphone.wav) : Promise.resolve()),
      devices: sound.devices,
      async [Symbol.asyncDispose]() {
        await browser.close();
        await sound[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await sound[Symbol.asyncDispose]();
    throw error;
  }
}

class FirefoxPage extends PlaywrightPage {
  /** What Playwright opens is a window of its own, which hides no other; what the page opens is a tab. */
  protected override async openBefore(): Promise<Page> {
    const opened = this.page.waitForEvent("popup");
    await this.page.evaluate("void window.open('about:blank')");
    return opened;
  }
}
