import type { Transcriber } from "@voxpipe/transcriber";
import type { TranscriptSnapshot, Turn } from "@voxpipe/transcript";
import { expectTypeOf, test } from "vitest";
import { useTranscriber, useTranscript } from "./index.ts";

test("hooks give what they are asked for", () => {
  expectTypeOf(useTranscript<readonly Turn[]>).returns.toEqualTypeOf<readonly Turn[]>();
  expectTypeOf((transcriber: Transcriber) => useTranscript(transcriber)).returns.toEqualTypeOf<TranscriptSnapshot>();
  expectTypeOf(useTranscriber).returns.toHaveProperty("start");
  expectTypeOf(useTranscriber).returns.not.toHaveProperty("transcript");
});
