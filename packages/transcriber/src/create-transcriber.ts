import { listMicrophones, type MicrophoneDevice, openMicrophone } from "@voxpipe/microphone";
import { createTranscript, type Transcript, type TranscriptOptions } from "@voxpipe/transcript";
import { failure, type TranscriberError } from "./failure.ts";
import { levelWatch } from "./level-watch.ts";
import { type Effect, type Input, type Phase, statusOf, type TranscriberStatus, table } from "./machine.ts";
import { listen, notify } from "./notify.ts";
import type { SourcesOptions, TranscriberOptions } from "./options.ts";
import { type AnyEvent, newRun, type Run, type RunHost } from "./run.ts";
import { idleSnapshot, type TranscriberSnapshot } from "./snapshot.ts";
import { type Capture, type Captures, checkSource, type Source, sourceOf, type Wanted } from "./source/source.ts";
import type { Transcriber } from "./transcriber.ts";

type Call = "start" | "stop" | "abort" | "pause" | "resume";

const begins = (input: Input) => input === "start" || input === "resume";

/**
 * Makes a transcriber. It opens and connects nothing before `start()`, so it may be made anywhere, also on a server.
 *
 * @example
 * ```ts
 * const transcriber = createTranscriber({ token: tokenFrom("/api/token"), formatTurns: true });
 * transcriber.subscribe(() => show(transcriber.snapshot));
 * button.addEventListener("click", () => transcriber.start());
 * ```
 * @example Both sides of a meeting, in one transcript whose turns have a `channel`
 * ```ts
 * const sources = { me: "microphone", others: openTabAudio } as const;
 * const meeting = createTranscriber({ token: tokenFrom("/api/token"), sources });
 * ```
 * @throws MicrophoneError `invalid-options` if `source` is none; RangeError if `transcript.keep` is no number of turns
 */
export function createTranscriber(options: TranscriberOptions | SourcesOptions): Transcriber {
  // It does what the table says, and holds the source, the present run, and what the snapshot is made from. A function, as
  // local names are short in what a page loads.
  const {
    source,
    sources,
    sampleRate = 16_000,
    microphone,
    transcript: first,
    onEvent,
    microphones: used = { openMicrophone, listMicrophones },
    ...rest
  } = options;
  const wanted: Wanted = Object.entries(sources ?? [source]);
  for (const [, option] of wanted) if (typeof option !== "function") checkSource(option);
  const listeners = new Set<() => void>();
  let phase: Phase = "idle";
  let run: Run | undefined;
  /** Shown after it was dropped, too. */
  let last: Run | undefined;
  /** Kept over a pause. */
  let kept: Source<Capture | Captures> | undefined;
  /** Until the microphone of the run before is off. */
  let closing: Promise<unknown> | undefined;
  let muted = false;
  let deviceId = microphone?.deviceId || undefined;
  /** Counts choices of a device, of which the last one counts; and those under way. */
  let choices = 0;
  let choosing = 0;
  let error: TranscriberError | undefined;
  let waiting: (readonly [TranscriberStatus, resolve: () => void])[] = [];
  let snapshot = idleSnapshot;
  let transcript: Transcript;
  begin(first);
  const levels = levelWatch(() => live()?.level);

  const host: RunHost = {
    report,
    event(event: AnyEvent) {
      transcript.push(event);
      const listener: RunHost["event"] | undefined = onEvent;
      if (listener) notify([listener], event);
    },
    captureChanged() {
      error ??= run?.capture?.error;
      const heard = live()?.device.deviceId;
      // A chosen device that was lost is followed by the system's default.
      if (run?.deviceId !== undefined && choosing === 0 && heard && heard !== run.deviceId)
        deviceId = run.deviceId = undefined;
      changed();
    },
  };

  const act: Readonly<Record<Effect, () => void>> = {
    open() {
      run = newRun(host, { ...rest, sampleRate }, () => muted, deviceId);
      last = run;
      void run.open(prepare(run.signal));
    },
    connect() {
      mute(muted);
      if (run?.deviceId !== deviceId) void setDevice(deviceId);
      // A run is a further session, whichever of its channels begins first.
      if (run?.capture?.channels) transcript.push({ type: "Begin" });
      run?.connect();
    },
    hush() {
      void run?.capture?.stop();
    },
    close() {
      // Events end after it, or fail.
      void (run?.session ?? run?.call)?.close();
    },
    drop() {
      const dropped = run;
      run = undefined;
      closing = dropped?.drop() ?? closing;
    },
    forget() {
      kept?.release();
      kept = undefined;
    },
  };

  function begin(options?: TranscriptOptions) {
    transcript = createTranscript(options);
    transcript.subscribe(changed);
  }

  /** What is captured just now. */
  function live(): Capture | Captures | undefined {
    const capture = run?.capture;
    return capture?.state === "stopped" ? undefined : capture;
  }

  /** Resolves when the call has come to an end, good or bad. */
  function call(input: Call): Promise<void> {
    return new Promise((resolve) => {
      report(input);
      waiting.push([begins(input) ? "starting" : "finishing", resolve]);
      settle();
    });
  }

  function settle(): void {
    // In a restart, a stop and a start are under way.
    waiting = waiting.filter(
      ([status, resolve]) => phase === "restarting" || statusOf(phase) === status || void resolve(),
    );
  }

  function report(input: Input, cause?: unknown): void {
    const was = phase;
    const step = table[was][input];
    if (!step) return;
    const [next, ...effects] = step;
    phase = next;
    if (begins(input)) error = undefined;
    // Of two errors in a row the first one is the cause.
    if (cause !== undefined && !(was === "failing" && error)) error = failure(cause);
    for (const effect of effects) act[effect]();
    levels.update();
    settle();
    changed();
  }

  /** Without a wait if nothing has to be waited for: browsers open some sources only in a click's own task. */
  async function prepare(signal: AbortSignal): Promise<Source<Capture | Captures>> {
    if (closing) await closing;
    signal.throwIfAborted();
    if (kept) return kept;
    const source = await sourceOf(options, wanted, used.openMicrophone, signal);
    if (signal.aborted) source.release();
    signal.throwIfAborted();
    kept = source;
    return source;
  }

  function mute(value: boolean): void {
    muted = value;
    if (muted) live()?.mute();
    else live()?.unmute();
    changed();
  }

  async function setDevice(id?: string): Promise<void> {
    const chosen = id || undefined;
    const choice = ++choices;
    deviceId = chosen;
    changed();
    const present = run;
    const capture = live();
    // A later start, or the opening that is under way, follows the choice.
    if (!present || !capture) return;
    let problem: TranscriberError | undefined;
    choosing++;
    try {
      await capture.setDevice(chosen);
      // An earlier choice resolves without effect.
      if (choice === choices || capture.device.deviceId === chosen) present.deviceId = chosen;
    } catch (cause) {
      problem = failure(cause);
    }
    choosing--;
    if (choice !== choices || present !== run || !live()) return;
    deviceId = present.deviceId;
    error = problem;
    changed();
  }

  function changed(): void {
    const next = state();
    const present = Object.values(snapshot);
    if (Object.values(next).every((value, index) => value === present[index])) return;
    snapshot = Object.freeze(next);
    notify(listeners);
  }

  function state(): TranscriberSnapshot {
    const capture = live();
    const { droppedMs, channels = idleSnapshot.channels } = last?.capture ?? idleSnapshot;
    return {
      status: statusOf(phase),
      transcript: transcript.snapshot,
      muted,
      deviceId,
      device: same(capture?.device),
      interrupted: capture?.state === "interrupted",
      droppedMs,
      channels,
      error,
    };
  }

  function same(device: MicrophoneDevice | undefined): MicrophoneDevice | undefined {
    const present = snapshot.device;
    if (!device?.label && !device?.deviceId) return undefined;
    return present?.deviceId === device.deviceId && present.label === device.label ? present : device;
  }

  changed();
  return {
    get snapshot() {
      return snapshot;
    },
    subscribe: (listener) => listen(listeners, listener),
    start: () => call("start"),
    stop: () => call("stop"),
    abort: () => void call("abort"),
    pause: () => call("pause"),
    resume: () => call("resume"),
    mute: () => mute(true),
    unmute: () => mute(false),
    setDevice,
    clear() {
      begin({ keep: first?.keep });
      changed();
    },
    get level() {
      return levels.now();
    },
    watchLevel: levels.watch,
    get session() {
      return run?.session;
    },
    get call() {
      return run?.call;
    },
    listMicrophones: () => used.listMicrophones(),
    [Symbol.asyncDispose]: () => call("stop"),
  };
}
