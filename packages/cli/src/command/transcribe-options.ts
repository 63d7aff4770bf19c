import type { FormatFlags } from "../input/input-format.ts";
import type { OutputFormat } from "../output/output-format.ts";

/** What `voxpipe transcribe` was asked to do. */
export interface TranscribeOptions extends FormatFlags {
  /** A file, or `-` for standard input. */
  readonly source: string;
  /** Against a server in this process rather than the service. */
  readonly local: boolean;
  /** A temporary token, instead of the key in the environment. */
  readonly token?: string | undefined;
  /** Host, or `ws://` / `wss://` URL. */
  readonly host?: string | undefined;
  readonly speechModel?: string | undefined;
  /** Language codes to expect. */
  readonly languages: readonly string[];
  /** Words and names to listen for. */
  readonly keyterms: readonly string[];
  /** Whether finals are to be punctuated and capitalised. */
  readonly formatTurns: boolean;
  /** Any other connection parameter, by its name on the wire (protocol section 2). */
  readonly parameters: Readonly<Record<string, string>>;
  /** No faster than it was spoken. */
  readonly realtime: boolean;
  readonly json: boolean;
  /** The form of the whole transcript; undefined: as it suits the output. */
  readonly format?: OutputFormat | undefined;
  /** The file to write to, instead of standard output. */
  readonly output?: string | undefined;
  readonly quiet: boolean;
}
