import type { Settings } from "../options/options.ts";
import { pcmFormat } from "./audio-format.ts";
import { PacketLog } from "./packet-replay-buffer.ts";
import { PcmLog } from "./pcm-replay-buffer.ts";
import type { AudioLog } from "./replay-buffer.ts";

export function createAudioLog({ encoding, sampleRate, frameDuration, reconnect }: Settings): AudioLog {
  const format = pcmFormat(encoding, sampleRate);
  const capacityMs = reconnect?.replayBuffer ?? 0;
  return format ? new PcmLog(format, frameDuration, capacityMs) : new PacketLog(encoding, frameDuration, capacityMs);
}
