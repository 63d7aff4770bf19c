import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sniffAudio } from "./sniff.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const oggPage = (codec: string) => bytes(`OggS\0\x02${"\0".repeat(20)}\x01\x13${codec}`);

describe("sniffAudio", () => {
  it.each([
    ["RIFF WAV", bytes("RIFF\xff\xff\xff\xffWAVEfmt "), { kind: "wav" }],
    ["RF64 WAV", bytes("RF64\xff\xff\xff\xffWAVEds64"), { kind: "wav" }],
    ["Ogg Opus", oggPage("OpusHead\x01"), { kind: "ogg_opus" }],
    ["Ogg Vorbis", oggPage("\x01vorbis"), { kind: "file" }],
    ["Ogg with something else", oggPage("theora"), { kind: "file" }],
    ["FLAC", bytes("fLaC\0\0\0\x22"), { kind: "file" }],
    ["MP3 with a tag", bytes("ID3\x04\0\0\0\0\0\x0a"), { kind: "file" }],
    ["bare MP3", bytes("\xff\xfb\x90\x64"), { kind: "maybe_mp3" }],
    ["M4A", bytes("\0\0\0\x20ftypM4A "), { kind: "file" }],
    ["a text file", bytes("Dear diary,"), { kind: "unknown" }],
    ["nothing", bytes(""), { kind: "unknown" }],
  ])("recognises %s", (_, head, expected) => {
    expect(sniffAudio(head)).toEqual(expected);
  });

  it("takes ADTS for proven only where a second header follows the first frame", () => {
    const header = [0xff, 0xf1, 0x50, 0x80, 0x01, 0x7f, 0xfc]; // a frame of 11 bytes
    const frame = [...header, 1, 2, 3, 4];
    expect(sniffAudio(Uint8Array.from([...frame, ...header]))).toEqual({ kind: "aac" });
    expect(sniffAudio(Uint8Array.from(frame))).toEqual({ kind: "maybe_aac" });
    expect(sniffAudio(Uint8Array.from([...frame, 0, 0]))).toEqual({ kind: "unknown" });
  });

  it("answers for any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (head) => sniffAudio(head).kind.length > 0));
  });
});
