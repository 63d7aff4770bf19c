/** What a transcriber is doing. `statusOf` says how each phase is shown. */
export type Phase =
  | "idle"
  /** The source is being opened, or the visitor is being asked for it. */
  | "opening"
  /** Audio is captured, and waits for the session. */
  | "connecting"
  | "listening"
  | "reconnecting"
  /** Nothing is captured any more; the last words are on their way. What follows is in the name. */
  | "stopping"
  | "pausing"
  | "restarting"
  | "failing"
  | "paused"
  | "failed";

/** For people. `starting` covers everything between a start and the first audio that the service takes. */
export type TranscriberStatus = "idle" | "starting" | "listening" | "reconnecting" | "finishing" | "paused" | "failed";

export type Input =
  /** Calls. */
  | "start"
  | "stop"
  | "abort"
  | "pause"
  | "resume"
  /** Reports of the source. */
  | "opened"
  | "sourceEnded"
  | "sourceFailed"
  /** Reports of the session; `failed` also of a source that does not open. */
  | "connected"
  | "dropped"
  | "ended"
  | "failed";

export type Effect =
  /** Opens the source that was kept, or a new one. */
  | "open"
  /** Starts a session, and sends it what the source gives. */
  | "connect"
  /** Turns the source off; what it has heard is still sent. */
  | "hush"
  /** Ends the session behind the audio that was sent. */
  | "close"
  /** Lets go of source and session at once. */
  | "drop"
  /** The source is not opened again. */
  | "forget";

/** The next phase, and what is done on the way. */
export type Step = readonly [Phase, ...Effect[]];

/** Phases with an open source, which differ in two inputs only. */
const open = {
  stop: ["stopping", "hush", "forget"],
  abort: ["idle", "drop", "forget"],
  pause: ["pausing", "hush"],
  sourceEnded: ["stopping", "close", "forget"],
  sourceFailed: ["failing", "close", "forget"],
  ended: ["idle", "drop", "forget"],
  failed: ["failed", "drop", "forget"],
} as const satisfies Partial<Record<Input, Step>>;

/** Every phase and input; what is not here changes nothing. */
export const table: Readonly<Record<Phase, Readonly<Partial<Record<Input, Step>>>>> = {
  idle: {
    start: ["opening", "open"],
  },
  opening: {
    opened: ["connecting", "connect"],
    stop: ["idle", "drop", "forget"],
    abort: ["idle", "drop", "forget"],
    pause: ["paused", "drop"],
    failed: ["failed", "drop", "forget"],
  },
  connecting: { ...open, connected: ["listening"] },
  listening: { ...open, dropped: ["reconnecting"] },
  reconnecting: { ...open, connected: ["listening"] },
  stopping: {
    start: ["restarting"],
    abort: ["idle", "drop"],
    sourceEnded: ["stopping", "close"],
    sourceFailed: ["failing", "close"],
    ended: ["idle", "drop"],
    failed: ["failed", "drop"],
  },
  pausing: {
    start: ["restarting"],
    resume: ["restarting"],
    stop: ["stopping", "forget"],
    abort: ["idle", "drop", "forget"],
    sourceEnded: ["pausing", "close"],
    sourceFailed: ["failing", "close", "forget"],
    ended: ["paused", "drop"],
    failed: ["failed", "drop", "forget"],
  },
  restarting: {
    stop: ["stopping", "forget"],
    pause: ["pausing"],
    abort: ["idle", "drop", "forget"],
    sourceEnded: ["restarting", "close"],
    sourceFailed: ["restarting", "close"],
    ended: ["opening", "drop", "open"],
    failed: ["opening", "drop", "open"],
  },
  failing: {
    start: ["restarting"],
    abort: ["failed", "drop"],
    ended: ["failed", "drop"],
    failed: ["failed", "drop"],
  },
  paused: {
    start: ["opening", "open"],
    resume: ["opening", "open"],
    stop: ["idle", "forget"],
    abort: ["idle", "forget"],
  },
  failed: {
    start: ["opening", "open"],
  },
};

/** What the other phases are shown as. */
const shown = {
  opening: "starting",
  connecting: "starting",
  stopping: "finishing",
  pausing: "finishing",
  restarting: "starting",
  failing: "finishing",
} as const;

const isShown = (phase: Phase): phase is keyof typeof shown => phase in shown;

export const statusOf = (phase: Phase): TranscriberStatus => (isShown(phase) ? shown[phase] : phase);
