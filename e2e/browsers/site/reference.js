// Keeps what the render quanta hold, with nothing in between: what the package's own worklet is compared with.
class Reference extends AudioWorkletProcessor {
  constructor() {
    super();
    this.quanta = [];
    this.port.onmessage = () => this.port.postMessage(this.quanta);
  }

  process([[left, right = left] = []]) {
    this.quanta.push(
      left ? Int16Array.from(left, (sample, i) => Math.round((sample + right[i]) * 16384)) : new Int16Array(128),
    );
    return true;
  }
}

registerProcessor("reference", Reference);
