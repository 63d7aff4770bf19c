import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey, clientAddress } from "./client-address.ts";

function from(list: string, proxies?: number): string | undefined {
  const request = new Request("https://a.example", { headers: { "x-forwarded-for": list } });
  return clientAddress(request, { header: "X-Forwarded-For", proxies });
}

describe("the client's address", () => {
  it("is the entry that the outermost declared proxy wrote", () => {
    expect(from("203.0.113.9, 198.51.100.7")).toBe("198.51.100.7");
    expect(from("203.0.113.9, 198.51.100.7, 10.0.0.1", 2)).toBe("198.51.100.7");
    expect(from("198.51.100.7", 2)).toBeUndefined();
    expect(from("")).toBeUndefined();
  });

  it("is never one that the client put in front", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("unknown, ,"))), fc.ipV4(), (forged, real) => {
        expect(from([...forged, real].join(", "))).toBe(real);
      }),
    );
  });

  it.each([
    ["198.51.100.7", "198.51.100.7"],
    [" 198.51.100.7:4711 ", "198.51.100.7"],
    ["::ffff:198.51.100.7", "198.51.100.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["1", undefined],
    ["0x7f.1", undefined],
    ["256.1.1.1", undefined],
    ["unknown", undefined],
    ["_hidden", undefined],
    ["", undefined],
  ])("%j counts as %s", (text, key) => {
    expect(addressKey(text)).toBe(key);
  });

  it("is none, rather than a failure, for any header", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(addressKey(text) ?? "").toBeTypeOf("string");
      }),
    );
  });
});
