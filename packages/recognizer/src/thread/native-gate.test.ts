import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { NativeGate } from "./native-gate.ts";

test("lets work pass until it is shut", () => {
  const gate = new NativeGate();
  const done: string[] = [];
  gate.pass(() => done.push("before"));
  gate.shut(1_000);
  gate.pass(() => done.push("after"));
  expect(done).toEqual(["before"]);
});

test("work that throws leaves the gate open", () => {
  const gate = new NativeGate();
  const fail = () =>
    gate.pass(() => {
      throw new Error("no");
    });
  expect(fail).toThrow("no");
  expect(fail).toThrow("no");
});

test("shutting waits for the work of another thread, and no longer than the timeout", async () => {
  const gate = new NativeGate();
  const state = new Int32Array(gate.memory);
  Atomics.store(state, 0, 1);
  gate.shut(1);
  expect(Atomics.load(state, 0)).toBe(1);
  const leave = `
    const { workerData } = require("node:worker_threads");
    const state = new Int32Array(workerData);
    Atomics.store(state, 0, 0);
    Atomics.notify(state, 0);`;
  const worker = new Worker(leave, { eval: true, workerData: gate.memory });
  gate.shut(20_000);
  expect(Atomics.load(state, 0)).toBe(2);
  await worker.terminate();
});
