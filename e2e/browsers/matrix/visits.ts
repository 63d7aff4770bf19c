import { afterAll } from "vitest";
import type { BrowserName, LaunchOptions, RunningBrowser } from "../launch/browsers.ts";
import type { TestPage } from "../launch/test-page.ts";
import { type Site, type SiteOptions, serveSite } from "../site/serve-site.ts";
import type { Kit } from "./behaviours.ts";

interface Visit extends AsyncDisposable {
  readonly page: TestPage;
  readonly site: Site;
  readonly browser: RunningBrowser;
}

/** A visitor's page, in a browser that all visits share where they ask for nothing else. */
export function visits(launch: (options?: LaunchOptions) => Promise<RunningBrowser>) {
  let shared: Promise<RunningBrowser> | undefined;
  const share = () => {
    shared ??= launch();
    return shared;
  };
  return {
    async visit(options: SiteOptions = {}, launchOptions?: LaunchOptions): Promise<Visit> {
      const browser = await (launchOptions ? launch(launchOptions) : share());
      const site = await serveSite(options);
      const page = await browser.newPage();
      await page.goto(site.url);
      return {
        page,
        site,
        browser,
        async [Symbol.asyncDispose]() {
          await page[Symbol.asyncDispose]();
          if (launchOptions) await browser[Symbol.asyncDispose]();
          await site[Symbol.asyncDispose]();
        },
      };
    },
    close: async () => (await shared)?.[Symbol.asyncDispose](),
  };
}

/** Browsers take seconds to start: one serves all behaviours that leave it as it was. */
const shared = new Map<BrowserName, ReturnType<typeof visits>>();
export function sharedVisits({ name, launch }: Kit): ReturnType<typeof visits> {
  const present = shared.get(name) ?? visits(launch);
  shared.set(name, present);
  return present;
}
afterAll(async () => {
  for (const { close } of shared.values()) await close();
});
