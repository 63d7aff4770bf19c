import {
  listMicrophones,
  type Microphone,
  MicrophoneError,
  type MicrophoneOptions,
  openMicrophone,
} from "@voxpipe/microphone";
import { connect, StreamingError, tokenFrom } from "voxpipe";

/** Every track that the page was ever granted, so that a test can see which are still on. */
const granted: MediaStreamTrack[] = [];
const devices = navigator.mediaDevices as MediaDevices | undefined;
if (devices) {
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    granted.push(...stream.getTracks());
    return stream;
  };
}

const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** What the tests find on the page, beside what the packages export. */
const harness = {
  connect,
  tokenFrom,
  openMicrophone,
  listMicrophones,
  raw,
  granted,
  /** How many microphones are on. */
  lights: () => granted.filter((track) => track.readyState === "live").length,
  /** What `work` fails with, as text; "none" if it does not. */
  async failure(work: Promise<unknown>): Promise<string> {
    try {
      await work;
      return "none";
    } catch (error) {
      if (error instanceof MicrophoneError || error instanceof StreamingError) return `${error.code}: ${error.message}`;
      return String(error);
    }
  },
  /** All audio from now on for so many seconds, in base64; the main thread stands still for `blockMs` of every second. */
  async record(options: MicrophoneOptions, seconds: number, blockMs = 0): Promise<string> {
    const microphone = await openMicrophone(options);
    const blocking = setInterval(() => blockFor(blockMs), 1000);
    setTimeout(() => void microphone.stop(), seconds * 1000);
    const audio = await new Response(microphone.readable).arrayBuffer();
    clearInterval(blocking);
    if (microphone.droppedMs > 0) throw new Error(`${microphone.droppedMs} ms were dropped`);
    return toBase64(new Uint8Array(audio));
  },
  /** Reads so many bytes, or to the end. */
  async read(microphone: Microphone, bytes: number): Promise<number[]> {
    const reader = microphone.readable.getReader();
    const read: number[] = [];
    while (read.length < bytes) {
      const { done, value } = await reader.read();
      if (done) break;
      read.push(...value);
    }
    reader.releaseLock();
    return read;
  },
  pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

function blockFor(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

function toBase64(bytes: Uint8Array): string {
  const parts = [];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return btoa(parts.join(""));
}

declare global {
  var voxpipe: typeof harness;
}
globalThis.voxpipe = harness;
