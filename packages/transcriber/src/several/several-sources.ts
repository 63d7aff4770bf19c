import { MicrophoneError, type openMicrophone } from "@voxpipe/microphone";
import { ChannelError } from "../failure.ts";
import type { SourcesOptions } from "../options.ts";
import { sourceMaker } from "../source/given-source.ts";
import type { Captures, Handed, Source } from "../source/source.ts";
import { Channel } from "./channel.ts";
import { SeveralCaptures } from "./several-captures.ts";

/**
 * Several sources as one. What has ended by itself, or failed, is not opened again after a pause.
 *
 * @param handed in the order of `sources`
 */
export async function severalSources(
  options: SourcesOptions,
  handed: Promise<readonly Handed[]>,
  opener: typeof openMicrophone,
  signal: AbortSignal,
): Promise<Source<Captures>> {
  const { source, sources, microphone, transcript, onEvent, microphones, sampleRate = 16_000, ...calls } = options;
  if (source !== undefined)
    throw new MicrophoneError("invalid-options", "Invalid source: there are sources, too. Give one of the two.");
  const names = Object.keys(sources);
  const nameOf = (index: number) => names[index] ?? "";
  const all = await handed;
  const wanted = all.map(({ given }) => given ?? "microphone");
  refuseTwins(wanted, nameOf);
  const makers = await Promise.all(
    all.map((each, index) =>
      sourceMaker(each, opener, microphone).catch((cause: unknown) => {
        throw new ChannelError(cause, nameOf(index));
      }),
    ),
  );
  signal.throwIfAborted();
  // Nothing is taken before all can be: until then they are let go as they are.
  const channels: Channel[] = [];
  for (const [index, make] of makers.entries()) {
    try {
      channels.push(new Channel(nameOf(index), make(), wanted[index] === "microphone"));
    } catch (cause) {
      for (const { source } of channels) source.release();
      throw new ChannelError(cause, nameOf(index));
    }
  }
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
