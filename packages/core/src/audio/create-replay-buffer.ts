import type { Settings } from "../options/options.ts";
import { pcmFormat } from "./audio-format.ts";
import { PacketReplayBuffer } from "./packet-replay-buffer.ts";
import { PcmReplayBuffer } from "./pcm-replay-buffer.ts";
import type { ReplayBuffer } from "./replay-buffer.ts";

export function createReplayBuffer({ encoding, sampleRate, frameDuration, reconnect }: Settings): ReplayBuffer {
  const format = pcmFormat(encoding, sampleRate);
  const capacityMs = reconnect?.replayBuffer ?? 0;
  return format
    ? new PcmReplayBuffer(format, frameDuration, capacityMs)
    : new PacketReplayBuffer(encoding, frameDuration, capacityMs);
}
