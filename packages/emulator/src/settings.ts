import { type Clock, systemClock } from "./clock.ts";
import type { CredentialOptions } from "./credentials.ts";
import type { Engine } from "./engine.ts";
import type { Fault } from "./fault.ts";
import { checkFaults } from "./fault-schema.ts";
import type { History } from "./observation.ts";
import { scripted } from "./scripted.ts";
import type { TokenErrorShape } from "./token-endpoint.ts";
import type { FormattedFinals } from "./turns.ts";

/** How an emulator behaves; every option has the default that suits a test. */
export interface EmulatorOptions extends CredentialOptions {
  /** What turns audio into words; `scripted()` by default. */
  readonly engine?: Engine;
  /** 0 by default: any free port. */
  readonly port?: number;
  /** The address to listen on; `127.0.0.1` by default. Others reach it only where this says so. */
  readonly host?: string;
  /** What goes wrong on purpose. */
  readonly faults?: readonly Fault[];
  /** Keep the audio bytes of every session, for `recordedAudio()`. */
  readonly record?: boolean;
  readonly history?: History;
  /** The model of a session that names none; `universal-streaming-english` by default. */
  readonly defaultModel?: string;
  /** `false`: `Begin` without `configuration`, as older servers send it. */
  readonly beginConfiguration?: boolean;
  /** How US answers `format_turns`: one formatted final (newer servers, the default) or an unformatted one before it. */
  readonly formattedFinals?: FormattedFinals;
  /** How `/v3/token` refuses a bad value: 400 `{ error }`, or 422 `{ detail }` (the default: it was seen live). */
  readonly tokenErrors?: TokenErrorShape;
  /** The time; `systemClock` by default. */
  readonly clock?: Clock;
}

/** `EmulatorOptions` with nothing left open. */
export type Settings = Required<Omit<EmulatorOptions, keyof CredentialOptions>> & CredentialOptions;

/** @throws EmulatorError `invalid-options` */
export function settingsFrom(options: EmulatorOptions): Settings {
  if (options.faults !== undefined) checkFaults(options.faults);
  return {
    engine: scripted(),
    port: 0,
    host: "127.0.0.1",
    faults: [],
    record: false,
    history: {},
    defaultModel: "universal-streaming-english",
    beginConfiguration: true,
    formattedFinals: "one-turn",
    tokenErrors: "detail",
    clock: systemClock,
    ...options,
  };
}
