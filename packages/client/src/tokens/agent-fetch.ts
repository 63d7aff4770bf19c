import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Fetch, type FetchResponse, TokenError } from "@voxpipe/token";

/** A `fetch` for token requests whose connection an agent creates: Node's own `fetch` takes none. */
export function fetchThrough(agent: Agent): Fetch {
  return (url, { method, headers, signal }) =>
    new Promise<FetchResponse>((resolve, reject) => {
      const send = url.startsWith("https:") ? httpsRequest : httpRequest;
      const request = send(url, { method, headers, signal, agent }, (message) => resolve(responseOf(message)));
      request.on("proxyConnect", ({ statusCode: status }: { readonly statusCode: number }) => {
        if (status === 200) return;
        reject(refusedByProxy(status, url));
        request.destroy();
      });
      request.on("error", reject);
      request.end();
    });
}

function responseOf(message: IncomingMessage): FetchResponse {
  // If the request is aborted, its reader gets the error; without a listener it would end the process.
  message.on("error", () => {});
  return {
    status: message.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = message.headers[name.toLowerCase()];
        return value === undefined ? null : String(value);
      },
    },
    body: message,
  };
}

/** 407 means the same from everyone; any other status of a proxy must not be mistaken for the service's. */
function refusedByProxy(status: number, url: string): TokenError {
  const retryable = status === 429 || status >= 500;
  return new TokenError("network", `The proxy did not connect to ${new URL(url).host} (HTTP ${status}).`, {
    status,
    retryable,
    remedy:
      status === 407
        ? "It requires a user name and password: pass them to the agent."
        : retryable
          ? "Check apiHost, and whether the proxy can reach it."
          : "Its rules do not allow this host or port: have them allowed, or use another proxy.",
  });
}
