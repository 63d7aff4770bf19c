import { expect } from "vitest";
import { evaluate } from "../launch/test-page.ts";
import type { Kit } from "../matrix/behaviours.ts";
import { sharedVisits } from "../matrix/visits.ts";

export function audio(kit: Kit): void {
  const { behaviour } = kit;
  const { visit } = sharedVisits(kit);

  behaviour("comes in chunks of 50 ms at the rate asked for, with a level", async () => {
    await using visited = await visit();
    const heard = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone({ sampleRate: 8000 });
      const lengths = new Set<number>();
      let loudest = Number.NEGATIVE_INFINITY;
      const reader = microphone.readable.getReader();
      for (let i = 0; i < 40; i++) {
        lengths.add((await reader.read()).value?.length ?? 0);
        loudest = Math.max(loudest, microphone.level.peak);
      }
      const { state, sampleRate, device } = microphone;
      await microphone.stop();
      return { state, sampleRate, device, lengths: [...lengths], loudest };
    });
    expect(heard).toMatchObject({ state: "live", sampleRate: 8000, lengths: [800] });
    expect(heard.device.label).not.toBe("");
    expect(heard.loudest).toBeGreaterThan(-40);
  });

  behaviour("goes on as silence while muted", async () => {
    await using visited = await visit();
    const heard = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone({ constraints: voxpipe.raw });
      const twoSeconds = 64_000;
      const before = await voxpipe.read(microphone, twoSeconds);
      microphone.mute();
      await voxpipe.read(microphone, 6_400);
      const muted = await voxpipe.read(microphone, twoSeconds);
      const isSilent = microphone.level.rms === Number.NEGATIVE_INFINITY;
      microphone.unmute();
      const after = await voxpipe.read(microphone, twoSeconds);
      await microphone.stop();
      return { isSilent, sounds: [before, muted, after].map((bytes) => bytes.some((byte) => byte !== 0)) };
    });
    expect(heard).toEqual({ isSilent: true, sounds: [true, false, true] });
  });

  behaviour("that nobody reads is dropped, the oldest first, to the millisecond", async () => {
    await using visited = await visit();
    const lost = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone({ audioBuffer: 500 });
      const drops: { droppedMs: number; startMs: number }[] = [];
      microphone.addEventListener("dropped", ({ droppedMs, startMs }) => drops.push({ droppedMs, startMs }));
      while (drops.length < 5) await voxpipe.pause(20);
      await microphone.stop();
      const keptMs = (await voxpipe.read(microphone, Number.POSITIVE_INFINITY)).length / 32;
      return { drops, keptMs, droppedMs: microphone.droppedMs };
    });
    const [first] = lost.drops;
    expect(lost.drops.map(({ startMs }) => startMs)).toEqual(lost.drops.map((_, i) => (first?.startMs ?? 0) + i * 50));
    const last = lost.drops.at(-1);
    expect(lost.droppedMs).toBe((last?.startMs ?? 0) + (last?.droppedMs ?? 0));
    expect(lost.keptMs).toBeLessThanOrEqual(500);
  });

  behaviour("of any stream is taken, whose tracks stay the caller's", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      // WebKit starts no audio outside of a click's handler, unless the page captures.
      await navigator.mediaDevices.getUserMedia({ audio: true });
      const context = new AudioContext();
      await context.resume();
      const tone = new OscillatorNode(context, { frequency: 440 });
      const destination = context.createMediaStreamDestination();
      tone.connect(destination);
      tone.start();
      const [track] = destination.stream.getTracks();
      const microphone = await voxpipe.openMicrophone({ stream: destination.stream });
      const bytes = await voxpipe.read(microphone, 32_000);
      const refused = await voxpipe.failure(microphone.setDevice("another"));
      await microphone.stop();
      return {
        sounds: bytes.some((byte) => byte !== 0),
        refused,
        track: track?.readyState,
        asked: voxpipe.granted.length,
      };
    });
    expect(result).toMatchObject({ sounds: true, track: "live", asked: 1 });
    expect(result.refused).toMatch(/^invalid-options/);
  });

  behaviour("of a stream whose owner ends it, ends", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const microphone = await voxpipe.openMicrophone({ stream });
      await voxpipe.read(microphone, 6_400);
      for (const track of stream.getTracks()) track.stop();
      await voxpipe.read(microphone, Number.POSITIVE_INFINITY);
      return { state: microphone.state, again: await voxpipe.failure(voxpipe.openMicrophone({ stream })) };
    });
    expect(result.state).toBe("stopped");
    expect(result.again).toMatch(/^invalid-options: Invalid stream: .* live/);
  });

  behaviour(
    "of a remote call is heard, though no element of the page plays it; nothing of it plays on after stop",
    async () => {
      await using visited = await visit();
      const result = await evaluate(visited.page, async () => {
        // Some browsers start no audio, and give no addresses to connect to, unless the page captures.
        await navigator.mediaDevices.getUserMedia({ audio: true });
        const context = new AudioContext();
        await context.resume();
        const tone = new OscillatorNode(context, { frequency: 440 });
        const destination = context.createMediaStreamDestination();
        tone.connect(destination);
        tone.start();
        const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
        here.addEventListener("icecandidate", ({ candidate }) => void there.addIceCandidate(candidate ?? undefined));
        there.addEventListener("icecandidate", ({ candidate }) => void here.addIceCandidate(candidate ?? undefined));
        const remote = new Promise<MediaStream>((resolve) =>
          there.addEventListener("track", ({ streams: [stream] }) => stream && resolve(stream), { once: true }),
        );
        for (const track of destination.stream.getTracks()) here.addTrack(track, destination.stream);
        await here.setLocalDescription();
        if (here.localDescription) await there.setRemoteDescription(here.localDescription);
        await there.setLocalDescription();
        if (there.localDescription) await here.setRemoteDescription(there.localDescription);

        const elements: HTMLAudioElement[] = [];
        const OriginalAudio = Audio;
        globalThis.Audio = class extends OriginalAudio {
          constructor() {
            super();
            elements.push(this);
          }
        };
        const microphone = await voxpipe.openMicrophone({ stream: await remote });
        const reader = microphone.readable.getReader();
        let sounds = false;
        let seconds = 0;
        while (!sounds && seconds < 20) {
          const { value } = await reader.read();
          seconds += (value?.length ?? 0) / 32_000;
          sounds = value?.some((byte) => byte !== 0) ?? false;
        }
        const { state } = microphone;
        const audible = elements.filter(({ muted }) => !muted).length;
        await microphone.stop();
        for (const peer of [here, there]) peer.close();
        return {
          sounds,
          state,
          audible,
          playing: elements.filter(({ paused, srcObject }) => !paused || srcObject).length,
        };
      });
      expect(result).toEqual({ sounds: true, state: "live", audible: 0, playing: 0 });
    },
  );

  behaviour("of a stream with several tracks is the first live one's, by whose end it ends", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      await navigator.mediaDevices.getUserMedia({ audio: true });
      const context = new AudioContext();
      await context.resume();
      const trackOf = (source: AudioScheduledSourceNode) => {
        const destination = context.createMediaStreamDestination();
        source.connect(destination);
        source.start();
        const [track] = destination.stream.getAudioTracks();
        if (!track) throw new Error("There is no track.");
        return track;
      };
      const heard: boolean[] = [];
      // Which track a node would take is chance: several times.
      for (let i = 0; i < 4; i++) {
        const silent = trackOf(new ConstantSourceNode(context, { offset: 0 }));
        const ended = trackOf(new ConstantSourceNode(context, { offset: 0 }));
        ended.stop();
        const loud = trackOf(new OscillatorNode(context, { frequency: 440 }));
        const microphone = await voxpipe.openMicrophone({ stream: new MediaStream([ended, loud, silent]) });
        // Some take a moment before the first sound comes through.
        let sounds = false;
        for (let seconds = 0; !sounds && seconds < 20; seconds++) {
          sounds = (await voxpipe.read(microphone, 32_000)).some((byte) => byte !== 0);
        }
        silent.stop();
        await voxpipe.read(microphone, 16_000);
        heard.push(sounds && microphone.state === "live");
        loud.stop();
        await voxpipe.read(microphone, Number.POSITIVE_INFINITY);
      }
      const [first, second] = [1, 2].map(() => trackOf(new ConstantSourceNode(context, { offset: 0 })));
      for (const track of [first, second]) track?.stop();
      const stream = new MediaStream([first, second].flatMap((track) => track ?? []));
      return { heard, ended: await voxpipe.failure(voxpipe.openMicrophone({ stream })) };
    });
    expect(result.heard).toEqual(result.heard.map(() => true));
    expect(result.ended).toMatch(/^invalid-options: .* all 2 have ended\. Pass a stream with a live track/);
  });
}
