import { downmix, encodePcm16 } from "@voxpipe/audio";

export const fileSampleRate = 16_000;

/** The audio of a file of any kind that the browser can play, as mono s16le. */
export async function fileAudio(file: File): Promise<ReadableStream<Uint8Array>> {
  // An offline context resamples what it decodes to its own rate.
  const decode = async () => new OfflineAudioContext(1, 1, fileSampleRate).decodeAudioData(await file.arrayBuffer());
  const decoded = await decode().catch((cause) => {
    const reason = `${file.name} is no audio that this browser can play.`;
    throw new Error(`${reason} Choose a WAV, MP3, M4A or OGG file.`, { cause });
  });
  const mono = new Float32Array(decoded.length);
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, i) => decoded.getChannelData(i));
  downmix(channels, mono);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      // Half a second, so that the session can set the pace.
      controller.enqueue(encodePcm16(mono.subarray(at, at + fileSampleRate / 2)));
      at += fileSampleRate / 2;
      if (at >= mono.length) controller.close();
    },
  });
}
