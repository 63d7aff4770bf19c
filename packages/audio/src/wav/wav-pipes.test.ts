import { expect, test } from "vitest";
import { readPieces } from "../../test/read-file.ts";
import { join, pieces } from "../../test/wav-file.ts";

/** Headers as these programs wrote them into a pipe, whose length they did not know. All of mono at 16 kHz. */
const headers: Readonly<Record<string, string>> = {
  "arecord 1.2.8": "524946462400008057415645666d74201000000001000100803e0000007d0000020010006461746100000080",
  "SoX 14.4.2": "5249464624f0ff7f57415645666d74201000000001000100803e0000007d0000020010006461746100f0ff7f",
  "SoX 14.4.2, 24 bits":
    "5249464648f0ff7f57415645666d742028000000feff0100803e000080bb00000300180016001800040000000100000000001000800000aa00389b71666163740400000055a5aa2a64617461ffefff7f",
  "FFmpeg 5.1":
    "52494646ffffffff57415645666d74201000000001000100803e0000007d0000020010004c4953541a000000494e464f495346540e0000004c61766635392e32372e3130300064617461ffffffff",
  "FFmpeg 5.1, RF64":
    "52463634ffffffff57415645647336341c00000000000000000000000000000000000000000000000000000000000000666d74201000000001000100803e0000007d0000020010004c4953541a000000494e464f495346540e0000004c61766635392e32372e3130300064617461ffffffff",
};
const audio = Uint8Array.from({ length: 6_000 }, (_, i) => (i * 37) >> 3);

test.each(Object.keys(headers))("a pipe from %s is read to its end, and nothing is said to be missing", (program) => {
  const header = Uint8Array.from(Buffer.from(headers[program] ?? "", "hex"));
  const frameBytes = program.includes("24 bits") ? 3 : 2;
  for (const sizes of [[100_000], [7, 1, 64]]) {
    const read = readPieces(pieces(join(header, audio), sizes));
    expect(read.audio).toEqual(audio);
    expect(read.header).toMatchObject({ sampleRate: 16_000, channels: 1, dataBytes: undefined, duration: undefined });
    expect(read.summary).toEqual({
      dataBytes: 6_000,
      duration: 6_000 / frameBytes / 16_000,
      missingBytes: 0,
      truncation: undefined,
      unreadBytes: 0,
      unread: undefined,
    });
  }
});
