import type { Page } from "playwright-core";
import type { Key, TestPage } from "./test-page.ts";

/** A page in a context of its own, which ends with it. */
export class PlaywrightPage implements TestPage {
  readonly page: Page;
  #other: Page | undefined;

  constructor(page: Page) {
    this.page = page;
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}
