/** A page as the tests use it, with any driver. */
export interface TestPage extends AsyncDisposable {
  goto(url: string): Promise<void>;
  /** Clicks as a visitor does. */
  click(selector: string): Promise<void>;
  /** Types as a visitor does, into what has the focus. */
  press(key: Key): Promise<void>;
  /** Gives a file to an `<input type="file">`. */
  chooseFile(selector: string, path: string): Promise<void>;
  /** Puts another tab before this one, or the window away; and undoes that. In Chromium see `hideable`. */
  hide(): Promise<void>;
  unhide(): Promise<void>;
  /** Runs JavaScript in the page; gives the value of the expression, whose promise is awaited. */
  run<R>(expression: string): Promise<R>;
}

export type Key = "Tab" | "Shift+Tab" | "Enter" | "Space";

/** Runs a function in the page. It sees nothing of its surroundings here but `argument`, which becomes JSON. */
export function evaluate<R>(page: TestPage, work: () => R | Promise<R>): Promise<R>;
export function evaluate<A, R>(page: TestPage, work: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
export function evaluate<R>(page: TestPage, work: (argument: unknown) => unknown, argument?: unknown): Promise<R> {
  return page.run<R>(`(${work})(${JSON.stringify(argument)})`);
}
