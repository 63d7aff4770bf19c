import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Builder, By, Capabilities, Key as DriverKey, type WebDriver } from "selenium-webdriver";
import type { LaunchOptions, RunningBrowser } from "./browsers.ts";
import { provide } from "./provide.ts";
import { end } from "./sound-server.ts";
import type { Key, TestPage } from "./test-page.ts";

const packages = ["webkit2gtk-driver", "xvfb"];
const keys: Readonly<Record<Key, string>> = { Tab: DriverKey.TAB, Enter: DriverKey.ENTER, Space: DriverKey.SPACE };

/** WebKit's GTK port in its MiniBrowser, on a screen that nobody sees, driven by its own WebDriver. */
export async function launchWebKit({ microphone = "beeping" }: LaunchOptions = {}): Promise<RunningBrowser> {
  const program = await provide({ name: "WebKitWebDriver", programs: ["WebKitWebDriver"], packages });
  const xvfb = await provide({ name: "Xvfb", programs: ["Xvfb"], packages });
  const screen = spawn(xvfb, ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const number = await firstLine(screen.stdio[3]);
  const port = await freePort();
  const env = { ...process.env, DISPLAY: `:${number}`, DBUS_SESSION_BUS_ADDRESS: "unix:path=/none" };
  const server = spawn(program, [`--port=${port}`], { env, stdio: "ignore" });
  const binary = await miniBrowser();
  const fake = microphone === "none" ? [] : ["--enable-mock-capture-devices=true"];
  const args = ["--automation", "--enable-media-stream=true", ...fake];
  const sessions = new Set<WebDriver>();
  return {
    // A session is a browser process, and it has one visitor; another begins when the one before has gone.
    async newPage() {
      const capabilities = new Capabilities({
        browserName: "MiniBrowser",
        "webkitgtk:browserOptions": { binary, args },
      });
      const driver = await connectTo(`http://127.0.0.1:${port}`, capabilities);
      sessions.add(driver);
      await driver.manage().setTimeouts({ script: 180_000, pageLoad: 30_000 });
      return new WebDriverPage(driver, () => sessions.delete(driver));
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
  readonly #gone: () => void;
  #first = "";

  constructor(driver: WebDriver, gone: () => void) {
    this.#driver = driver;
    this.#gone = gone;
  }

  goto(url: string): Promise<void> {
    return this.#driver.get(url);
  }

  async click(selector: string): Promise<void> {
    await this.#driver.findElement(By.css(selector)).click();
  }

  async press(key: Key): Promise<void> {
    await this.#driver.actions().sendKeys(keys[key]).perform();
  }

  async chooseFile(selector: string, path: string): Promise<void> {
    await this.#driver.findElement(By.css(selector)).sendKeys(path);
  }

  async hide(): Promise<void> {
    this.#first = await this.#driver.getWindowHandle();
    await this.#driver.switchTo().newWindow("tab");
  }

  async unhide(): Promise<void> {
    await this.#driver.close();
    await this.#driver.switchTo().window(this.#first);
  }

  async run<R>(expression: string): Promise<R> {
    const { value, failure } = await this.#driver.executeAsyncScript<{ value: R; failure?: string }>(`
      const done = arguments[arguments.length - 1];
      (async () => ${expression})().then((value) => done({ value }), (error) => done({ failure: String(error) }));
    `);
    if (failure !== undefined) throw new Error(failure);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone();
    await this.#driver.quit();
  }
}

/** The server takes a moment to listen. */
async function connectTo(server: string, capabilities: Capabilities): Promise<WebDriver> {
  for (let tries = 0; ; tries++) {
    try {
      return await new Builder().usingServer(server).withCapabilities(capabilities).build();
    } catch (error) {
      if (tries === 20) throw error;
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
