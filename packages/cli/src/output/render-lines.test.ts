import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { StreamingEvent } from "voxpipe";
import { renderJson } from "./render-json.ts";
import { renderPlain } from "./render-plain.ts";
import type { Renderer } from "./renderer.ts";
import { textOutput } from "./text-output.ts";
import { turn } from "./turn.fixture.ts";

const events: readonly StreamingEvent[] = [
  { type: "Begin", id: "session", expires_at: 1 },
  turn({ transcript: "good" }),
  turn({ transcript: "good\nmorning", end_of_turn: true }),
  turn({ transcript: "Good\nmorning.", end_of_turn: true, turn_is_formatted: true }),
  turn({ transcript: "good night", end_of_turn: true, turn_order: 1 }),
  { type: "Termination", audio_duration_seconds: 3, session_duration_seconds: 3 },
];

async function rendered(create: (out: PassThrough) => Renderer): Promise<string> {
  const out = new PassThrough({ encoding: "utf8" });
  const renderer = create(out);
  for (const event of events) await renderer.event(event);
  await renderer.end();
  return out.read();
}

const nowhere = textOutput(new PassThrough());

describe("renderPlain", () => {
  it("prints each final turn once, on one line, and nothing else", async () => {
    expect(await rendered((out) => renderPlain(textOutput(out), nowhere, true))).toBe("Good morning.\ngood night\n");
  });
});

describe("renderJson", () => {
  it("prints every event on a line of its own", async () => {
    const text = await rendered((out) => renderJson(textOutput(out), nowhere, false));
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
  });

  it("leaves partials out when only finals are wanted", async () => {
    const text = await rendered((out) => renderJson(textOutput(out), nowhere, true));
    expect(text.split("\n")).toHaveLength(events.length);
    expect(text).not.toContain('"end_of_turn":false');
  });
});
