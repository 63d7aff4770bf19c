const gateOpen = 0;
const gateBusy = 1;
const gateShut = 2;

/**
 * Prevents a thread from ending inside native code: Node can end a thread at any point, and if that is inside the native
 * decoder, the decoder aborts the whole process. The thread enters the gate for native work; code that is about to end the
 * process shuts the gate first, which waits for the current work.
 */
export class NativeGate {
  /** Share it with the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  /** @param memory of another gate, to share its state; by default new. */
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

  /** Lets no more work begin, and blocks until the current work has ended, but for at most `timeout` ms. */
  shut(timeout: number): void {
    const deadline = performance.now() + timeout;
    while (Atomics.compareExchange(this.#state, 0, gateOpen, gateShut) === gateBusy) {
      const left = deadline - performance.now();
      if (left <= 0) return;
      Atomics.wait(this.#state, 0, gateBusy, left);
    }
  }
}
