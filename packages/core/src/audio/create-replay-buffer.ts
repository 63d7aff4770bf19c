import type { Settings } from "../options/options.ts";
import { pcmFormat } from "./audio-format.ts";
import { PcmReplayBuffer } from "./pcm-replay-buffer.ts";
import type { ReplayBuffer } from "./replay-buffer.ts";

/** The code for compressed formats is loaded only for them. */
export async function createReplayBuffer({
  encoding,
  sampleRate,
  frameDuration,
  reconnect,
  warn,
}: Settings): Promise<ReplayBuffer> {
  const format = pcmFormat(encoding, sampleRate);
  const capacityMs = reconnect?.replayBuffer ?? 0;
  if (format) return new PcmReplayBuffer(format, frameDuration, capacityMs);
  const { PacketReplayBuffer } = await import("./packet-replay-buffer.ts");
  return new PacketReplayBuffer(encoding, frameDuration, capacityMs, warn);
}
