import { describe, expect, it } from "vitest";
import { UsageError } from "../command/usage-error.ts";
import { chooseFormat } from "./input-format.ts";

describe("chooseFormat", () => {
  it("believes a signature before the flags", () => {
    expect(chooseFormat("a.wav", { kind: "wav" }, { sampleRate: 8000, encoding: "pcm_mulaw" })).toEqual({
      kind: "wav",
    });
    expect(chooseFormat("a", { kind: "ogg_opus" }, {})).toEqual({ kind: "passed_on", encoding: "ogg_opus" });
    expect(chooseFormat("a.mp3", { kind: "file" }, { sampleRate: 8000 })).toEqual({ kind: "file" });
    expect(chooseFormat("a.mp3", { kind: "maybe_mp3" }, {})).toEqual({ kind: "file" });
  });

  it("believes the flags before a guess", () => {
    const raw = { kind: "raw", encoding: "pcm_s16le", sampleRate: 16_000 };
    for (const kind of ["unknown", "maybe_mp3", "maybe_aac", "aac"] as const) {
      expect(chooseFormat("a", { kind }, { sampleRate: 16_000 })).toEqual(raw);
    }
    expect(chooseFormat("a", { kind: "unknown" }, { encoding: "aac" })).toEqual({ kind: "passed_on", encoding: "aac" });
  });

  it("reads mu-law where both flags say so, and asks for the rate where it is missing", () => {
    const flags = { encoding: "pcm_mulaw", sampleRate: 8000 } as const;
    expect(chooseFormat("a", { kind: "unknown" }, flags)).toEqual({ kind: "raw", ...flags });
    expect(() => chooseFormat("a", { kind: "unknown" }, { encoding: "pcm_mulaw" })).toThrow("also needs --sample-rate");
  });

  it("says what to do about an unknown format", () => {
    const choose = () => chooseFormat("it's.txt", { kind: "unknown" }, {});
    expect(choose).toThrow(UsageError);
    expect(choose).toThrow(/it's\.txt is not audio .* --sample-rate .* ffmpeg -i 'it'\\''s\.txt' -ac 1/);
  });
});
