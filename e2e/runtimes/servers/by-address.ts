import { createTokenHandler, type TokenHandler } from "@voxpipe/token";

interface Environment {
  readonly ASSEMBLYAI_API_KEY?: string | undefined;
  readonly ASSEMBLYAI_HOST?: string | undefined;
}

/** A handler behind one declared proxy, which gives each address one token a minute, for any visitor. */
export function limitedByAddress(environment: Environment): TokenHandler {
  return createTokenHandler({
    apiKey: environment.ASSEMBLYAI_API_KEY ?? "",
    apiHost: environment.ASSEMBLYAI_HOST,
    letAnyoneSpendMyMoney: true,
    address: { header: "x-forwarded-for", proxies: 1 },
    rateLimit: { by: "address", requests: 1 },
    onError: () => {},
  });
}

/** Whether a test asks for that handler rather than for the README's. */
export function asksByAddress(request: Request): boolean {
  return new URL(request.url).searchParams.get("limit") === "by-address";
}
