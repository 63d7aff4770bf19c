import { type ConnectOptions, StreamingError, type StreamingEvent, type StreamingSession } from "voxpipe";
import type { ChannelEvent } from "./events/channel-event.ts";
import { MergedEvents } from "./events/merged-events.ts";
import type { CallParts, CallReports } from "./modes/call-parts.ts";
import { mixed } from "./modes/mixed.ts";
import { separate } from "./modes/separate.ts";
import { type ChannelsOptions, readOptions, type Settings } from "./options.ts";
import type { ChannelResult, ChannelStats, ChannelsSession, ChannelsSummary } from "./session.ts";

/**
 * Transcribes the channels of a call, each by its name, on one clock. Starts all sessions and returns at once.
 *
 * @example
 * ```ts
 * const call = connectChannels({ channels: ["agent", "caller"], sampleRate: 16_000, token: tokenFrom("/api/token") });
 * agentPcm.pipeTo(call.audio.agent).catch(() => {});
 * callerPcm.pipeTo(call.audio.caller).catch(() => {});
 * for await (const event of call.events)
 *   if (event.type === "Turn" && event.end_of_turn) console.log(`${event.channel}: ${event.transcript}`);
 * ```
 * @throws StreamingError `invalid-options` or `api-key-in-browser`, before anything is sent
 */
export function connectChannels<const Name extends string>(options: ChannelsOptions<Name>): ChannelsSession<Name> {
  return new Call(readOptions(options));
}

class Call<Name extends string> implements ChannelsSession<Name> {
  readonly audio: ChannelsSession<Name>["audio"];
  readonly events: ChannelsSession<Name>["events"];
  readonly opened: ChannelsSession<Name>["opened"];
  readonly closed: Promise<ChannelsSummary<Name>>;
  readonly #settings: Settings<Name>;
  readonly #parts: CallParts<Name>;
  readonly #merged: MergedEvents<StreamingEvent, ChannelEvent<Name>>;
  /** Sessions that failed. */
  readonly #failed = new Set<number>();
  /** Of the session that failed first. */
  #failure: { readonly error: unknown } | undefined;

  constructor(settings: Settings<Name>) {
    this.#settings = settings;
    const reports: CallReports<Name> = {
      report: (event) => this.#merged.push(event),
      ended: (session, failure) => this.#sessionEnded(session, failure),
    };
    const modes = { separate, mixed };
    this.#parts = modes[settings.mode](settings, reports, this.#opener());
    this.#merged = new MergedEvents(this.#parts.sources, () => this.close().catch(() => {}));
    this.events = this.#merged.stream;
    this.audio = this.#byName((index) => this.#parts.lanes[index]?.stream);
    this.opened = handled(this.#whenOpened());
    this.closed = handled(this.#whenClosed());
  }

  get state() {
    const states = this.#parts.sessions.map(({ state }) => state);
    const order = ["reconnecting", "connecting", "closing", "open", "closed"] as const;
    return order.find((state) => states.includes(state)) ?? "closed";
  }

  updateConfiguration(...[configuration, channel]: Parameters<ChannelsSession<Name>["updateConfiguration"]>) {
    return this.#each(channel, (session) => session.updateConfiguration(configuration));
  }

  forceEndpoint(channel?: Name): Promise<void> {
    return this.#each(channel, (session) => session.forceEndpoint());
  }

  keepAlive(): Promise<void> {
    return this.#each(undefined, (session) => session.keepAlive());
  }

  async #finish(): Promise<void> {
    this.#parts.alignment.release();
    await Promise.all(this.#parts.lanes.map((lane) => lane.flushed()));
    await this.#parts.flush().catch(() => {});
    for (const session of this.#parts.sessions) session.close().catch(() => {});
    const ended = new StreamingError("session-ended", "The call was closed, and takes no more audio. Connect again.");
    for (const lane of this.#parts.lanes) lane.fail(ended);
  }

  close(): Promise<ChannelsSummary<Name>> {
    this.#finish().catch(() => {});
    return this.closed;
  }

  abort(reason?: unknown): void {
    this.#parts.alignment.release();
    for (const session of this.#parts.sessions) session.abort(reason);
  }

  stats(): { readonly [N in Name]: ChannelStats } {
    const { alignment, lanes } = this.#parts;
    const { sampleRate, encoding } = this.#settings;
    const ms = (frames: number) => Math.round((frames * 1_000) / sampleRate);
    return this.#byName((index) => {
      const session = this.#parts.sessionOf(index)?.stats();
      const pending = (lanes[index]?.pendingBytes ?? 0) / (encoding === "pcm_mulaw" ? 1 : 2);
      return (
        session && {
          ...session,
          audioBufferedMs: session.audioBufferedMs + ms(pending),
          filledMs: ms(alignment.filled(index)),
          positionMs: ms(alignment.position(index)),
        }
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.state !== "closed") await this.close().catch(() => {});
  }

  /** Opens sessions. If one cannot be opened, those before it are given up. */
  #opener(): (channel: Name | undefined) => StreamingSession {
    const { connect, session: options } = this.#settings;
    const shown = new Set<string>();
    const warn = options.onWarning ?? ((message: string) => console.warn(`voxpipe: ${message}`));
    // All sessions have the same options, and each would warn of them.
    const onWarning = (message: string) => {
      if (shown.has(message)) return;
      shown.add(message);
      warn(message);
    };
    const opened: StreamingSession[] = [];
    return (channel) => {
      try {
        const session = connect({ ...options, onWarning } satisfies ConnectOptions, channel);
        opened.push(session);
        return session;
      } catch (error) {
        for (const session of opened) session.abort(error);
        throw error;
      }
    };
  }

  #sessionEnded(index: number, failure: { readonly error: unknown } | undefined): void {
    const { sessions, lanes } = this.#parts;
    const error = failure?.error;
    for (const [channel, lane] of lanes.entries())
      if (this.#parts.sessionOf(channel) === sessions[index])
        lane.fail(error ?? new StreamingError("session-ended", "The channel's session has ended. Connect again."));
    if (!failure) return;
    const channel = sessions.length === 1 ? undefined : this.#settings.channels[index];
    if (channel !== undefined && error instanceof StreamingError)
      this.#merged.push({ type: "ChannelFailed", channel, error });
    this.#failure ??= failure;
    this.#failed.add(index);
    if (this.#failed.size === sessions.length) this.#merged.fail(this.#failure.error);
  }

  async #each(channel: Name | undefined, run: (session: StreamingSession) => Promise<void>): Promise<void> {
    const index = channel === undefined ? -1 : this.#settings.channels.indexOf(channel);
    const one = this.#parts.sessionOf(index);
    if (channel !== undefined && one === undefined)
      throw new StreamingError("invalid-options", `There is no channel ${JSON.stringify(channel)} in this call.`);
    const running = this.#parts.sessions.filter(({ state }) => state !== "closed");
    await Promise.all((one ? [one] : running.length > 0 ? running : this.#parts.sessions).map(run));
  }

  async #whenOpened(): Promise<{ readonly [N in Name]?: Awaited<StreamingSession["opened"]> }> {
    const begun = await Promise.allSettled(this.#parts.sessions.map(({ opened }) => opened));
    const bySession = new Map(this.#parts.sessions.map((session, index) => [session, begun[index]]));
    const failed = begun.find((result) => result.status === "rejected");
    if (failed && begun.every((result) => result.status === "rejected")) throw failed.reason;
    return this.#byName((index) => {
      const session = this.#parts.sessionOf(index);
      const result = session && bySession.get(session);
      return result?.status === "fulfilled" ? result.value : undefined;
    });
  }

  async #whenClosed(): Promise<ChannelsSummary<Name>> {
    for (const { closed } of this.#parts.sessions) closed.catch((error: unknown) => (this.#failure ??= { error }));
    const ended = await Promise.allSettled(this.#parts.sessions.map(({ closed }) => closed));
    this.#parts.alignment.release();
    if (this.#failure && ended.every((result) => result.status === "rejected")) throw this.#failure.error;
    const seconds = ended.flatMap((result) =>
      result.status === "fulfilled" ? (result.value.sessionDurationSeconds ?? []) : [],
    );
    const channels = this.#byName((index): ChannelResult | undefined => {
      const session = this.#parts.sessionOf(index);
      const result = session && ended[this.#parts.sessions.indexOf(session)];
      return result?.status === "fulfilled" ? { summary: result.value } : result && { error: result.reason };
    });
    const sum = seconds.reduce((total, value) => total + value, 0);
    return { channels, sessionDurationSeconds: seconds.length === 0 ? undefined : sum };
  }

  /** An object with a value for each channel. */
  #byName<T>(value: (index: number) => T | undefined): { readonly [N in Name]: T } {
    const entries = this.#settings.channels.flatMap((name, index): [Name, T][] => {
      const made = value(index);
      return made === undefined ? [] : [[name, made]];
    });
    return Object.fromEntries(entries) as { readonly [N in Name]: T };
  }
}

/** A promise whose rejection is never unhandled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
