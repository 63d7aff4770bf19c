import { launchChromium } from "./chromium.ts";
import { launchFirefox } from "./firefox.ts";
import type { TestPage } from "./test-page.ts";
import { launchWebKit } from "./webkit.ts";

export type BrowserName = "Chromium" | "Firefox" | "WebKit";

export type FakeMicrophone =
  /** It makes some noise. */
  | "beeping"
  /** Nothing is plugged in. */
  | "none"
  /** It plays a WAV file once: in Chromium from each time that it is opened, in Firefox when told to with `play`. */
  | { readonly wav: string };

export interface LaunchOptions {
  readonly microphone?: FakeMicrophone;
  /** What the visitor says when asked for the microphone. Allowed unless given. */
  readonly permission?: "allow" | "deny";
  /** A host that leads to this machine, for a page that is not secure. */
  readonly host?: string;
}

export interface RunningBrowser extends AsyncDisposable {
  /** A page of a visitor who has not been here before. */
  newPage(): Promise<TestPage>;
  /** Lets the file of the microphone be heard, where the browser does not do that itself. */
  play(): Promise<void>;
}

/** The browsers that everything is tested in. */
export const browsers: Readonly<Record<BrowserName, (options?: LaunchOptions) => Promise<RunningBrowser>>> = {
  Chromium: launchChromium,
  Firefox: launchFirefox,
  WebKit: launchWebKit,
};
