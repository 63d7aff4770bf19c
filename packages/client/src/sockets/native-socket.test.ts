import type { SocketEnd } from "@voxpipe/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openNativeSocket } from "./native-socket.ts";

const url = "wss://streaming.example:8443/v3/ws?token=the-token-of-this-test";

/** A platform's WebSocket that does what the test says. */
class FakeWebSocket extends EventTarget {
  static made: FakeWebSocket[] = [];
  static refusal: Error | undefined;
  readyState = 0;
  bufferedAmount = 0;
  closed = 0;

  constructor() {
    super();
    if (FakeWebSocket.refusal) throw FakeWebSocket.refusal;
    FakeWebSocket.made.push(this);
  }

  send(): void {}

  close(): void {
    this.closed++;
    this.readyState = 3;
  }

  fire(type: string, more: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), more));
  }
}

/** What a browser's page has, on top of what Node has. */
const page = new EventTarget();

beforeEach(() => {
  vi.useFakeTimers();
  FakeWebSocket.made = [];
  FakeWebSocket.refusal = undefined;
  vi.stubGlobal("WebSocket", FakeWebSocket);
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(address = url) {
  const ends: SocketEnd[] = [];
  const messages: string[] = [];
  const socket = openNativeSocket(address, undefined, {
    opened: () => {},
    message: (text) => messages.push(text),
    alive: () => {},
    closed: (end) => ends.push(end),
  });
  return { socket, fake: FakeWebSocket.made.at(-1), ends, messages };
}

function violation(blockedURI: string, disposition = "enforce"): void {
  page.dispatchEvent(Object.assign(new Event("securitypolicyviolation"), { blockedURI, disposition }));
}

const policy =
  "The page's Content-Security-Policy blocks wss://streaming.example:8443. Add wss://streaming.example:8443 to its connect-src.";

describe("a Content-Security-Policy without the service in connect-src", () => {
  test.each([url, "wss://streaming.example:8443", "wss"])(
    "fails at once and names the host to add, reported as %s",
    (blockedUri) => {
      const { fake, ends } = open();
      violation(blockedUri);
      fake?.fire("error");
      vi.advanceTimersByTime(10_000);
      expect(ends).toMatchObject([
        { code: 1006, failure: { code: "connection-failed", retryable: false, message: policy } },
      ]);
    },
  );

  test("also if the violation is reported after the socket's error", () => {
    const { fake, ends } = open();
    fake?.fire("error");
    violation(url);
    expect(ends).toMatchObject([{ failure: { message: policy } }]);
  });

  test("also if the constructor throws, as in Firefox, whose own text is not shown", () => {
    const dump = '[Exception... "The load was blocked." nsresult: "0x805e0006 (NS_ERROR_CONTENT_BLOCKED)"]';
    FakeWebSocket.refusal = Object.assign(new Error(dump), { name: "NS_ERROR_CONTENT_BLOCKED" });
    const early = open();
    violation(url);
    expect(early.ends).toMatchObject([{ failure: { message: policy } }]);

    const { ends } = open();
    vi.advanceTimersByTime(250);
    expect(ends).toMatchObject([{ failure: { code: "connection-failed", retryable: false } }]);
    expect(ends[0]?.failure?.message).toContain(
      "refused to open a WebSocket to wss://streaming.example:8443 (NS_ERROR_CONTENT_BLOCKED)",
    );
    expect(ends[0]?.failure?.message).not.toContain("nsresult");
  });

  test.each([
    ["report-only mode", url, "report"],
    ["another host", "wss://other.example", "enforce"],
    ["an image", "https://streaming.example:8443/", "enforce"],
    ["an inline script", "inline", "enforce"],
    ["nothing", "", "enforce"],
  ])("a violation of %s is not taken for it", (_, blockedUri, disposition) => {
    const { fake, ends } = open();
    violation(blockedUri, disposition);
    fake?.fire("open");
    expect(ends).toEqual([]);
  });

  test("is no longer watched for once the socket is open or has ended", () => {
    const add = vi.spyOn(page, "addEventListener");
    const remove = vi.spyOn(page, "removeEventListener");
    vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
    vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
    open().fake?.fire("open");
    open().fake?.fire("close", { code: 1006, reason: "" });
    open().socket.destroy();
    FakeWebSocket.refusal = new Error("no");
    open();
    vi.advanceTimersByTime(250);
    expect(add).toHaveBeenCalledTimes(4);
    expect(new Set(remove.mock.calls.map(([, listener]) => listener)).size).toBe(4);
  });
});

describe("a socket of any platform ends once, however it fails", () => {
  test("error without close, before it is open: fails soon, and says what to check", () => {
    const { fake, ends } = open();
    fake?.fire("error");
    vi.advanceTimersByTime(250);
    expect(ends).toMatchObject([{ code: 1006, failure: { code: "connection-failed", retryable: true } }]);
    expect(ends[0]?.failure?.message).toMatch(/streaming\.example:8443 failed.+Check apiHost.+connect-src/);
    expect(fake?.closed).toBe(1);
  });

  test("error without close, once it is open: the connection is lost", () => {
    const { fake, ends } = open();
    fake?.fire("open");
    fake?.fire("error");
    vi.advanceTimersByTime(250);
    expect(ends).toEqual([{ code: 1006, reason: "", cause: undefined }]);
  });

  test("error and close are one end, with the close's code and the error's reason", () => {
    const { fake, ends } = open();
    fake?.fire("error", { message: "Expected 101 status code" });
    fake?.fire("close", { code: 1002, reason: "" });
    vi.advanceTimersByTime(10_000);
    expect(ends).toMatchObject([{ code: 1002, cause: { message: "Expected 101 status code" } }]);
    expect(ends).toHaveLength(1);
  });

  test("close without error", () => {
    const { fake, ends } = open();
    fake?.fire("close", { code: 0, reason: "bye" });
    expect(ends).toMatchObject([{ code: 1006, reason: "bye" }]);
  });

  test("a constructor that throws: the runtime's own name of the fault, and no token", () => {
    FakeWebSocket.refusal = new TypeError(`cannot open ${url}`);
    const { ends, socket } = open();
    expect(socket.bufferedAmount).toBe(0);
    socket.send("x");
    vi.advanceTimersByTime(250);
    expect(ends[0]?.failure?.message).toContain("(TypeError)");
    expect(ends[0]?.failure?.message).not.toContain("the-token");
  });

  test.each(["close", "destroy"] as const)("%s after a constructor that threw", (method) => {
    FakeWebSocket.refusal = new Error("no");
    const { ends, socket } = open();
    socket[method](1000, "");
    vi.advanceTimersByTime(250);
    expect(ends).toHaveLength(1);
  });

  test("a page over https may not open ws://: says to use wss://", () => {
    vi.stubGlobal("origin", "https://app.example");
    FakeWebSocket.refusal = new DOMException("An insecure WebSocket connection may not be initiated", "SecurityError");
    const { ends } = open("ws://streaming.example/v3/ws");
    vi.advanceTimersByTime(250);
    expect(ends[0]?.failure?.message).toBe(
      "The page was loaded over https, so the browser blocks ws://streaming.example, which is not encrypted. Set apiHost to wss://streaming.example.",
    );
  });

  test("a runtime without WebSocket: says which build it got", () => {
    vi.stubGlobal("WebSocket", undefined);
    const { ends } = open();
    vi.advanceTimersByTime(250);
    expect(ends[0]?.failure?.message).toMatch(/^This runtime has no WebSocket.+export condition/);
  });

  test("a runtime without addEventListener, such as React Native", () => {
    vi.stubGlobal("addEventListener", undefined);
    vi.stubGlobal("removeEventListener", undefined);
    const { fake, ends } = open();
    fake?.fire("close", { code: 1000, reason: "" });
    expect(ends).toMatchObject([{ code: 1000 }]);
  });
});

test("a message of more than a megabyte ends the connection, and is not passed on", () => {
  const { fake, ends, messages } = open();
  fake?.fire("open");
  fake?.fire("message", { data: "x".repeat(1024 * 1024) });
  fake?.fire("message", { data: "x".repeat(1024 * 1024 + 1) });
  expect(messages).toHaveLength(1);
  expect(ends).toMatchObject([{ failure: { code: "server-error" } }]);
  expect(ends[0]?.failure?.message).toContain("sent a message of more than 1048576 bytes");
  expect(fake?.closed).toBe(1);
});
