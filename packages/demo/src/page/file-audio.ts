import { downmix, encodePcm16 } from "@voxpipe/audio";

export const fileSampleRate = 16_000;
/** Samples per chunk: half a second, so that the session can set the pace. */
const chunk = fileSampleRate / 2;

/** The audio of a file of any kind that the browser can play, as mono s16le. */
export async function fileAudio(file: File): Promise<ReadableStream<Uint8Array>> {
  const decoded = await decode(file);
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, i) => decoded.getChannelData(i));
  const mono = new Float32Array(decoded.length);
  downmix(channels, mono);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(encodePcm16(mono.subarray(at, at + chunk)));
      at += chunk;
      if (at >= mono.length) controller.close();
    },
  });
}

async function decode(file: File): Promise<AudioBuffer> {
  try {
    // An offline context resamples what it decodes to its own rate.
    return await new OfflineAudioContext(1, 1, fileSampleRate).decodeAudioData(await file.arrayBuffer());
  } catch (cause) {
    throw new Error(`${file.name} is no audio that this browser can play. Choose a WAV, MP3, M4A or OGG file.`, {
      cause,
    });
  }
}
