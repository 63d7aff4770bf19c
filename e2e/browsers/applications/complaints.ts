import { PlaywrightPage } from "../launch/playwright-page.ts";
import { evaluate, type TestPage } from "../launch/test-page.ts";

/**
 * Collects the warnings and errors of a page's console, and its uncaught errors. Call it before the page is opened, and `follow`
 * after that: WebKit's driver shows nothing, so there the page itself collects from then on.
 */
export function complaintsOf(page: TestPage) {
  const collected: string[] = [];
  const isShown = page instanceof PlaywrightPage;
  if (isShown) {
    page.page.on("console", (message) => {
      if (["warning", "error"].includes(message.type()))
        collected.push(`${message.text()} (${message.location().url})`);
    });
    page.page.on("pageerror", (error) => collected.push(String(error)));
  }
  return {
    async follow(): Promise<void> {
      if (isShown) return;
      await evaluate(page, () => {
        const complaints: string[] = [];
        Reflect.set(globalThis, "complaints", complaints);
        console.warn = (...values) => complaints.push(values.join(" "));
        console.error = (...values) => complaints.push(values.join(" "));
        addEventListener("error", ({ message }) => complaints.push(message));
        addEventListener("unhandledrejection", ({ reason }) => complaints.push(String(reason)));
      });
    },
    read: async (): Promise<readonly string[]> => (isShown ? collected : page.run<string[]>("complaints")),
  };
}
