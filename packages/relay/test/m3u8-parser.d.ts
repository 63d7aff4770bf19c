declare module "m3u8-parser" {
  export class Parser {
    readonly manifest: {
      readonly mediaSequence: number;
      readonly targetDuration: number;
      readonly endList: boolean;
      readonly segments: readonly {
        readonly uri: string;
        readonly duration: number;
        readonly dateTimeString?: string;
      }[];
    };
    push(text: string): void;
    end(): void;
  }
}
