import { readFile } from "node:fs/promises";
import type { BrowserName } from "../launch/browsers.ts";
import { PlaywrightPage } from "../launch/playwright-page.ts";
import { evaluate, type TestPage } from "../launch/test-page.ts";

/** What a visitor gets out of the page. */
export interface Saving {
  /** What lies in the clipboard after the press. */
  copied(press: () => Promise<void>): Promise<string>;
  /** The file that the press downloads. */
  downloaded(press: () => Promise<void>): Promise<{ name: string; text: string }>;
}

/** By the browser's own clipboard and downloads, where its driver shows them; else by what the page hands to the browser. */
export async function savingOf(page: TestPage, browser: BrowserName): Promise<Saving> {
  if (!(page instanceof PlaywrightPage)) return { ...(await takenCopy(page)), ...(await takenDownloads(page)) };
  return { ...realCopy(page), ...(browser === "Firefox" ? await takenDownloads(page) : realDownloads(page)) };
}

function realCopy({ page: own }: PlaywrightPage): Pick<Saving, "copied"> {
  return {
    async copied(press) {
      await press();
      const focused = await own.evaluateHandle(() => document.activeElement);
      await own.evaluate(() => document.body.appendChild(document.createElement("textarea")).focus());
      await own.keyboard.press("ControlOrMeta+V");
      const text = await own.locator("textarea").inputValue();
      await own.evaluate((before) => {
        document.querySelector("textarea")?.remove();
        if (before instanceof HTMLElement) before.focus();
      }, focused);
      return text;
    },
  };
}

function realDownloads({ page: own }: PlaywrightPage): Pick<Saving, "downloaded"> {
  return {
    async downloaded(press) {
      const [download] = await Promise.all([own.waitForEvent("download"), press()]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    },
  };
}

async function takenCopy(page: TestPage): Promise<Pick<Saving, "copied">> {
  await evaluate(page, () => {
    navigator.clipboard.writeText = async (text) => {
      Reflect.set(globalThis, "copied", text);
    };
  });
  return {
    async copied(press) {
      await press();
      return page.run<string>("copied");
    },
  };
}

async function takenDownloads(page: TestPage): Promise<Pick<Saving, "downloaded">> {
  await evaluate(page, () => {
    const blobs = new Map<string, Blob>();
    const create = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob: Blob) => {
      const url = create(blob);
      blobs.set(url, blob);
      return url;
    };
    HTMLAnchorElement.prototype.click = function () {
      Reflect.set(globalThis, "downloaded", { name: this.download, blob: blobs.get(this.href) });
    };
  });
  return {
    async downloaded(press) {
      await press();
      return page.run("downloaded.blob.text().then((text) => ({ name: downloaded.name, text }))");
    },
  };
}
