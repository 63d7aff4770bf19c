import type { AlignmentListener } from "../alignment/alignment.ts";
import type { Settings } from "../options.ts";
import type { CallReports } from "./call-parts.ts";

/** Reports stalls, and hands their silence on. */
export function reportStalls<Name extends string>(
  { channels, sampleRate }: Settings<Name>,
  { report }: CallReports<Name>,
  fill: (channel: number, frames: number) => void,
): AlignmentListener {
  const ms = (frames: number) => (frames * 1_000) / sampleRate;
  return {
    fill({ lane, frames, begins, from }) {
      const channel = channels[lane];
      if (begins && channel !== undefined) report({ type: "ChannelStalled", channel, start_ms: ms(from) });
      fill(lane, frames);
    },
    resumed(lane, from, to) {
      const channel = channels[lane];
      if (channel !== undefined) report({ type: "ChannelResumed", channel, start_ms: ms(from), end_ms: ms(to) });
    },
  };
}
