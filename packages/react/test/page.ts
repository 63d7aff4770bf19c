import type { ReactNode } from "react";
import { expect, vi } from "vitest";
import type { ReactKit } from "./react-of.ts";

/** A component in the document, and what it printed to the console. */
export interface Page extends Disposable {
  readonly element: HTMLElement;
  readonly printed: readonly unknown[];
  render(node: ReactNode): void;
  unmount(): void;
  /** Waits until the page reads so. */
  until(text: RegExp): Promise<void>;
  press(name: string): void;
}

/** @param html what a server has rendered of `node` before */
export function openPage({ client, flushSync }: ReactKit, node: ReactNode, html?: string): Page {
  const element = document.body.appendChild(document.createElement("main"));
  const printed: unknown[] = [];
  const spies = (["error", "warn"] as const).map((kind) =>
    vi.spyOn(console, kind).mockImplementation((...values) => void printed.push(values)),
  );
  let root: ReturnType<typeof client.createRoot>;
  if (html === undefined) {
    root = client.createRoot(element);
    flushSync(() => root.render(node));
  } else {
    element.innerHTML = html;
    root = flushSync(() =>
      client.hydrateRoot(element, node, { onRecoverableError: (error) => void printed.push(error) }),
    );
  }
  let isMounted = true;
  const unmount = () => {
    if (isMounted) flushSync(() => root.unmount());
    isMounted = false;
  };
  return {
    element,
    printed,
    unmount,
    render: (next) => flushSync(() => root.render(next)),
    until: (text) => expect.poll(() => element.textContent, { interval: 5 }).toMatch(text),
    press(name) {
      const button = [...element.querySelectorAll("button")].find(({ textContent }) => textContent === name);
      if (!button) throw new Error(`There is no button ${name} in: ${element.innerHTML}`);
      button.click();
    },
    [Symbol.dispose]() {
      unmount();
      element.remove();
      for (const spy of spies) spy.mockRestore();
    },
  };
}
