import axe from "axe-core";
import { PlaywrightPage } from "../launch/playwright-page.ts";
import { evaluate, type TestPage } from "../launch/test-page.ts";

/** What axe finds fault with, by WCAG 2.2 AA: in light and, where the browser's driver can ask for it, in dark. */
export async function accessibilityFaults(page: TestPage): Promise<string[]> {
  await page.run<unknown>(`(() => { ${axe.source} })()`);
  if (!(page instanceof PlaywrightPage)) return check(page);
  const faults: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.page.emulateMedia({ colorScheme });
    faults.push(...(await check(page)).map((fault) => `${colorScheme}: ${fault}`));
  }
  return faults;
}

function check(page: TestPage): Promise<string[]> {
  return evaluate(page, async () => {
    const { violations } = await Reflect.get(globalThis, "axe").run();
    return violations.flatMap(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
  });
}
