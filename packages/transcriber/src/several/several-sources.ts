import { MicrophoneError, type openMicrophone } from "@voxpipe/microphone";
import type { SourcesOptions } from "../options.ts";
import { givenSource } from "../source/given-source.ts";
import type { Asked, Captures, Source } from "../source/source.ts";
import { Channel } from "./channel.ts";
import { ofChannel } from "./of-channel.ts";
import { SeveralCaptures } from "./several-captures.ts";

/**
 * Several sources as one. What has ended by itself, or failed, is not opened again after a pause.
 *
 * @param asked in the order of `sources`
 */
export async function severalSources(
  options: SourcesOptions,
  asked: readonly Asked[],
  opener: typeof openMicrophone,
  signal: AbortSignal,
): Promise<Source<Captures>> {
  const { source, sources, microphone, transcript, onEvent, microphones, sampleRate = 16_000, ...calls } = options;
  if (source !== undefined)
    throw new MicrophoneError("invalid-options", "Invalid source: there are sources, too. Give one of the two.");
  const names = Object.keys(sources);
  const nameOf = (index: number) => names[index] ?? "";
  // Nothing is made before all are there: until then they are let go as they are.
  const all = await each(asked, nameOf, async (source) => {
    const given = await source;
    return { given, isOurs: source instanceof Promise, since: performance.now() };
  });
  signal.throwIfAborted();
  const wanted = all.map(({ given }) => given ?? "microphone");
  refuseTwins(wanted, nameOf);
  const making = all.map(({ given, isOurs, since }) => givenSource(given, isOurs, opener, microphone, since));
  const channels = await each(
    making,
    nameOf,
    async (made, index) => new Channel(nameOf(index), await made, wanted[index] === "microphone"),
  ).catch((error: unknown) => {
    for (const made of making) made.then((source) => source.release()).catch(() => {});
    throw error;
  });
  return {
    async open(how) {
      const open = channels.filter(({ isOver }) => !isOver);
      const hasMicrophone = channels.some(({ isMicrophone }) => isMicrophone);
      const opening = open.map((channel) =>
        channel.open({ ...how, muted: how.muted && (channel.isMicrophone || !hasMicrophone) }),
      );
      try {
        await Promise.all(opening);
      } catch (error) {
        for (const each of opening) void each.then((capture) => capture.stop()).catch(() => {});
        throw error;
      }
      return new SeveralCaptures(channels, open, { ...calls, sampleRate });
    },
    release() {
      for (const { source } of channels) source.release();
    },
  };
}

/** Of all at once. An error is the channel's. */
function each<T, R>(
  values: readonly T[],
  nameOf: (index: number) => string,
  make: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
  return Promise.all(
    values.map((value, index) =>
      make(value, index).catch((cause: unknown) => {
        throw ofChannel(nameOf(index), cause);
      }),
    ),
  );
}

/** @throws MicrophoneError `invalid-options` */
function refuseTwins(things: readonly unknown[], nameOf: (index: number) => string): void {
  for (const [index, thing] of things.entries()) {
    const twin = things.indexOf(thing);
    if (twin === index) continue;
    const what = thing === "microphone" ? "microphone" : "stream";
    throw new MicrophoneError(
      "invalid-options",
      `Invalid sources: ${nameOf(twin)} and ${nameOf(index)} are the same ${what}. Give each channel a source of its own.`,
    );
  }
}
