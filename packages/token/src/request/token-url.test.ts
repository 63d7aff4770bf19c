import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostForPages, tokenUrl } from "./token-url.ts";

const apiKey = "not-a-real-key";
const at = (apiHost: string) => tokenUrl({ apiKey, apiHost, expiresInSeconds: 60 }).href;

describe("the address of the token endpoint", () => {
  it.each([
    ["streaming.assemblyai.com", "https://streaming.assemblyai.com/v3/token"],
    ["localhost:8080", "https://localhost:8080/v3/token"],
    ["ws://127.0.0.1:8080", "http://127.0.0.1:8080/v3/token"],
    ["ws://127.0.0.1:8080/", "http://127.0.0.1:8080/v3/token"],
    ["wss://streaming.eu.assemblyai.com", "https://streaming.eu.assemblyai.com/v3/token"],
    ["http://[::1]:9", "http://[::1]:9/v3/token"],
    ["https://proxy.example/speech/", "https://proxy.example/speech/v3/token"],
  ])("for %s is %s", (host, address) => {
    expect(at(host)).toBe(`${address}?expires_in_seconds=60`);
  });

  it("holds 0, and the session's length only where one was given", () => {
    const url = tokenUrl({ apiKey, apiHost: "a.example", expiresInSeconds: 0, maxSessionDurationSeconds: 0 });
    expect(url.search).toBe("?expires_in_seconds=0&max_session_duration_seconds=0");
  });

  it.each(["ftp://a.example", "https://", "a b", "https://user:secret@a.example", "file:///etc"])(
    "is refused for %s",
    (host) => {
      expect(() => at(host)).toThrowError(/apiHost/);
      expect(() => at(host)).not.toThrowError(/secret/);
    },
  );

  it("is an http address with the right path, or a refusal, for any host", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain(), fc.ipV4(), fc.ipV6()), (host) => {
        let url: URL;
        try {
          url = new URL(at(host));
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid-options" });
          return;
        }
        expect(url.protocol).toMatch(/^https?:$/);
        expect(url.pathname.endsWith("/v3/token")).toBe(true);
        expect(url.searchParams.get("expires_in_seconds")).toBe("60");
      }),
    );
  });
});

describe("the host that a page gets", () => {
  it.each([
    ["streaming.eu.example", "wss://streaming.eu.example"],
    [" https://streaming.eu.example/ ", "wss://streaming.eu.example"],
    ["wss://h.example:8443/below/", "wss://h.example:8443/below"],
    ["https://ada:secret@h.example/?a=b#c", "wss://h.example"],
    ["http://127.0.0.1:8080", "ws://127.0.0.1:8080"],
    ["ws://localhost:8080", "ws://localhost:8080"],
    ["http://[::1]:8080", "ws://[::1]:8080"],
  ])("of %s is %s", (apiHost, host) => {
    expect(hostForPages(apiHost)).toBe(host);
  });

  it("is the same for the thousandth page, also with letters beyond ASCII", () => {
    const hosts = Array.from({ length: 30_000 }, () => hostForPages("wss://bücher.example"));
    expect(new Set(hosts)).toEqual(new Set(["wss://xn--bcher-kva.example"]));
  });

  it.each([
    ["the default", undefined],
    ["the default", "streaming.assemblyai.com"],
    ["the default", "wss://streaming.assemblyai.com/"],
    ["one within a network, not encrypted", "http://emulator:8080"],
    ["one that is none", "https://"],
  ])("is not named if it is %s: %j", (_, apiHost) => {
    expect(hostForPages(apiHost)).toBeUndefined();
  });
});
