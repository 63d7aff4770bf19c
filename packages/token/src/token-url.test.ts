import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenUrl } from "./token-url.ts";

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

  it("is an http address with the right path, or a refusal, whatever the host", () => {
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
