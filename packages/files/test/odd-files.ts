type OddFile = readonly [name: string, bytes: Uint8Array<ArrayBuffer>, code: string];

const latin = (text: string) => [...text].map((char) => char.charCodeAt(0));
const twoGigabytes = [0x7f, 0xff, 0xff, 0xff];
const ftyp = [0, 0, 0, 24, ...latin("ftypisom"), 0, 0, 0, 0, ...latin("isommp42")];

/** Files whose header promises 2 GB, and that have 1 MB of zeros. */
export const promisingFiles: readonly OddFile[] = (
  [
    ["MP4 whose index has 2 GB", [...ftyp, ...twoGigabytes, ...latin("moov")], "damaged-file"],
    ["MP4 whose audio has 2 GB", [...ftyp, ...twoGigabytes, ...latin("mdat")], "damaged-file"],
    ["MP3 with a title of 256 MB", [...latin("ID3"), 4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f], "empty-audio"],
    ["WebM", [0x1a, 0x45, 0xdf, 0xa3, 8, 0, 0, 0, ...twoGigabytes], "unknown-format"],
    ["AIFF", [...latin("FORM"), ...twoGigabytes, ...latin("AIFFCOMM"), ...twoGigabytes], "damaged-file"],
    ["FLAC", [...latin("fLaC"), 0x84, 0xff, 0xff, 0xff], "empty-audio"],
    ["Ogg", [...latin("OggS")], "unsupported-format"],
  ] as const
).map(([name, head, code]) => {
  const bytes = new Uint8Array(1_000_000);
  bytes.set(head);
  return [name, bytes, code];
});

export const noAudioFiles: readonly OddFile[] = [
  ["nothing", new Uint8Array(), "empty-audio"],
  ["zeros", new Uint8Array(100_000), "unknown-format"],
  ["text that is called .mp3", new Uint8Array(latin("Dear Sir or Madam, ".repeat(500))), "unknown-format"],
  ["a picture", new Uint8Array([...latin("\x89PNG\r\n\x1a\n"), ...new Uint8Array(5000)]), "unknown-format"],
  ["big-endian WAV", new Uint8Array(latin("RIFX\0\0\0\0WAVE")), "unsupported-format"],
];
