import type { Pacing } from "./audio/pacing.ts";
import { type Clock, systemClock } from "./clock.ts";
import { EmulatorError } from "./emulator-error.ts";
import type { Engine } from "./engines/engine.ts";
import { scripted } from "./engines/scripted.ts";
import type { Fault } from "./faults/fault.ts";
import { checkFaults } from "./faults/fault-schema.ts";
import type { Certificate, CertificateNames } from "./http/certificate.ts";
import { type CredentialOptions, longestSession, usualTokenLength } from "./http/credentials.ts";
import type { TokenErrorShape } from "./http/token-endpoint.ts";
import type { History } from "./observation/observer.ts";
import type { Latency } from "./session/latency.ts";
import { type SpeechModel, speechModels, usualModel } from "./session/models.ts";
import type { SessionLimit } from "./session/session-limit.ts";
import type { Edges } from "./turns/edge-times.ts";
import type { FormattedFinals } from "./turns/turns.ts";

/** Options of an emulator. The defaults suit tests. */
export interface EmulatorOptions extends CredentialOptions {
  /**
   * Turns audio into words. Several emulators may share one: it closes with the last of them.
   * @default scripted()
   */
  readonly engine?: Engine;
  /**
   * The port to listen on.
   * @default 0: any free one
   */
  readonly port?: number;
  /**
   * The address to listen on. `localhost` is 127.0.0.1 and, if the machine has it, ::1. Other machines can reach the emulator
   * only if this allows it.
   * @default "localhost"
   */
  readonly host?: string;
  /**
   * Additional names under which the emulator answers, besides loopback, `host`, and the certificate's names: the names that
   * clients on other machines and in containers use, such as `emulator`. Requests with another `Host` are refused with 403, so
   * that no web page can point its own name here and read sessions.
   * @default []
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Faults to apply.
   * @default []
   */
  readonly faults?: readonly Fault[];
  /**
   * Serve the control API under `/emulator/`, with which other processes set faults and read sessions. Faults in the path of a
   * URL work in both cases.
   * @default true
   */
  readonly control?: boolean;
  /**
   * Keep the audio bytes of every session, for `recordedAudio()`. The memory for it is not bounded.
   * @default false
   */
  readonly record?: boolean;
  readonly history?: History;
  /**
   * The model of sessions without one.
   * @default "universal-3-5-pro", as the service's
   */
  readonly defaultModel?: SpeechModel;
  /**
   * `false`: `Begin` without `configuration`, as older servers send it. An object: overrides these fields, for example with a
   * `mode` that no client knows yet.
   * @default true
   */
  readonly beginConfiguration?: boolean | Readonly<Record<string, unknown>>;
  /**
   * How US models answer `format_turns`: with one formatted final (newer servers), or with an unformatted one before it.
   * @default "one-turn"
   */
  readonly formattedFinals?: FormattedFinals;
  /**
   * How `/v3/token` refuses a bad value: 400 `{ error }`, or 422 `{ detail }`, which was seen live.
   * @default "detail"
   */
  readonly tokenErrors?: TokenErrorShape;
  /**
   * The times of the first and last word of U3's turns. `"live"`: they include silence, as the service's do: the first word
   * begins up to a second early, the last one ends 70 to 1,344 ms late, but not after the audio received so far. `"exact"`: the
   * engine's times, for tests that compare times.
   *
   * @default "live"
   */
  readonly edges?: Edges;
  /**
   * How fast sessions and tokens are answered, by `clock`. `"live"`: like measurements of the service: `Begin` after 1.2 s, the
   * first partial 1.2 s after the onset of speech, finals 0.4 s after the last word, `Termination` after 0.6 to 1.2 s.
   *
   * @default "none"
   */
  readonly latency?: Latency;
  /**
   * Seed of the random values of `edges` and `latency`: the same seed gives the same values in session `n`.
   * @default 0
   */
  readonly seed?: number;
  /**
   * Whether U3 with `speaker_labels` cuts its turns every 10 s, in mid-phrase, and loses words that a cut goes through, as the
   * service does.
   *
   * @default true
   */
  readonly speakerCuts?: boolean;
  /**
   * How audio faster than real time is handled.
   * @default "free"
   */
  readonly pacing?: Pacing;
  /**
   * How many sessions may be open at once, or opened in a minute.
   * @default any number
   */
  readonly sessionLimit?: SessionLimit;
  /**
   * The longest session, in seconds, even if its token allows more.
   * @default 10_800
   */
  readonly maxSessionSeconds?: number;
  /**
   * How a session ends after that time: with a Termination, or with Error 3008.
   * @default "termination"
   */
  readonly expiry?: "termination" | "error";
  /**
   * How invalid credentials are refused: by an Error after HTTP 101, as the service does, or by HTTP 401.
   * @default "message"
   */
  readonly refusal?: "message" | "http";
  /**
   * `true`: TLS, with a new certificate for loopback. `{ names }`: also for these host names, so that a client with a fixed host
   * can be sent here by a hosts file. Or your own certificate, PEM.
   * @default false
   */
  readonly tls?: boolean | CertificateNames | Certificate;
  /**
   * Called with errors of an engine; the session ends with Error 3005.
   * @default console.error
   */
  readonly onEngineError?: (error: unknown) => void;
  /**
   * The source of time.
   * @default systemClock
   */
  readonly clock?: Clock;
}

/** `EmulatorOptions` with all defaults. */
export type Settings = Required<Omit<EmulatorOptions, Absent>> & Pick<EmulatorOptions, Absent>;

/** Options that `Credentials` has defaults for. */
type Absent = keyof CredentialOptions;

/** @throws EmulatorError `invalid-options` */
export function settingsFrom(options: EmulatorOptions): Settings {
  if (options.faults !== undefined) checkFaults(options.faults);
  const { port = 0 } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new EmulatorError(
      "invalid-options",
      `\`port\` is ${port}: use a whole number up to 65,535, or 0 for any free one.`,
    );
  const { tokenLength = usualTokenLength } = options;
  if (!Number.isInteger(tokenLength) || tokenLength < 16 || tokenLength > 8_000)
    throw new EmulatorError(
      "invalid-options",
      `\`tokenLength\` is ${tokenLength}: use a whole number from 16 to 8,000.`,
    );
  checkModel(options.defaultModel);
  for (const name of ["most", "perMinute"] as const) checkCount(name, options.sessionLimit?.[name]);
  return {
    engine: scripted(),
    port: 0,
    host: "localhost",
    allowedHosts: [],
    faults: [],
    control: true,
    record: false,
    history: {},
    defaultModel: usualModel,
    beginConfiguration: true,
    formattedFinals: "one-turn",
    tokenErrors: "detail",
    edges: "live",
    latency: "none",
    seed: 0,
    speakerCuts: true,
    pacing: "free",
    sessionLimit: {},
    maxSessionSeconds: longestSession,
    expiry: "termination",
    refusal: "message",
    tls: false,
    onEngineError: (error) => console.error("The engine failed:", error),
    clock: systemClock,
    ...options,
  };
}

function checkModel(model: SpeechModel | undefined): void {
  if (model === undefined || speechModels.includes(model)) return;
  const known = speechModels.join(", ");
  throw new EmulatorError("invalid-options", `\`defaultModel\` is ${JSON.stringify(model)}: use one of ${known}.`);
}

function checkCount(name: "most" | "perMinute", count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count > 0)) return;
  throw new EmulatorError("invalid-options", `\`sessionLimit.${name}\` is ${count}: use a whole number of at least 1.`);
}
