import { expect, test } from "vitest";
import { Alignment, type AlignmentListener } from "./alignment.ts";
import type { Fill } from "./skew.ts";

const maxSkew = 50;

/** Two lanes at 1 frame a ms, of which the first is 40 ms ahead. */
function lanes() {
  const fills: Fill[] = [];
  const listener: AlignmentListener = { fill: (fill) => fills.push(fill), resumed() {} };
  const alignment = new Alignment(2, 1_000, maxSkew, listener);
  const deliver = (lane: number, frames: number) => {
    const gate = alignment.gate(lane);
    gate.arrived();
    gate.took(frames);
    gate.idle();
  };
  deliver(0, 40);
  return { alignment, fills, deliver };
}

function holdUp(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test("a thread that is held up for longer than maxSkew takes what came in meanwhile, and fills nothing", async () => {
  const { alignment, fills, deliver } = lanes();
  const delivered = new Promise<void>((resolve) => {
    // This runs after the alignment's own timer, like audio that waits in the thread's queue.
    setTimeout(() => {
      deliver(1, 40);
      resolve();
    }, 2 * maxSkew);
  });
  holdUp(400);
  await delivered;
  alignment.release();
  expect(fills).toEqual([]);
});

test("where nothing came in meanwhile, the lane that is behind is filled, even if the thread is held up again", async () => {
  const { alignment, fills } = lanes();
  holdUp(400);
  // The alignment's own timer is late, and waits once more.
  await new Promise((resolve) => setTimeout(resolve));
  expect(fills).toEqual([]);
  holdUp(400);
  await new Promise((resolve) => setTimeout(resolve));
  expect(fills).toEqual([{ lane: 1, frames: 40, begins: true, from: 0 }]);
  alignment.release();
});
