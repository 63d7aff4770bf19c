import { type ConnectOptions, connect, StreamingError, type StreamingSession } from "voxpipe";

/** How channels become sessions. */
export type Mode = "separate" | "mixed";

/** Options of `connectChannels`: those of `connect`, which all sessions get, and these. */
export interface ChannelsOptions<Name extends string> extends Omit<ConnectOptions, "mode"> {
  /** Their names, 1 to 16, each once. */
  readonly channels: readonly Name[];
  /**
   * - `"separate"`: a session for each channel. Every word has the right channel; each session is billed.
   * - `"mixed"`: one session for the sum of all channels; words are attributed by the channels' own voice activity.
   *
   * The service's own parameter `mode` can be set in `connect`.
   *
   * @default "separate"
   */
  readonly mode?: Mode;
  /**
   * How far channels may be apart, in ms. One that is ahead by this much waits for the others; one that delivers nothing for
   * this long is filled with silence and reported as `ChannelStalled`. `Infinity`, for recordings: wait, and fill nothing.
   *
   * @default 1000
   */
  readonly maxSkew?: number;
  /**
   * Starts a session; `connect` of `voxpipe` unless given. It gets the channel's name, so that a channel may have options
   * of its own, such as another language. With `mode: "mixed"` there is no name.
   *
   * @example
   * ```ts
   * connect: (options, channel) => connect({ ...options, languageCodes: channel === "agent" ? ["en"] : ["es"] })
   * ```
   */
  readonly connect?: (options: ConnectOptions, channel: Name | undefined) => StreamingSession;
}

/** Options, checked, with every default in place. */
export interface Settings<Name extends string> {
  readonly channels: readonly Name[];
  readonly mode: Mode;
  readonly maxSkew: number;
  readonly connect: (options: ConnectOptions, channel: Name | undefined) => StreamingSession;
  readonly session: ConnectOptions;
  readonly encoding: "pcm_s16le" | "pcm_mulaw";
  readonly sampleRate: number;
  /** High-water mark of a channel's audio, in ms. */
  readonly audioBuffer: number;
}

const mostChannels = 16;

/** @throws StreamingError `invalid-options` with every option of this package that is wrong */
export function readOptions<Name extends string>(options: ChannelsOptions<Name>): Settings<Name> {
  const { channels, mode = "separate", maxSkew = 1_000, connect: open = connect, ...session } = options;
  const { encoding = "pcm_s16le", sampleRate, audioBuffer = 1_000 } = session;
  const problems = [
    ...problemsOfNames(channels),
    ...(mode === "separate" || mode === "mixed"
      ? []
      : [`mode: ${show(mode)} is not valid. Give "separate" or "mixed".`]),
    ...(maxSkew > 0 ? [] : [`maxSkew: ${show(maxSkew)} is not valid. Give a number of ms above 0, or Infinity.`]),
    ...(typeof open === "function" ? [] : [`connect: ${show(open)} is not valid. Give a function, or leave it out.`]),
  ];
  if (encoding !== "pcm_s16le" && encoding !== "pcm_mulaw")
    problems.push(
      `encoding: ${show(encoding)} has no clock that channels could share. Decode it, and give pcm_s16le or pcm_mulaw.`,
    );
  if (typeof sampleRate !== "number") problems.push("sampleRate: missing. All channels need the same one.");
  if (problems.length > 0 || typeof sampleRate !== "number" || (encoding !== "pcm_s16le" && encoding !== "pcm_mulaw"))
    throw new StreamingError("invalid-options", problems.join("\n"));
  // The sum of mu-law channels needs more range than mu-law has.
  const sent = mode === "mixed" ? { ...session, encoding: "pcm_s16le" as const } : session;
  return { channels, mode, maxSkew, connect: open, session: sent, encoding, sampleRate, audioBuffer };
}

function problemsOfNames(channels: unknown): string[] {
  if (!Array.isArray(channels) || channels.length < 1 || channels.length > mostChannels)
    return [`channels: ${show(channels)} is not valid. Give 1 to ${mostChannels} names, such as ["agent", "caller"].`];
  const bad = channels.filter(
    (name, index) => typeof name !== "string" || name === "" || channels.indexOf(name) !== index,
  );
  return bad.map(
    (name) => `channels: ${show(name)} is empty, no text, or there twice. Give each channel a name of its own.`,
  );
}

function show(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 80);
  } catch {
    return "the value";
  }
}
