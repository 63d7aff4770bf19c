import { createRequire } from "node:module";
import type Sherpa from "sherpa-onnx-node";
import { sampleRate, windowSamples } from "../audio/audio-format.ts";
import type { Decode } from "../reading/segment-reader.ts";
import type { ModelFiles } from "../thread/messages.ts";
import type { VoiceDetector } from "../transcription.ts";

// Required, not imported: Node 20 ends the thread if the import of a CommonJS module throws, even if that is caught.
const sherpa: typeof Sherpa = createRequire(import.meta.url)("sherpa-onnx-node");

/** The loaded models of one worker thread. The decoder is shared by its sessions; voice detection has state. */
export interface Models {
  readonly decode: Decode;
  voiceDetector(): VoiceDetector;
}

/** Voice for longer than this is flushed: otherwise the detector would keep all of its audio. */
const flushAfterWindows = (20 * sampleRate) / windowSamples;

/** Loads Moonshine tiny and Silero VAD; takes about a second. One thread each: sessions run in parallel instead. */
export function loadModels(files: ModelFiles): Models {
  const recognizer = new sherpa.OfflineRecognizer({
    featConfig: { sampleRate, featureDim: 80 },
    modelConfig: {
      moonshine: { encoder: files.encoder, mergedDecoder: files.decoder },
      tokens: files.tokens,
      numThreads: 1,
      provider: "cpu",
    },
  });
  return {
    decode(samples) {
      const stream = recognizer.createStream();
      stream.acceptWaveform({ samples, sampleRate });
      recognizer.decode(stream);
      return recognizer.getResult(stream).text;
    },
    voiceDetector: () => voiceDetector(files.voice),
  };
}

/** Uses only the verdict on each window: segments are made elsewhere, and the detector's own are dropped. */
function voiceDetector(model: string): VoiceDetector {
  const silero = {
    model,
    threshold: 0.5,
    minSpeechDuration: 0.064,
    minSilenceDuration: 0.032,
    maxSpeechDuration: 60,
    windowSize: windowSamples,
  };
  const vad = new sherpa.Vad({ sileroVad: silero, sampleRate, numThreads: 1 }, 60);
  let run = 0;
  return {
    voiced(window) {
      vad.acceptWaveform(window);
      const voiced = vad.isDetected();
      run = voiced ? run + 1 : 0;
      if (run % flushAfterWindows === flushAfterWindows - 1) vad.flush();
      while (!vad.isEmpty()) vad.pop();
      return voiced;
    },
  };
}
