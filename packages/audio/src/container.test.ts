import { expect, test } from "vitest";
import { text, wavFile } from "../test/wav-file.ts";
import { type AudioContainer, CONTAINER_PROBE_BYTES, detectContainer } from "./container.ts";

test.each<[AudioContainer, Uint8Array]>([
  ["wav", wavFile()],
  ["wav", wavFile({ magic: "RF64" })],
  ["wav", wavFile({ magic: "BW64" })],
  ["rifx", wavFile({ magic: "RIFX" })],
  ["avi", text("RIFF....AVI LIST")],
  ["ogg", text("OggS........")],
  ["flac", text("fLaC\0\0\0\x22....")],
  ["mp3", text("ID3\x04\0.......")],
  ["mp3", Uint8Array.of(0xff, 0xfb, 0x90, 0x64)],
  ["aac", Uint8Array.of(0xff, 0xf1, 0x50, 0x80)],
  ["mp4", text("\0\0\0\x20ftypM4A ")],
  ["aiff", text("FORM....AIFF")],
  ["webm", text("\x1a\x45\xdf\xa3........")],
])("%s is known by its first bytes", (container, file) => {
  expect(detectContainer(file.subarray(0, CONTAINER_PROBE_BYTES))).toBe(container);
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["silence", new Uint8Array(12)],
  ["quiet 16-bit samples", Uint8Array.of(0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 1, 0)],
  ["mu-law silence", new Uint8Array(12).fill(0xff)],
  ["half a magic number", text("RIFF....WAV")],
])("%s is no known container", (_, start) => {
  expect(detectContainer(start)).toBeUndefined();
});
