/**
 * Runs in the page, before its scripts: notes what the captions show and when, and when the browser gives which audio of
 * the microphone to the first caller. Times are ms since the epoch.
 */
export function watchPage() {
  const watched: {
    texts: { at: number; text: string }[];
    /** Each block of audio, by the ms of the track at which it ends. */
    blocks: { at: number; endMs: number }[];
    /** The mean amplitude of each ms of the track. */
    loudness: number[];
  } = { texts: [], blocks: [], loudness: [] };
  Reflect.set(globalThis, "watched", watched);

  document.addEventListener("DOMContentLoaded", () => {
    const main = document.querySelector("main");
    const note = () => {
      const spans = [...document.querySelectorAll("#captions li span, #partial:not([hidden])")];
      watched.texts.push({ at: Date.now(), text: spans.map(({ textContent }) => textContent).join(" ") });
    };
    if (main) new MutationObserver(note).observe(main, { subtree: true, childList: true, characterData: true });
  });

  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    const [track] = stream.getAudioTracks();
    if (track) void read(track.clone());
    return stream;
  };

  async function read(track: MediaStreamTrack): Promise<void> {
    // By a name that TypeScript does not look up: the types of a library may declare it, with other tracks.
    const name: string = "MediaStreamTrackProcessor";
    const Processor = Reflect.get(globalThis, name);
    const reader: ReadableStreamDefaultReader<AudioData> = new Processor({ track }).readable.getReader();
    let frames = 0;
    let sum = 0;
    let summed = 0;
    for (let next = await reader.read(); next.value; next = await reader.read()) {
      const at = Date.now();
      const { numberOfFrames, sampleRate } = next.value;
      const samples = new Float32Array(numberOfFrames);
      next.value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      next.value.close();
      for (const sample of samples) {
        sum += Math.abs(sample);
        summed++;
        frames++;
        if (Math.floor((1000 * frames) / sampleRate) === watched.loudness.length) continue;
        watched.loudness.push(sum / summed);
        sum = 0;
        summed = 0;
      }
      watched.blocks.push({ at, endMs: (1000 * frames) / sampleRate });
    }
  }
  return watched;
}
