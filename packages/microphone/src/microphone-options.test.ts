import { expect, test } from "vitest";
import { checkOptions } from "./microphone-options.ts";

/** A stream with tracks in these states. */
function stream(...audio: MediaStreamTrackState[]) {
  const tracks = audio.map((readyState) => ({ kind: "audio", readyState }));
  return { getAudioTracks: () => tracks, getTracks: () => [...tracks, { kind: "video", readyState: "live" }] };
}

function refusal(options: object): unknown {
  try {
    Reflect.apply(checkOptions, undefined, [options]);
    return "none";
  } catch (error) {
    return error;
  }
}

test("the defaults: 16 kHz, 30 s, the worklet beside the module", () => {
  const settings = checkOptions({});
  expect(settings).toMatchObject({ sampleRate: 16_000, audioBuffer: 30_000 });
  expect(String(settings.workletUrl)).toMatch(/\/worklet\.js$/);
});

test.each<[object, string]>([
  [{ sampleRate: 7_999 }, "sampleRate 7999: use"],
  [{ sampleRate: 16_000.5 }, "sampleRate 16000.5: use"],
  [{ sampleRate: "16000" }, 'sampleRate "16000": use'],
  [{ audioBuffer: Number.NaN }, "audioBuffer NaN: use"],
  [{ audioBuffer: Number.POSITIVE_INFINITY }, "audioBuffer Infinity: use"],
  [{ deviceId: 7 }, "deviceId 7: pass an id from listMicrophones()"],
  [{ samplerate: 8_000 }, "option samplerate: there is no such option. Use deviceId, sampleRate"],
  [{ workletUrl: "http://:/" }, 'workletUrl "http://:/": pass the address'],
  [{ stream: "tab" }, 'stream "tab": pass a MediaStream'],
  [{ stream: null }, "stream null: pass a MediaStream"],
  [{ stream: {} }, "stream of type Object: pass a MediaStream"],
  [{ stream: stream("live"), deviceId: "a" }, "stream and deviceId: pass one of them"],
  [{ stream: stream() }, "no audio track, only 1 of video. Pass a stream with audio"],
  [{ stream: stream("ended") }, "no audio track that is live: its only one has ended. Pass a stream with a live track"],
  [
    { stream: stream("ended", "ended") },
    "no audio track that is live: all 2 have ended. Pass a stream with a live track",
  ],
])("%o is refused by name, with what to give instead", (options, message) => {
  expect(refusal(options)).toMatchObject({
    name: "MicrophoneError",
    code: "invalid-options",
    message: expect.stringContaining(message),
  });
});

test("a stream of which one track is live is taken, and an empty deviceId is the default", () => {
  expect(refusal({ stream: stream("ended", "live") })).toBe("none");
  expect(checkOptions({ deviceId: "" }).deviceId).toBeUndefined();
});
