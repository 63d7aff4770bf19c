import type { Agent, IncomingMessage } from "node:http";
import type { ExplainedFailure, OpenSocket, Socket, SocketEnd } from "@voxpipe/core";
import WebSocket from "isomorphic-ws";
import { handshakeHeaders } from "../platforms/handshake-headers.ts";
import { connectFailure, refusedByProxy } from "./connect-failures.ts";
import { longestRefusal, refusalMs, refusedHandshake } from "./refused-handshake.ts";
import { brokenProtocol, longestMessage, messageTooLong, mixedBuilds, wrongAgent } from "./socket-failures.ts";

/** Node's socket, `ws`: headers, HTTP statuses, causes, and pings. */
export const openWsSocket: OpenSocket = openWsSocketThrough(undefined);

/** The same, with an agent that creates its TCP connection, for example through a proxy. */
export function openWsSocketThrough(agent: Agent | undefined): OpenSocket {
  return (url, apiKey, listener): Socket => {
    let end: Partial<SocketEnd> = {};
    let opened = false;
    const socket = create(url, {
      headers: handshakeHeaders(`Node/${process.versions.node}`, apiKey),
      maxPayload: longestMessage,
      perMessageDeflate: false,
      followRedirects: false,
      ...(agent && { agent }),
      finishRequest(request) {
        // Of https-proxy-agent and proxy-agent: the proxy's answer to CONNECT.
        request.on("proxyConnect", ({ statusCode: status, statusText = "" }: ProxyAnswer) => {
          if (status !== 200) end = { status, failure: refusedByProxy(status, statusText, url) };
        });
        request.end();
      },
    });
    socket.on("open", () => {
      opened = true;
      listener.opened();
    });
    socket.on("message", (data, isBinary) => listener.message(isBinary ? "(binary)" : data.toString()));
    socket.on("pong", () => listener.alive());
    socket.on("unexpected-response", (request, response) => {
      readRefusal(response, (refusal) => {
        end = { ...refusal, ...end };
        request.destroy();
        socket.terminate();
      });
    });
    // Without a listener, a failure while connecting would crash the process.
    socket.on("error", (error) => {
      if (end.status !== undefined) return;
      const attempt = { url, throughAgent: agent !== undefined, env: process.env };
      const failure = explain(error, url) ?? (opened ? undefined : connectFailure(error, codeOf(error), attempt));
      end = { cause: error, ...(failure && { failure }) };
    });
    socket.on("close", (code, reason) => listener.closed({ ...end, code, reason: reason.toString() }));
    return {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      destroy: () => socket.terminate(),
      ping: () => socket.ping(),
    };
  };
}

/** What proxy agents say of a proxy's answer. */
interface ProxyAnswer {
  readonly statusCode: number;
  readonly statusText?: string;
}

function create(url: string, options: ConstructorParameters<typeof WebSocket>[2]): WebSocket {
  try {
    return new WebSocket(url, options);
  } catch (error) {
    if (codeOf(error) === "ERR_INVALID_PROTOCOL") throw wrongAgent(url);
    // The browser build of `ws` is a function that throws this.
    throw error instanceof Error && error.message.startsWith("ws does not work in the browser") ? mixedBuilds() : error;
  }
}

/** The start of an answer's body, read for a limited time. */
function readRefusal(response: IncomingMessage, done: (refusal: SocketEnd) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  const finish = () => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    done(refusedHandshake(response.statusCode ?? 0, response.headers["retry-after"] ?? null, Buffer.concat(chunks)));
  };
  const timer = setTimeout(finish, refusalMs);
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= longestRefusal) finish();
  });
  response.on("end", finish);
  response.on("error", finish);
  response.on("close", finish);
}

/** How the peer violated the protocol, if the error says so. */
function explain(error: Error, url: string): ExplainedFailure | undefined {
  const code = codeOf(error);
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return messageTooLong(url);
  if (code === "WS_ERR_INVALID_UTF8") return brokenProtocol(url, "text that is not UTF-8");
  return code.startsWith("WS_ERR_") ? brokenProtocol(url, code) : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
