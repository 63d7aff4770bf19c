declare module "webvtt-parser" {
  /** W3C's validating parser. */
  export class WebVTTParser {
    constructor(entities: Readonly<Record<string, string>>);
    parse(
      text: string,
      mode: "captions" | "metadata",
    ): {
      readonly cues: readonly {
        readonly startTime: number;
        readonly endTime: number;
        readonly tree: WebVttNode;
        readonly text: string;
      }[];
      readonly errors: readonly { readonly message: string; readonly line: number }[];
    };
  }
  export interface WebVttNode {
    readonly type: string;
    readonly value?: string;
    readonly children?: readonly WebVttNode[];
  }
}
