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
/** Held, for WebKit forgets what was set on an object that nothing refers to. */
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
  devices,
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
  startSpeaking,
  /** Whether all that was to be said has been heard. */
  heardAll: () => speech?.heardAll ?? false,
  /** What became of the session that was spoken into. */
  spoken: () => speech?.result ?? Promise.reject(new Error("Nobody speaks.")),
  pretendLoss,
  pretendDefault,
  watch,
  watchContexts,
  /** The microphones that `watch` opened, in order. */
  watched(index: number): Watched {
    const found = allWatched[index];
    if (!found) throw new Error(`No microphone ${index} is watched.`);
    return found;
  },
  recordBeside,
  recordAside,
  /** What became of it. */
  recordedAside: () => {
    if (!aside) throw new Error("Nothing is recorded.");
    return aside.stop();
  },
  /** Reads this number of bytes, or to the end. */
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

interface Watched {
  readonly microphone: Microphone;
  /** The id of its first device. */
  readonly device: string;
  readonly states: readonly string[];
  /** Resolves when it has gone on with another device. */
  readonly switched: Promise<void>;
}
const allWatched: Watched[] = [];

/** Opens a microphone for a test that comes back to it. */
async function watch(options?: MicrophoneOptions): Promise<Watched> {
  const microphone = await openMicrophone(options);
  const states: string[] = [];
  microphone.addEventListener("statechange", () => states.push(microphone.state));
  const switched = new Promise<void>((resolve) => microphone.addEventListener("devicechange", () => resolve()));
  const watched = { microphone, device: microphone.device.deviceId, states, switched };
  allWatched.push(watched);
  return watched;
}

/** All AudioContexts that are opened from now on. */
function watchContexts(): AudioContext[] {
  const contexts: AudioContext[] = [];
  const Original = AudioContext;
  globalThis.AudioContext = class extends Original {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };
  return contexts;
}

/** The last granted track says that its device is gone. Firefox's tracks take this from nobody but Firefox. */
function pretendLoss(of: "one" | "all"): void {
  if (of === "all" && devices) devices.getUserMedia = () => Promise.reject(new DOMException("Gone", "NotFoundError"));
  granted.at(-1)?.dispatchEvent(new Event("ended"));
}

/** The system's default becomes the microphone that is now the last in the list. */
function pretendDefault(): void {
  if (!devices) throw new Error("There are no devices.");
  const list = devices.enumerateDevices.bind(devices);
  const ask = devices.getUserMedia;
  const lastOf = (all: readonly MediaDeviceInfo[]) => all.findLast(({ kind }) => kind === "audioinput");
  devices.enumerateDevices = async () => {
    const all = await list();
    const last = lastOf(all);
    return last ? [last, ...all.filter((device) => device !== last)] : all;
  };
  devices.getUserMedia = async (constraints) => {
    const deviceId = lastOf(await list())?.deviceId ?? "";
    return ask(
      JSON.stringify(constraints).includes("deviceId") ? constraints : { audio: { deviceId: { exact: deviceId } } },
    );
  };
  devices.dispatchEvent(new Event("devicechange"));
}

let speech: { heardAll: boolean; readonly result: ReturnType<typeof speak> } | undefined;

/** Begins to speak `ms` of audio into a session, as a page does. */
function startSpeaking(apiHost: string, ms: number): void {
  const contexts = watchContexts();
  const heard = async () => {
    // By the audio's own clock, which goes as fast as the machine can. How often it looks decides nothing.
    while ((contexts[0]?.currentTime ?? 0) < ms / 1_000) await harness.pause(20);
  };
  const begun: NonNullable<typeof speech> = {
    heardAll: false,
    result: speak(apiHost, async () => {
      await heard();
      begun.heardAll = true;
    }),
  };
  speech = begun;
}

/** Speaks into a session until all was heard. */
async function speak(apiHost: string, heard: () => Promise<void>) {
  const microphone = await openMicrophone();
  const { sampleRate } = microphone;
  const session = connect({ apiHost, token: tokenFrom("/api/token"), sampleRate, connectTimeout: 30_000 });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const watch = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      parts.push(chunk.slice());
      controller.enqueue(chunk);
    },
  });
  const sending = microphone.readable.pipeThrough(watch).pipeTo(session.audio);
  void heard().then(() => microphone.stop());
  const types = new Set<string>();
  let lostMs = 0;
  for await (const event of session.events) {
    types.add(event.type);
    if (event.type === "Reconnected") lostMs += event.lost_ms;
  }
  await sending;
  const sent = toBase64(new Uint8Array(await new Blob(parts).arrayBuffer()));
  return { types: [...types], lostMs, droppedMs: microphone.droppedMs, lights: harness.lights(), sent };
}

let aside: { stop(): Promise<Aside> } | undefined;

interface Aside {
  /** How long the page was hidden, while it recorded. */
  readonly hiddenMs: number;
  readonly lastedMs: number;
  /** What its AudioContext rendered meanwhile. */
  readonly renderedMs: number;
  /** Audio that was read, and what was dropped of it. */
  readonly givenMs: number;
  readonly droppedMs: number;
}

/** What the next microphone is captured through. */
function watchSource(): () => MediaStreamAudioSourceNode {
  let source: MediaStreamAudioSourceNode | undefined;
  const create = AudioContext.prototype.createMediaStreamSource;
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    source = create.call(this, stream);
    return source;
  };
  return () => {
    if (!source) throw new Error("No source was made.");
    return source;
  };
}

/** Records while the page does something else. */
async function recordAside(): Promise<void> {
  const sourceOf = watchSource();
  const microphone = await openMicrophone();
  const { context } = sourceOf();
  const from = context.currentTime;
  const began = performance.now();
  let [bytes, last, hiddenMs] = [0, began, 0];
  const reading = microphone.readable.pipeTo(
    new WritableStream({
      write(chunk) {
        const now = performance.now();
        if (document.hidden) hiddenMs += now - last;
        last = now;
        bytes += chunk.length;
      },
    }),
  );
  aside = {
    async stop() {
      const lastedMs = performance.now() - began;
      const renderedMs = 1000 * (context.currentTime - from);
      await microphone.stop();
      await reading;
      const { droppedMs } = microphone;
      return { hiddenMs, lastedMs, renderedMs, givenMs: bytes / 32, droppedMs };
    },
  };
}

interface Compared {
  /** Samples from the recording's beginning that are those which the render quanta held, in order. */
  readonly same: number;
  /** What `same` is at best: as far as both go. */
  readonly held: number;
  readonly sampleRate: number;
  readonly droppedMs: number;
  /** Between two chunks. */
  readonly longestWaitMs: number;
  /** The recording, in base64. */
  readonly recorded: string;
}

/**
 * Records this number of seconds, at the context's rate (`sampleRate` where the device has it), and beside it what a worklet
 * without any code of ours sees of the same source. The seconds are the audio's, however long a busy machine takes for
 * them. The main thread stands still for `blockMs` of every second.
 */
async function recordBeside(sampleRate: number | undefined, seconds: number, blockMs: number): Promise<Compared> {
  const sourceOf = watchSource();
  let reference: AudioWorkletNode | undefined;
  const addModule = AudioWorklet.prototype.addModule;
  AudioWorklet.prototype.addModule = async function (url) {
    await addModule.call(this, "/reference.js");
    await addModule.call(this, url);
    const source = sourceOf();
    reference = new AudioWorkletNode(source.context, "reference");
    source.connect(reference).connect(source.context.destination);
  };
  const rate = sampleRate ?? ownRate();
  const microphone = await openMicrophone({ sampleRate: rate, constraints: raw });
  const { context } = sourceOf();
  if (context.sampleRate !== rate) throw new Error(`The context runs at ${context.sampleRate} Hz`);
  const blocking = blockMs > 0 ? setInterval(() => blockFor(blockMs), 1000) : undefined;
  let give = () => {};
  const quanta = new Promise<Int16Array[]>((resolve) => {
    give = () => {
      reference?.port.addEventListener("message", ({ data }) => resolve(data), { once: true });
      reference?.port.start();
      reference?.port.postMessage("give");
    };
  });
  void quanta.then(() => microphone.stop());
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let missing = 2 * rate * seconds;
  let [last, longestWaitMs] = [performance.now(), 0];
  const keep = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(chunk) {
      parts.push(chunk);
      const now = performance.now();
      longestWaitMs = Math.max(longestWaitMs, now - last);
      last = now;
      const before = missing;
      missing -= chunk.length;
      if (before > 0 && missing <= 0) give();
    },
  });
  await microphone.readable.pipeTo(keep);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  clearInterval(blocking);
  const rendered = joined(await quanta);
  const recorded = new Int16Array(bytes.buffer);
  // The reference was there first.
  let best = { same: 0, held: 0 };
  for (let offset = 0; offset < 100 * 128; offset += 128) {
    const beside = rendered.subarray(offset);
    const same = agreement(recorded, beside);
    if (same > best.same) best = { same, held: Math.min(recorded.length, beside.length) };
  }
  const { droppedMs } = microphone;
  return { ...best, sampleRate: rate, droppedMs, longestWaitMs, recorded: toBase64(bytes) };
}

/** The rate of a context that nobody asked for another. */
function ownRate(): number {
  const context = new AudioContext();
  void context.close();
  return context.sampleRate;
}

function joined(quanta: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(quanta.reduce((length, quantum) => length + quantum.length, 0));
  let at = 0;
  for (const quantum of quanta) {
    all.set(quantum, at);
    at += quantum.length;
  }
  return all;
}

/** How many samples agree from the beginning. */
function agreement(a: Int16Array, b: Int16Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}

/** By a slow answer, waited for as old pages do, for that leaves the machine to others; but Firefox then stops the audio too. */
function blockFor(ms: number): void {
  if (navigator.userAgent.includes("Firefox")) {
    for (const end = performance.now() + ms; performance.now() < end; );
    return;
  }
  const request = new XMLHttpRequest();
  request.open("GET", `/slow/${ms}`, false);
  request.send();
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
