const gateOpen = 0;
const gateBusy = 1;
const gateShut = 2;

/**
 * Keeps native code and the end of its thread apart: Node ends threads wherever they are, and the native decoder
 * aborts the whole process when that happens inside it. The thread enters the gate for native work; whoever is about
 * to end the process shuts it first, which waits for the work at hand.
 */
export class NativeGate {
  /** To be handed to the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  /** @param memory Another gate's, to share it; by default new. */
  constructor(memory = new SharedArrayBuffer(4)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** Does `work` unless the gate is shut. */
  pass(work: () => void): void {
    if (Atomics.compareExchange(this.#state, 0, gateOpen, gateBusy) !== gateOpen) return;
    try {
      work();
    } finally {
      Atomics.store(this.#state, 0, gateOpen);
      Atomics.notify(this.#state, 0);
    }
  }

  /** Lets no more work begin, and blocks until what is going on has ended, but for at most `timeout` ms. */
  shut(timeout: number): void {
    const deadline = performance.now() + timeout;
    while (Atomics.compareExchange(this.#state, 0, gateOpen, gateShut) === gateBusy) {
      const left = deadline - performance.now();
      if (left <= 0) return;
      Atomics.wait(this.#state, 0, gateBusy, left);
    }
  }
}
