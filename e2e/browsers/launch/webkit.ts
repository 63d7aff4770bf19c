import type { ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@voxpipe/testing";
import { Builder, By, Capabilities, Key as DriverKey, type WebDriver } from "selenium-webdriver";
import type { LaunchOptions, RunningBrowser } from "./browsers.ts";
import { end, spawnOwn } from "./own-process.ts";
import { programPath } from "./program-path.ts";
import type { Key, TestPage } from "./test-page.ts";
import { VisitorPool } from "./visitor-pool.ts";
import { contextsClosed, watchContexts } from "./webkit-contexts.ts";

const keys: Readonly<Record<Key, string>> = {
  Tab: DriverKey.TAB,
  "Shift+Tab": DriverKey.TAB,
  Enter: DriverKey.ENTER,
  Space: DriverKey.SPACE,
};

/** WebKit's GTK port in its MiniBrowser, on a screen that nobody sees, driven by its own WebDriver. */
export async function launchWebKit({ microphone = "beeping" }: LaunchOptions = {}): Promise<RunningBrowser> {
  const program = programPath("WebKitWebDriver");
  const xvfb = programPath("Xvfb");
  const screen = spawnOwn(xvfb, ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const number = await firstLine(screen.stdio[3]);
  const port = await freePort();
  const env = { ...process.env, DISPLAY: `:${number}`, DBUS_SESSION_BUS_ADDRESS: "unix:path=/none" };
  const server = spawnOwn(program, [`--port=${port}`], { env, stdio: "ignore" });
  const binary = await miniBrowser();
  const fake = microphone === "none" ? [] : ["--enable-mock-capture-devices=true"];
  const args = ["--automation", "--enable-media-stream=true", ...fake];
  const sessions = new Set<WebDriver>();
  const begin = async () => {
    const capabilities = new Capabilities({
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": { binary, args },
    });
    const driver = await connectTo(`http://127.0.0.1:${port}`, capabilities, server);
    sessions.add(driver);
    await driver.manage().setTimeouts({ script: 240_000, pageLoad: 240_000 });
    return driver;
  };
  // A session is a browser process.
  const pool = new VisitorPool<WebDriver>({
    open: begin,
    async clear(driver) {
      await run(driver, contextsClosed);
      await driver.manage().deleteAllCookies();
      await driver.get("about:blank");
    },
    async discard(driver) {
      sessions.delete(driver);
      await driver.quit();
    },
  });
  return {
    async newPage() {
      const driver = await pool.take();
      return new WebDriverPage(driver, () => pool.giveBack(driver));
    },
    play: async () => {},
    async [Symbol.asyncDispose]() {
      for (const driver of sessions) await driver.quit();
      await end(server);
      await end(screen);
    },
  };
}

class WebDriverPage implements TestPage {
  readonly #driver: WebDriver;
  readonly #leave: () => Promise<void>;

  constructor(driver: WebDriver, leave: () => Promise<void>) {
    this.#driver = driver;
    this.#leave = leave;
  }

  async goto(url: string): Promise<void> {
    await this.#driver.get(url);
    // The driver may come back before the page and its scripts are there, and fails if it looks between two pages.
    const look = "return location.href !== 'about:blank' && document.readyState === 'complete'";
    const isThere = () => this.#driver.executeScript<boolean>(look).catch(() => false);
    while (!(await isThere())) await pause(20);
    await this.#driver.executeScript(watchContexts);
  }

  async click(selector: string): Promise<void> {
    await this.#driver.findElement(By.css(selector)).click();
  }

  async press(key: Key): Promise<void> {
    const actions = this.#driver.actions();
    if (key.startsWith("Shift+")) actions.keyDown(DriverKey.SHIFT).sendKeys(keys[key]).keyUp(DriverKey.SHIFT);
    else actions.sendKeys(keys[key]);
    await actions.perform();
  }

  async chooseFile(selector: string, path: string): Promise<void> {
    await this.#driver.findElement(By.css(selector)).sendKeys(path);
  }

  async hide(): Promise<void> {
    // A new tab comes up behind the one that is there.
    await this.#driver.manage().window().minimize();
  }

  async unhide(): Promise<void> {
    await this.#driver.manage().window().maximize();
  }

  run<R>(expression: string): Promise<R> {
    return run(this.#driver, expression);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#leave();
  }
}

/** WebKit's driver forgets scripts that take long ("Could not parse script result"): this one is asked for its result. */
async function run<R>(driver: WebDriver, expression: string): Promise<R> {
  const name = JSON.stringify(`voxpipe result ${runs++}`);
  await driver.executeScript(`
    globalThis[${name}] = {};
    (async () => ${expression})().then(
      (value) => { globalThis[${name}] = { done: true, value }; },
      (error) => { globalThis[${name}] = { done: true, failure: String(error) }; },
    );
  `);
  type Result = { done?: boolean; value: R; failure?: string };
  const look = () => driver.executeScript<Result>(`return globalThis[${name}]`);
  let result = await look();
  while (!result.done) {
    await pause(20);
    result = await look();
  }
  const { value, failure } = result;
  if (failure !== undefined) throw new Error(failure);
  return value;
}
let runs = 0;

/** The server takes a moment to listen. It gives up after a minute, when that hangs. */
async function connectTo(address: string, capabilities: Capabilities, server: ChildProcess): Promise<WebDriver> {
  for (let tries = 0; ; tries++) {
    try {
      return await new Builder().usingServer(address).withCapabilities(capabilities).build();
    } catch (error) {
      if (server.exitCode !== null)
        throw new Error(`WebKitWebDriver ended with code ${server.exitCode}.`, { cause: error });
      if (tries === 240) throw error;
      await pause(250);
    }
  }
}

/** It lies beside WebKit's libraries, not on the PATH. */
async function miniBrowser(): Promise<string> {
  const libraries = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  const folder = (await readdir(libraries)).find((name) => /^webkit2gtk-4/.test(name));
  if (folder === undefined)
    throw new Error(`There is no webkit2gtk in ${libraries}: apt-get install webkit2gtk-driver.`);
  return `${libraries}/${folder}/MiniBrowser`;
}

async function firstLine(output: unknown): Promise<string> {
  if (!(output instanceof Object && Symbol.asyncIterator in output)) throw new Error("Xvfb has no output to read.");
  let text = "";
  for await (const part of output as AsyncIterable<Buffer>) {
    text += part;
    if (text.includes("\n")) return text.trim();
  }
  throw new Error("Xvfb ended before it had a display.");
}
