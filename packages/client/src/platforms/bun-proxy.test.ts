import { expect, test } from "vitest";
import { proxyOf } from "./bun-proxy.ts";

test.each(["1.3.6", "1.3.10", "1.4.0", "2.0.0", "1.4.0-canary.1"])("Bun %s takes the URL of a proxy", (version) => {
  expect(proxyOf({ proxy: "http://ada:secret@proxy.example:8080" }, version)).toBe(
    "http://ada:secret@proxy.example:8080",
  );
  expect(proxyOf({}, version)).toBeUndefined();
});

test.each(["1.3.5", "1.2.23", "0.9.0"])("Bun %s would go past the proxy in silence, so it is refused", (version) => {
  expect(() => proxyOf({ agent: "http://proxy.example" }, version)).toThrow(
    `agent: needs Bun 1.3.6, but this is Bun ${version}. Update Bun.`,
  );
});

test.each(["proxy.example:8080", "socks5://secret@proxy.example", "", 7, null, {}, "http://"])(
  "%j is no URL of an HTTP proxy, and is refused without being shown",
  (agent) => {
    const refusal = /^(agent|proxy): (?!.*secret).+ is not valid\. Expected the URL of a proxy/;
    expect(() => proxyOf({ agent }, "1.4.0")).toThrow(refusal);
    expect(() => proxyOf({ proxy: agent }, "1.4.0")).toThrow(refusal);
  },
);
