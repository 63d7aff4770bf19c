import { pcmFormat } from "./audio-format.ts";
import type { AudioLog } from "./audio-log.ts";
import type { Settings } from "./options.ts";
import { PacketLog } from "./packet-log.ts";
import { PcmLog } from "./pcm-log.ts";

export function createAudioLog({ encoding, sampleRate, frameDuration, reconnect }: Settings): AudioLog {
  const format = pcmFormat(encoding, sampleRate);
  const capacityMs = reconnect?.replayBuffer ?? 0;
  return format ? new PcmLog(format, frameDuration, capacityMs) : new PacketLog(encoding, frameDuration, capacityMs);
}
