import { PcmReplayBuffer } from "../../src/audio/pcm-replay-buffer.ts";
import type { ReplayBuffer } from "../../src/audio/replay-buffer.ts";
import { bytesPerMs, mark } from "./service.ts";

const mulaw = { sampleRate: 8000, bytesPerSample: 1, silence: 255 };
/** The longest write, in ms. */
export const longestWrite = 3000;
/** Beyond this high-water mark nobody writes, in ms. */
const mostUntaken = 5000;

const chunk = new Uint8Array((251 + longestWrite) * bytesPerMs);
for (let at = 0; at < chunk.length; at++) chunk[at] = mark(Math.floor(at / bytesPerMs));

/** What a program writes, and when it ends. */
export class Source {
  writtenMs = 0;
  takenBytes = 0;
  writtenAt = 0;
  /** The audio ends here. */
  endMs = Number.POSITIVE_INFINITY;
  failed = false;
  /** The session takes no more. */
  closed = false;

  get writtenBytes(): number {
    return this.writtenMs * bytesPerMs;
  }

  get takenMs(): number {
    return this.takenBytes / bytesPerMs;
  }

  /** What the session has to send, in ms. */
  get wantedMs(): number {
    return Math.min(this.endMs, this.writtenMs);
  }

  /** False: nobody would write now. */
  write(ms: number): boolean {
    if (this.closed || this.failed || this.writtenMs - this.takenMs > mostUntaken) return false;
    this.writtenMs += ms;
    return true;
  }

  fill(buffer: ReplayBuffer): boolean {
    const restBytes = this.writtenBytes - this.takenBytes;
    if (this.closed || restBytes === 0) return false;
    const from = (Math.floor(this.takenMs) % 251) * bytesPerMs + (this.takenBytes % bytesPerMs);
    const bytes = Math.min(restBytes, longestWrite * bytesPerMs);
    this.takenBytes += buffer.append(chunk.subarray(0, Math.min(from + bytes, chunk.length)), from);
    return true;
  }

  end(): void {
    this.closed = true;
  }
}

/** Shows how far it was released. */
export class ObservedBuffer extends PcmReplayBuffer {
  releasedMs = 0;

  constructor(capacityMs: number) {
    super(mulaw, 50, capacityMs);
  }

  override release(ms: number): void {
    this.releasedMs = ms;
    super.release(ms);
  }
}
