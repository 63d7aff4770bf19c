/** The Bun and Deno globals that the examples use, for this workspace's type check. `e2e` checks them against the runtimes' own types. */
interface BunOfExamples {
  serve(options: { routes: Readonly<Record<string, (request: Request) => Promise<Response>>> }): {
    readonly port: number;
  };
}
interface DenoOfExamples {
  serve(handler: (request: Request) => Response | Promise<Response>): { readonly addr: { readonly port: number } };
}

declare const Bun: BunOfExamples;
declare const Deno: DenoOfExamples;
