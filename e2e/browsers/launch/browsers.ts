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
  /** It plays a WAV file once: in Chromium from each time that it is opened, in Firefox when `play` is called. */
  | { readonly wav: string };

export interface LaunchOptions {
  readonly microphone?: FakeMicrophone;
  /** What the visitor says when asked for the microphone. Allowed unless given. */
  readonly permission?: "allow" | "deny";
  /** A host that leads to this machine, for a page that is not secure. */
  readonly host?: string;
  /** Pages are to be hidden. In Chromium they are then tabs of one visitor, without what tests of other things like. */
  readonly hideable?: boolean;
}

/** Microphones that are plugged in and out for real. */
export interface Devices {
  /** Plugs another one in, which becomes the system's default. */
  plugIn(): Promise<void>;
  /** Takes the default away; another is the default then. */
  unplug(): Promise<void>;
  /** Takes all away. */
  unplugAll(): Promise<void>;
}

export interface RunningBrowser extends AsyncDisposable {
  /** A page of a visitor who has not been here before. */
  newPage(): Promise<TestPage>;
  /** Lets the file of the microphone be heard, where the browser does not do that itself. */
  play(): Promise<void>;
  /** Undefined where the browser's microphones are made up within it; tests have to pretend there. */
  readonly devices?: Devices;
}

/** The browsers that everything is tested in. */
export const browsers: Readonly<Record<BrowserName, (options?: LaunchOptions) => Promise<RunningBrowser>>> = {
  Chromium: launchChromium,
  Firefox: launchFirefox,
  WebKit: launchWebKit,
};
