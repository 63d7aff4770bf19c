import { createTranscript, toWebVtt } from "@voxpipe/transcript";
import { expect } from "vitest";
import { evaluate } from "./launch/test-page.ts";
import { inEveryBrowser } from "./matrix/behaviours.ts";
import { serveSite } from "./site/serve-site.ts";

const said = [
  { text: "When the train was late again, we walked along the river to the old market.", speaker: "A" },
  { text: "Is a < b & c --> d? <b>No</b>, &amp; 00:00:01.000 --> 00:00:02.000.", speaker: "B > C & D" },
  { text: "今天我们要讨论三件事情，第一件是河上的桥，第二件是学校，第三件是市场，请大家告诉我们。", speaker: "A" },
  { text: "مرحبا بكم في السوق.", channel: "caller" },
];

/** The browser's own parser of WebVTT, in a `<track>`. */
inEveryBrowser("subtitles", ({ launch, behaviour }) => {
  behaviour("WebVTT of a transcript is read by a track of a video, word for word, with its voices", async () => {
    const transcript = createTranscript();
    said.forEach(({ text, speaker, channel }, turn_order) => {
      const words = text
        .split(" ")
        .map((word, i) => ({ text: word, start: turn_order * 9000 + 300 * i, end: turn_order * 9000 + 300 * i + 250 }));
      const labels = { speaker_label: speaker, channel };
      transcript.push({
        type: "Turn",
        turn_order,
        end_of_turn: true,
        turn_is_formatted: true,
        transcript: text,
        words,
        ...labels,
      });
    });
    await using site = await serveSite({ policy: "default-src 'none'; script-src 'self'; media-src blob:" });
    await using browser = await launch();
    await using page = await browser.newPage();
    await page.goto(site.url);
    const cues = await evaluate(page, readByTrack, toWebVtt(transcript.snapshot));

    const bare = (text: string) => text.replace(/\s/g, "");
    expect(bare(cues.map(({ text }) => text).join(""))).toBe(bare(said.map(({ text }) => text).join("")));
    expect([...new Set(cues.map(({ voice }) => voice))]).toEqual(["A", "B › C ＆ D", "caller"]);
    for (const { text, start, end } of cues) {
      expect(end - start).toBeGreaterThanOrEqual(1);
      expect(text.split("\n").every((line) => line.length <= 42)).toBe(true);
    }
  });
});

async function readByTrack(vtt: string) {
  const video = document.body.appendChild(document.createElement("video"));
  const element = video.appendChild(document.createElement("track"));
  element.track.mode = "hidden";
  element.src = URL.createObjectURL(new Blob([vtt], { type: "text/vtt" }));
  await new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error("The track did not load.")));
  });
  return Array.from(element.track.cues ?? [], (cue) => {
    const { startTime: start, endTime: end } = cue;
    const html = cue instanceof VTTCue ? cue.getCueAsHTML() : undefined;
    return {
      start,
      end,
      text: html?.textContent ?? "",
      voice: html?.querySelector("[title]")?.getAttribute("title") ?? "",
    };
  });
}
