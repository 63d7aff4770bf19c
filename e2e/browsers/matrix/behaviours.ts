import { needing, type ProgramName } from "@voxpipe/testing";
import { describe, inject, test } from "vitest";
import { type BrowserName, browsers, type LaunchOptions, type RunningBrowser } from "../launch/browsers.ts";
import { because } from "./because.ts";
import { limits } from "./limits.ts";

export interface Kit {
  readonly name: BrowserName;
  launch(options?: LaunchOptions): Promise<RunningBrowser>;
  /** A test. Where it is not done in this browser, `limits` says why, and so does the test's name. */
  behaviour(name: string, run: () => Promise<void>): void;
}

declare module "vitest" {
  interface ProvidedContext {
    /** The browsers that a project tests: `inject("browsers")`. */
    browsers: readonly BrowserName[];
  }
}

/** What has to be installed for each. */
const programs: Readonly<Record<BrowserName, readonly ProgramName[]>> = {
  Chromium: ["Chromium"],
  Firefox: ["Firefox", "pulseaudio", "paplay", "pactl"],
  WebKit: ["WebKitWebDriver", "Xvfb"],
};

/** Defines tests for each browser of the project. They run side by side, since they mostly wait; those of one in `order`. */
export function inEveryBrowser(
  title: string,
  define: (kit: Kit) => void,
  order: "one by one" | "side by side" = "one by one",
): void {
  describe(title, () => {
    for (const name of inject("browsers")) {
      describe(name, { concurrent: true, ...needing(...programs[name]) }, () => {
        describe(order, { concurrent: order === "side by side" }, () => {
          const behaviour: Kit["behaviour"] = (what, run) => declare(name, what, run);
          define({ name, launch: browsers[name], behaviour });
        });
      });
    }
  });
}

function declare(browser: BrowserName, what: string, run: () => Promise<void>): void {
  const reason = limits[browser][what];
  if (reason === undefined) test(what, run);
  else test.skip(`${what}${because}${reason}`, run);
}
