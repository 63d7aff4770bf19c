import { StreamingClient as Client, type ConnectOptions, connect as connectWith, tokenFrom } from "voxpipe";

export { StreamingError, tokenFrom } from "voxpipe";

/** The page's replacement for the suite's key; any other key is a wrong one. */
export const placeholder = "no-key-in-a-page";

/** In a page, the right key becomes a token of the site; a wrong one becomes an invalid token. */
function credentials(apiKey: string | undefined) {
  return apiKey === undefined ? {} : { token: apiKey === placeholder ? tokenFrom("/api/token") : apiKey };
}

export function connect({ apiKey, ...options }: ConnectOptions) {
  return connectWith({ ...options, ...credentials(apiKey) });
}

export class StreamingClient extends Client {
  constructor({ apiKey, ...options }: NonNullable<ConstructorParameters<typeof Client>[0]>) {
    super({ ...options, ...credentials(apiKey) });
  }
}

/** The handler is the site's: a page has none. */
export function createTokenHandler() {
  return ({ method }: Request): Promise<Response> => fetch("/api/token", { method });
}
