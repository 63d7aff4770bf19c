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

/** How an emulator behaves; every option has the default that suits a test. */
export interface EmulatorOptions extends CredentialOptions {
  /** What turns audio into words; `scripted()` by default. Several emulators may share one: it closes with the last of them. */
  readonly engine?: Engine;
  /** 0 by default: any free port. */
  readonly port?: number;
  /**
   * The address to listen on. `localhost`, the default, is 127.0.0.1 and, where the machine has it, ::1. Other machines
   * reach the emulator only where this says so.
   */
  readonly host?: string;
  /**
   * Names under which the emulator answers beside those of loopback, `host`, and the certificate: what clients of other
   * machines and containers call it, such as `emulator`. Requests with another `Host` are refused with 403, so that no web
   * page can point its own name here and read sessions.
   */
  readonly allowedHosts?: readonly string[];
  /** What goes wrong on purpose. */
  readonly faults?: readonly Fault[];
  /**
   * Serve the control API under `/emulator/`, with which other processes set faults and read sessions. `true` by default;
   * faults in the path of a URL work in either case.
   */
  readonly control?: boolean;
  /** Keep the audio bytes of every session, for `recordedAudio()`: for tests, as it takes memory without bound. */
  readonly record?: boolean;
  readonly history?: History;
  /** The model of a session that names none. @default "universal-3-5-pro", as the service's */
  readonly defaultModel?: SpeechModel;
  /**
   * `false`: `Begin` without `configuration`, as older servers send it. An object: these fields over the usual ones, such as
   * a `mode` that no client knows yet.
   */
  readonly beginConfiguration?: boolean | Readonly<Record<string, unknown>>;
  /** How US answers `format_turns`: one formatted final (newer servers, the default) or an unformatted one before it. */
  readonly formattedFinals?: FormattedFinals;
  /** How `/v3/token` refuses a bad value: 400 `{ error }`, or 422 `{ detail }` (the default: it was seen live). */
  readonly tokenErrors?: TokenErrorShape;
  /**
   * The times of the first and last word of U3's turns. `"live"`: they absorb silence, as the service's do: the first word
   * begins up to a second early, the last one ends 70 to 1,344 ms late, but not after what was heard. `"exact"`: they are
   * the engine's, for tests that compare times.
   *
   * @default "live"
   */
  readonly edges?: Edges;
  /**
   * How fast sessions and tokens are answered, by `clock`. `"live"`: as the service was measured: `Begin` after 1.2 s, the
   * first partial 1.2 s after the onset of speech, finals 0.4 s after the last word, `Termination` after 0.6 to 1.2 s.
   *
   * @default "none"
   */
  readonly latency?: Latency;
  /** The draws of `edges` and `latency`: the same seed gives the same ones in session `n`. @default 0 */
  readonly seed?: number;
  /**
   * Whether U3 with `speaker_labels` cuts its turns every 10 s, in mid-phrase, and loses the words that a cut goes through,
   * as the service does.
   *
   * @default true
   */
  readonly speakerCuts?: boolean;
  /** What becomes of audio that comes faster than it is spoken; `"free"` by default. */
  readonly pacing?: Pacing;
  /** How many sessions may be open at once, or opened in a minute; any number by default. */
  readonly sessionLimit?: SessionLimit;
  /** The longest session, in seconds, even if its token allows more; 10,800 by default. */
  readonly maxSessionSeconds?: number;
  /** How a session ends that has lasted so long: with a Termination (the default), or with Error 3008. */
  readonly expiry?: "termination" | "error";
  /** How refused credentials are refused: by an Error after HTTP 101, as the service does (the default), or by HTTP 401. */
  readonly refusal?: "message" | "http";
  /**
   * `true`: TLS, with a certificate made on the spot for loopback. `{ names }`: for these host names too, so that a client
   * whose host is fixed can be sent here by a hosts file. Or a certificate of your own, PEM.
   */
  readonly tls?: boolean | CertificateNames | Certificate;
  /** Called with what an engine throws or gives up with; the session ends with Error 3005. `console.error` by default. */
  readonly onEngineError?: (error: unknown) => void;
  /** The time; `systemClock` by default. */
  readonly clock?: Clock;
}

/** `EmulatorOptions` with nothing left open. */
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
      `\`port\` is ${port}: give a whole number up to 65,535, or 0 for any free one.`,
    );
  const { tokenLength = usualTokenLength } = options;
  if (!Number.isInteger(tokenLength) || tokenLength < 16 || tokenLength > 8_000)
    throw new EmulatorError("invalid-options", `\`tokenLength\` is ${tokenLength}: give a whole number, 16 to 8,000.`);
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
  throw new EmulatorError("invalid-options", `\`defaultModel\` is ${JSON.stringify(model)}: give one of ${known}.`);
}

function checkCount(name: "most" | "perMinute", count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count > 0)) return;
  throw new EmulatorError("invalid-options", `\`sessionLimit.${name}\` is ${count}: give a whole number from 1 on.`);
}
