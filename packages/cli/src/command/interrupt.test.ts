import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { onFirstInterrupt } from "./interrupt.ts";

it.each(["SIGINT", "SIGTERM"])("finishes at the first %s and leaves the second to the system", (signal) => {
  const source = new EventEmitter();
  let finished = 0;
  onFirstInterrupt(source, () => finished++);
  source.emit(signal);
  expect(finished).toBe(1);
  expect(source.eventNames()).toEqual([]);
});

it("stops listening on request", () => {
  const source = new EventEmitter();
  onFirstInterrupt(source, () => {})();
  expect(source.eventNames()).toEqual([]);
});
