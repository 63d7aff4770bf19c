import type { FormatFlags } from "../input/input-format.ts";
import type { OutputFormat } from "../output/output-format.ts";

/** The options of `voxpipe transcribe`. */
export interface TranscribeOptions extends FormatFlags {
  /** A file, or `-` for standard input. */
  readonly source: string;
  /** Names of the file's channels, each of which is transcribed by itself; none: all are mixed to one. */
  readonly channels: readonly string[];
  /** Use a server in this process instead of the service. */
  readonly local: boolean;
  /** A temporary token to use instead of the key in the environment. */
  readonly token?: string | undefined;
  /** Host, or `ws://` / `wss://` URL. */
  readonly host?: string | undefined;
  readonly speechModel?: string | undefined;
  /** Language codes to expect. */
  readonly languages: readonly string[];
  /** Words and names to listen for. */
  readonly keyterms: readonly string[];
  /** Whether finals have punctuation and capitals. */
  readonly formatTurns: boolean;
  /** Any other connection parameter, by its name on the wire (protocol section 2). */
  readonly parameters: Readonly<Record<string, string>>;
  /** Send no faster than it was spoken. */
  readonly realtime: boolean;
  readonly json: boolean;
  /** The format of the whole transcript; undefined: depends on the output. */
  readonly format?: OutputFormat | undefined;
  /** The file to write to, instead of standard output. */
  readonly output?: string | undefined;
  readonly quiet: boolean;
}
