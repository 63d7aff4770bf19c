import { type ChannelEvent, type ChannelsSession, connectChannels } from "@voxpipe/channels";
import type { CommandIo } from "./command/command-io.ts";
import { type Connection, connectOptions } from "./command/connect-options.ts";
import { onFirstInterrupt } from "./command/interrupt.ts";
import type { TranscribeOptions } from "./command/transcribe-options.ts";
import type { ChannelAudio } from "./input/channel-audio.ts";
import type { Renderer } from "./output/renderer.ts";
import { eventNotice } from "./terminal/event-notice.ts";
import { type Progress, progressInterval } from "./terminal/progress-line.ts";

/** Each channel of a recording through a session of its own, until all have ended. Throws the first channel's failure. */
export async function transcribeChannels(
  audio: ChannelAudio,
  options: TranscribeOptions,
  connection: Connection,
  renderer: Renderer,
  { signals }: Pick<CommandIo, "signals">,
): Promise<void> {
  const { mode: _, ...session } = connectOptions(options, audio);
  const call = connectChannels({
    ...session,
    ...connection,
    channels: options.channels,
    // A recording waits for itself: nothing is missing that silence should replace.
    maxSkew: Number.POSITIVE_INFINITY,
  });
  const sending = options.channels.map((name, index) => {
    const channel = call.audio[name];
    // Anything that stops this pipe ends the channel, which reports it.
    return channel && audio.channels[index]?.pipeTo(channel).catch(() => {});
  });
  const forgetInterrupts = onFirstInterrupt(signals, () => void call.close().catch(() => {}));
  const ticking = setInterval(() => renderer.progress(progressOf(call, audio)), progressInterval);
  let failure: unknown;
  try {
    for await (const event of call.events) {
      if (event.type === "ChannelFailed") failure ??= event.error;
      const notice = noticeOf(event);
      if (notice !== undefined) renderer.notice(notice);
      await renderer.event(event);
    }
    await call.closed;
  } finally {
    clearInterval(ticking);
    forgetInterrupts();
    await Promise.all(sending);
  }
  const warning = await audio.warning();
  if (warning !== undefined) renderer.notice(`warning: ${warning}`);
  if (failure !== undefined) throw failure;
}

/** With the channel that it is about. */
function noticeOf(event: ChannelEvent<string>): string | undefined {
  switch (event.type) {
    case "ChannelFailed":
      return `${event.channel} failed; the other channels continue`;
    case "ChannelStalled":
    case "ChannelResumed":
      return undefined;
    default: {
      const notice = eventNotice(event);
      return notice === undefined || event.channel === undefined ? notice : `${event.channel}: ${notice}`;
    }
  }
}

function progressOf(call: ChannelsSession<string>, { length }: ChannelAudio): Progress {
  const sent = Object.values(call.stats()).map(({ audioSentMs }) => audioSentMs);
  return { state: call.state, unit: "ms", position: Math.min(...sent), length };
}
