import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { StreamingError } from "../errors/streaming-error.ts";
import { expectedParameters } from "../protocol/parameters.ts";
import type { ConnectOptions } from "./options.ts";
import { parseOptions } from "./parse-options.ts";

const server = { sendsHeaders: true };
const browser = { sendsHeaders: false };
const least = { token: "the-token", sampleRate: 16_000 };

/** The error's message, a line for each problem. */
function problems(options: object, platform = server): string[] {
  try {
    parseOptions(options as ConnectOptions, platform);
    return [];
  } catch (error) {
    if (!(error instanceof StreamingError) || error.code !== "invalid-options") throw error;
    return error.message.split("\n");
  }
}

describe("defaults", () => {
  test("are those of the documentation", () => {
    expect(parseOptions(least, browser)).toMatchObject({
      encoding: "pcm_s16le",
      apiHost: "streaming.assemblyai.com",
      connectTimeout: 10_000,
      maxConnectionRetries: 2,
      connectionRetryDelay: 500,
      terminationTimeout: 5000,
      reconnect: { maxAttempts: 10, maxDelay: 10_000, replayBuffer: 60_000 },
      frameDuration: 50,
      pace: { rate: 1.25, burst: 5000 },
      audioBuffer: 1000,
      extraParams: {},
      parameters: { sampleRate: 16_000 },
    });
  });

  test("stay where an option is undefined, and in what a part of an option leaves out", () => {
    const settings = parseOptions(
      { ...least, frameDuration: undefined, pace: { burst: 0 }, reconnect: { maxDelay: 1, maxAttempts: undefined } },
      browser,
    );
    expect(settings.frameDuration).toBe(50);
    expect(settings.pace).toEqual({ rate: 1.25, burst: 0 });
    expect(settings.reconnect).toEqual({ maxAttempts: 10, maxDelay: 1, replayBuffer: 60_000 });
  });

  test("can be turned off", () => {
    expect(parseOptions({ ...least, pace: false, reconnect: false }, browser)).toMatchObject({
      pace: undefined,
      reconnect: undefined,
    });
    expect(parseOptions({ ...least, pace: true, reconnect: true }, browser).reconnect).toBeDefined();
  });
});

describe("bad options", () => {
  test("are all reported at once, each with its value, the reason and the name that was meant", () => {
    const found = problems({
      token: "the-token",
      sampelRate: 16_000,
      minTurnSilence: "400",
      frameDuration: 20,
      apiHost: "https://streaming.assemblyai.com",
      reconnect: { maxAttempts: -1 },
    });
    expect(found).toEqual([
      "sampelRate: unknown option. Did you mean sampleRate?",
      'minTurnSilence: "400" is not valid. Expected a whole number from 50 to 10000.',
      "frameDuration: 20 is not valid. Expected a number from 50 to 1000.",
      expect.stringMatching(/^apiHost: "https:.* is not valid\. Expected a host, or a ws:\/\/ or wss:\/\/ URL\.$/),
      "reconnect.maxAttempts: -1 is not valid. Expected a whole number of at least 0.",
      "sampleRate: missing. pcm_s16le audio needs it.",
    ]);
  });

  test.each([
    [{ somethingElse: 1 }, "somethingElse: unknown option."],
    [{ connectTimeout: -1 }, "connectTimeout: -1 is not valid."],
    [{ connectTimeout: 2 ** 31 }, "connectTimeout: 2147483648 is not valid."],
    [{ maxConnectionRetries: 1.5 }, "maxConnectionRetries: 1.5 is not valid."],
    [{ audioBuffer: 0 }, "audioBuffer: 0 is not valid."],
    [{ pace: { rate: 0 } }, "pace.rate: 0 is not valid."],
    [{ pace: { brust: 2 } }, "pace.brust: unknown option. Did you mean burst?"],
    [{ reconnect: "yes" }, 'reconnect: "yes" is not valid. Expected true, false, or an object.'],
    [{ signal: { aborted: false } }, 'signal: {"aborted":false} is not valid. Expected an AbortSignal.'],
    [{ onWarning: "log", keyterms: [] }, 'onWarning: "log" is not valid. Expected a function.'],
    [{ encoding: "flac" }, 'encoding: "flac" is not valid.'],
    [{ prompt: null }, "prompt: null is not valid."],
    [{ prompt: "a".repeat(5000) }, `prompt: "${"a".repeat(80)}" is not valid.`],
  ])("%j says %s", (options, line) => {
    expect(problems({ ...least, ...options }, browser)).toEqual([expect.stringContaining(line)]);
  });

  test("may refer to themselves, or refuse to be shown", () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    for (const value of [loop, [10n], { toJSON: () => undefined }, Symbol("s"), () => {}, 10n, Object.create(null)])
      expect(problems({ ...least, mode: value })).toEqual([expect.stringMatching(/^mode: .* is not valid\./s)]);
  });
});

describe("a value that is none of a closed set", () => {
  test.each([
    ["encoding", "mulaw", "pcm_mulaw"],
    ["encoding", "MU-LAW", "pcm_mulaw"],
    ["encoding", "ulaw", "pcm_mulaw"],
    ["encoding", "g711", "pcm_mulaw"],
    ["encoding", "linear16", "pcm_s16le"],
    ["encoding", "s16le", "pcm_s16le"],
    ["encoding", "pcm_s16", "pcm_s16le"],
    ["encoding", "ogg", "ogg_opus"],
    ["encoding", "pcm-s16le", "pcm_s16le"],
    ["encoding", "ogg-opus", "ogg_opus"],
    ["encoding", "mp4a", "aac"],
  ])("%s: %j gets the value that was meant, and all there are", (name, value, meant) => {
    const [line = "", ...more] = problems({ ...least, [name]: value, onWarning: () => {} });
    expect(more).toEqual([]);
    expect(line).toContain(`${JSON.stringify(value)} is not valid. Did you mean "${meant}"? Known values: "`);
    expect(line).not.toMatch(/\||Expected/);
  });

  test("gets no guess if none is near", () => {
    expect(problems({ ...least, encoding: "flac" })).toEqual([
      'encoding: "flac" is not valid. Known values: "pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac".',
    ]);
  });
});

describe("frameDuration", () => {
  test.each([
    [96_000, "pcm_s16le", 682, 683],
    [96_000, "pcm_s16le", 100, 1000],
    [66_000, "pcm_s16le", 992, 994],
    [96_000, "pcm_mulaw", 1000, undefined],
    [48_000, "pcm_s16le", 1000, undefined],
  ] as const)(
    "at %i Hz of %s may be %i, and not %s: a message would exceed 128 KB",
    (sampleRate, encoding, fits, over) => {
      expect(problems({ ...least, sampleRate, encoding, frameDuration: fits })).toEqual([]);
      if (over === undefined) return;
      expect(problems({ ...least, sampleRate, encoding, frameDuration: over })).toEqual([
        expect.stringMatching(
          new RegExp(
            `^frameDuration: ${over} is not valid at sampleRate ${sampleRate}\\. .* the service accepts at most 131072\\. Pass at most \\d+\\.$`,
          ),
        ),
      ]);
    },
  );
});

describe("extraParams", () => {
  const settings = (options: object) => {
    const warnings: string[] = [];
    const given = { ...least, onWarning: (text: string) => void warnings.push(text), ...options };
    return { ...parseOptions(given, server), warnings };
  };

  test.each([
    ["sample_rate", "8000", "sampleRate", 8000],
    ["sampleRate", 8000, "sampleRate", 8000],
    ["format_turns", "True", "formatTurns", true],
    ["keyterms_prompt", '["a"]', "keytermsPrompt", ["a"]],
    ["prompt", "true", "prompt", "true"],
    ["_customer_support_audio_capture", false, "customerSupportAudioCapture", false],
    ["keyterms", ["a"], "keytermsPrompt", ["a"]],
    ["min_end_of_turn_silence_when_confident", 160, "minTurnSilence", 160],
  ])("%s: %j, a name that is known, is used as the option, with a warning", (name, value, option, meant) => {
    const { parameters, extraParams, sampleRate, warnings } = settings({
      sampleRate: option === "sampleRate" ? undefined : 16_000,
      extraParams: { [name]: value, next_year: 1 },
    });
    expect(parameters[option]).toEqual(meant);
    if (option === "sampleRate") expect(sampleRate).toBe(meant);
    expect(extraParams).toEqual({ next_year: 1 });
    expect(warnings[0]).toContain(`${name} in extraParams is used as the option`);
  });

  test("give way to an option, with a warning", () => {
    const { parameters, extraParams, warnings } = settings({ extraParams: { sample_rate: 8000 } });
    expect(parameters.sampleRate).toBe(16_000);
    expect(extraParams).toEqual({});
    expect(warnings).toEqual(["sample_rate in extraParams is ignored, because the option sampleRate is given."]);
  });

  test("are checked like options", () => {
    expect(
      problems({ ...least, onWarning: () => {}, extraParams: { encoding: "mulaw", min_turn_silence: "soon" } }),
    ).toEqual([
      expect.stringContaining('encoding: "mulaw" is not valid. Did you mean "pcm_mulaw"?'),
      expect.stringContaining('minTurnSilence: "soon" is not valid.'),
    ]);
  });

  test.each(["apiKey", "api_key", "apiHost", "connect_timeout", "reconnect"])(
    "cannot hold %s, which is no parameter of the service, and do not show it",
    (name) => {
      expect(problems({ ...least, extraParams: { [name]: "s3cret-value" } })).toEqual([
        expect.stringMatching(
          new RegExp(`^extraParams\\.${name}: not a parameter of the service\\. Pass \\w+ as an option`),
        ),
      ]);
      expect(problems({ ...least, extraParams: { [name]: "s3cret-value" } }).join()).not.toContain("s3cret");
    },
  );
});

describe("sampleRate", () => {
  test.each(["pcm_s16le", "pcm_mulaw"] as const)("must be given for %s", (encoding) => {
    expect(problems({ token: "t", encoding })).toEqual([`sampleRate: missing. ${encoding} audio needs it.`]);
  });

  test.each(["opus", "ogg_opus", "aac"] as const)("need not be given for %s", (encoding) => {
    expect(problems({ token: "t", encoding })).toEqual([]);
  });
});

describe("credentials", () => {
  test("must be given, and one kind only; a stack of one's own without TLS needs none", () => {
    expect(problems({ sampleRate: 8000 })).toEqual([expect.stringContaining("token: missing.")]);
    expect(problems({ ...least, apiKey: "k" })).toEqual([
      "apiKey: given together with token. Pass only one of the two.",
    ]);
    expect(problems({ sampleRate: 8000, apiHost: "ws://localhost:1" })).toEqual([]);
    expect(problems({ sampleRate: 8000, apiHost: "wss://localhost:1" })).toHaveLength(1);
  });

  test("that are a key are refused where no header can be sent, and what to do is said", () => {
    expect(() => parseOptions({ apiKey: "the-key", sampleRate: 8000 }, browser)).toThrow(
      expect.objectContaining({ code: "api-key-in-browser", message: expect.stringContaining("temporary token") }),
    );
    expect(parseOptions({ apiKey: "the-key", sampleRate: 8000 }, server).apiKey).toBe("the-key");
  });

  test.each([
    [
      { apiKey: "the-key-of-the-account\n" },
      "apiKey: Expected visible ASCII characters without spaces or line breaks.",
    ],
    [{ apiKey: "" }, "apiKey: Expected visible ASCII"],
    [{ apiKey: 5 }, "apiKey: cannot be a number."],
    [{ token: "" }, "token: Expected a token that is not empty, or a function."],
    [{ token: { token: "the-token" } }, "token: cannot be a object."],
  ])("that cannot be sent are refused: %j", (options, line) => {
    expect(problems({ sampleRate: 8000, ...options })).toEqual([expect.stringContaining(line)]);
  });

  test("are never in a message, nor in what can be made of the error", () => {
    const secret = "sEcReT-0123456789";
    for (const name of ["apiKey", "token", "webhookAuthHeaderValue", "api_key", "tokn"])
      for (const value of [`${secret}\n`, [secret], { secret }]) {
        const error = (() => {
          try {
            return parseOptions({ sampleRate: 1, [name]: value }, server);
          } catch (thrown) {
            return thrown;
          }
        })();
        expect(error).toBeInstanceOf(StreamingError);
        expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain(secret);
      }
  });

  test("are remembered as secrets, those of the webhook too", () => {
    const { secrets } = parseOptions({ ...least, webhookAuthHeaderValue: "letmein" }, browser);
    expect(secrets).toEqual(["the-token", "letmein"]);
    expect(parseOptions({ ...least, token: () => "later" }, browser).secrets).toEqual([]);
  });
});

describe("warnings", () => {
  test("report deprecated names and recording, to the console by default", () => {
    const options = { ...least, keyterms: ["a"], customerSupportAudioCapture: true };
    const warnings: string[] = [];
    parseOptions({ ...options, onWarning: (message) => warnings.push(message) }, browser);
    expect(warnings).toEqual(["keyterms is deprecated: use keytermsPrompt.", expect.stringContaining("record")]);
    const console = vi.spyOn(globalThis.console, "warn").mockImplementation(() => {});
    try {
      parseOptions(options, browser);
      expect(console.mock.calls).toEqual(warnings.map((message) => [`voxpipe: ${message}`]));
    } finally {
      console.mockRestore();
    }
  });
});

test("for any input, the result is settings or a StreamingError", () => {
  const names = [
    ...Object.keys(expectedParameters),
    "token",
    "apiKey",
    "apiHost",
    "signal",
    "reconnect",
    "pace",
    "audioBuffer",
    "extraParams",
    "keyterms",
    "languageCode",
    "onWarning",
  ];
  const options = fc.dictionary(
    fc.oneof(fc.constantFrom(...names), fc.string()),
    fc.anything({ withBigInt: true, withNullPrototype: true }),
    { maxKeys: 8 },
  );
  fc.assert(
    fc.property(
      fc.oneof(options, fc.constantFrom<unknown>(undefined, null, 5, "text", [])),
      fc.boolean(),
      (given, sendsHeaders) => {
        try {
          parseOptions(given as ConnectOptions, { sendsHeaders });
        } catch (error) {
          if (!(error instanceof StreamingError)) throw error;
          expect(error.message).not.toBe("");
        }
      },
    ),
    { numRuns: 500 },
  );
});
