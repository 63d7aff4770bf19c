import { describe, expect, test } from "vitest";
import { place, readGrant } from "./token-grant.ts";

test("a token comes alone or with the host that takes it", () => {
  expect(readGrant("t")).toEqual({ token: "t" });
  expect(readGrant({ token: "t", expiresInSeconds: 60 })).toEqual({ token: "t" });
  expect(readGrant({ token: "t", apiHost: undefined })).toEqual({ token: "t" });
  expect(readGrant({ token: "t", apiHost: "wss://eu.example" })).toEqual({ token: "t", apiHost: "wss://eu.example" });
});

test.each([undefined, null, 7, "", {}, { token: "" }, { token: 7 }, []])("%j is no token", (provided) => {
  expect(() => readGrant(provided)).toThrow(expect.objectContaining({ code: "token-failed", retryable: false }));
});

describe("the host that a token server names", () => {
  test.each([
    "wss://streaming.eu.example",
    "wss://h:8443/below",
    "ws://localhost:8080",
    "ws://127.0.0.1:1",
    "ws://[::1]:1",
    "ws://app.localhost:1",
  ])("%s is used", (apiHost) => {
    expect(readGrant({ token: "t", apiHost })).toEqual({ token: "t", apiHost });
  });

  test.each([
    ["is not encrypted", "ws://streaming.example"],
    ["looks like this machine", "ws://127.0.0.1.example"],
    ["looks like this machine", "ws://localhost.example"],
    ["has no scheme", "streaming.example"],
    ["has another scheme", "https://streaming.example"],
    ["has another scheme", "javascript:alert(1)"],
    ["has a password", "wss://a:b@streaming.example"],
    ["has a query", "wss://streaming.example/?token=mine"],
    ["has a fragment", "wss://streaming.example/#x"],
    ["is empty", ""],
    ["is no text", 7],
    ["is no text", { host: "h" }],
  ])("is refused, and named, if it %s: %j", (_, apiHost) => {
    expect(() => readGrant({ token: "the-token", apiHost })).toThrow(
      expect.objectContaining({
        code: "token-failed",
        message: expect.stringMatching(/as apiHost\. It must be wss:\/\//),
      }),
    );
    expect(() => readGrant({ token: "the-token", apiHost })).not.toThrow(/the-token/);
  });
});

test("the same place is written in one way", () => {
  expect(place("H.example")).toBe(place("wss://h.example/"));
  expect(place("wss://a:b@h.example/v")).toBe("wss://h.example/v");
  expect(place("ws://h.example")).not.toBe(place("h.example"));
});
