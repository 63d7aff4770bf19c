import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { origin, sessionUrl } from "./url.ts";

describe("apiHost", () => {
  test.each([
    ["streaming.assemblyai.com", "wss://streaming.assemblyai.com/v3/ws"],
    ["localhost:8080", "wss://localhost:8080/v3/ws"],
    ["ws://localhost:8080", "ws://localhost:8080/v3/ws"],
    ["ws://localhost:8080/", "ws://localhost:8080/v3/ws"],
    ["WSS://Host.Example", "wss://host.example/v3/ws"],
    ["wss://host.example/behind/a/proxy", "wss://host.example/behind/a/proxy/v3/ws"],
    ["wss://host.example/behind//", "wss://host.example/behind/v3/ws"],
    ["host.example/path", "wss://host.example/path/v3/ws"],
    ["[::1]:9000", "wss://[::1]:9000/v3/ws"],
    ["ws://[::1]", "ws://[::1]/v3/ws"],
    ["wss://host.example?tenant=a#part", "wss://host.example/v3/ws?tenant=a"],
  ])("%s leads to %s", (host, url) => {
    expect(sessionUrl(host, {}, {}).href).toBe(url);
  });

  test.each(["https://streaming.assemblyai.com", "http://h", "", "ws://", "two words", "::1", "wss://h:port"])(
    "%j is none",
    (host) => {
      expect(() => origin(host)).toThrow(TypeError);
    },
  );
});

describe("the query", () => {
  test.each([
    [{ formatTurns: false }, "format_turns", "false"],
    [{ vadThreshold: 0 }, "vad_threshold", "0"],
    [{ keytermsPrompt: [] }, "keyterms_prompt", "[]"],
    [{ keytermsPrompt: ["Byrne & Co", "ß"] }, "keyterms_prompt", '["Byrne & Co","ß"]'],
    [{ prompt: "" }, "prompt", ""],
    [{ customerSupportAudioCapture: true }, "_customer_support_audio_capture", "true"],
    [{ previousContextNTurns: 3 }, "previous_context_n_turns", "3"],
  ])("of %j has %s=%s", (parameters, name, value) => {
    expect([...sessionUrl("h", parameters, {}).searchParams]).toEqual([[name, value]]);
  });

  test("lacks what has no value", () => {
    expect(sessionUrl("h", { prompt: undefined, mode: null }, { a: undefined, b: null }).search).toBe("");
  });

  test("takes extra parameters under their own names, and lets them win", () => {
    const url = sessionUrl(
      "h",
      { sampleRate: 8000, mode: "balanced" },
      { new_one: { a: [1] }, sample_rate: 16_000, off: false },
    );
    expect(Object.fromEntries(url.searchParams)).toEqual({
      sample_rate: "16000",
      mode: "balanced",
      new_one: '{"a":[1]}',
      off: "false",
    });
  });

  test("says what was meant, for any text", () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(text, fc.array(text), fc.dictionary(text, text, { maxKeys: 5 }), (prompt, keytermsPrompt, extra) => {
        fc.pre(!("prompt" in extra) && !("keyterms_prompt" in extra));
        const { searchParams } = new URL(sessionUrl("h", { prompt, keytermsPrompt }, extra).href);
        expect(searchParams.get("prompt")).toBe(prompt);
        expect(JSON.parse(searchParams.get("keyterms_prompt") ?? "")).toEqual(keytermsPrompt);
        for (const [name, value] of Object.entries(extra)) expect(searchParams.get(name)).toBe(value);
      }),
    );
  });
});
