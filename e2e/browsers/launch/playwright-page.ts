import type { BrowserContext, Page } from "playwright-core";
import type { Key, TestPage } from "./test-page.ts";
import { VisitorPool } from "./visitor-pool.ts";

/** Pages of visitors, each in a context of its own. */
export function pagesIn(newContext: () => Promise<BrowserContext>): VisitorPool<Page> {
  return new VisitorPool({
    open: async () => (await newContext()).newPage(),
    async clear(page) {
      page.removeAllListeners();
      await page.context().clearCookies();
      await page.goto("about:blank");
    },
    discard: (page) => page.context().close(),
  });
}

export class PlaywrightPage implements TestPage {
  readonly page: Page;
  readonly #leave: (page: Page) => Promise<void>;
  #other: Page | undefined;

  constructor(page: Page, leave = (page: Page) => page.context().close()) {
    this.page = page;
    // Only what hangs takes longer, on a machine as busy as can be.
    page.setDefaultTimeout(240_000);
    this.#leave = leave;
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  click(selector: string): Promise<void> {
    return this.page.click(selector);
  }

  press(key: Key): Promise<void> {
    return this.page.keyboard.press(key);
  }

  chooseFile(selector: string, path: string): Promise<void> {
    return this.page.setInputFiles(selector, path);
  }

  async hide(): Promise<void> {
    this.#other = await this.openBefore();
  }

  async unhide(): Promise<void> {
    await this.#other?.close();
    await this.page.bringToFront();
  }

  protected async openBefore(): Promise<Page> {
    const other = await this.page.context().newPage();
    await other.bringToFront();
    return other;
  }

  run<R>(expression: string): Promise<R> {
    return this.page.evaluate<R>(expression);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#leave(this.page);
  }
}
