import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { originFault } from "./allowed-origin.ts";

describe("an allowed origin", () => {
  it.each([
    "https://app.example",
    "http://localhost:5173",
    "http://localhost",
    "https://[::1]:8443",
    "https://xn--bcher-kva.example",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "moz-extension://6f6b2f5a-9a60-4f9e-8a4e-3f8d9d2b1c11",
    "safari-web-extension://C2F5D3A4-1111-2222-3333-444455556666",
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "app://obsidian.md",
    "app://.",
  ])("may be %s", (origin) => {
    expect(originFault(origin)).toBeUndefined();
  });

  it.each([
    ["https://app.example/", 'write "https://app.example"'],
    ["https://app.example/page?x#y", 'write "https://app.example"'],
    ["https://App.Example", 'write "https://app.example"'],
    ["HTTPS://app.example", 'write "https://app.example"'],
    ["https://app.example:443", 'write "https://app.example"'],
    ["http://app.example:80", 'write "http://app.example"'],
    ["https://ada:secret@app.example", 'write "https://app.example"'],
    ["https://bücher.example", 'write "https://xn--bcher-kva.example"'],
    ["chrome-extension://abc/", 'write "chrome-extension://abc"'],
    ["chrome-extension://abc/popup.html", 'write "chrome-extension://abc"'],
    ["Capacitor://localhost", 'write "capacitor://localhost"'],
    [" https://app.example", "is not an origin"],
    ["https://a.example, https://b.example", "is not an origin"],
    ["app.example", 'write scheme and host, "https://app.example"'],
    ["//app.example", "write scheme and host"],
    ["https://", "is not an origin"],
    ["capacitor://", "is not an origin"],
    ["", "is not an origin"],
    ["*", "wildcard"],
    ["https://*.example.com", "list each one, or decide in authorize"],
    ["https://*", "wildcard"],
    ["chrome-extension://*", "wildcard"],
    ["null", "identifies no page"],
    ["file:///home", "which no page's origin has"],
    ["wss://app.example", "which no page's origin has"],
  ])("is not %j, which no request has: %s", (origin, remedy) => {
    expect(originFault(origin)).toContain(remedy);
  });

  it("is judged the same the thousandth time, also with letters beyond ASCII", () => {
    const faults = Array.from({ length: 30_000 }, () => originFault("https://bücher.example"));
    expect(new Set(faults).size).toBe(1);
  });

  it("is any that a URL of the web has", () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        const { origin } = new URL(url);
        expect(originFault(origin)).toBeUndefined();
        if (url !== origin) expect(originFault(url)).toContain(origin);
      }),
    );
  });

  it("is never refused without a word, nor with a throw", () => {
    fc.assert(fc.property(fc.string(), (text) => originFault(text) === undefined || originFault(text) !== ""));
  });
});
