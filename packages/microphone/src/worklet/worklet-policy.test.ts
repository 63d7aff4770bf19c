import { expect, test } from "vitest";
import { blockedByPolicy } from "./worklet-policy.ts";

const page = "https://site.example/app/";
const own = "/worklet.js";
const cdn = "https://cdn.example/worklet.js";
const blob = "blob:https://site.example/3f1c";

test.each<[string, string, string, RegExp]>([
  [
    "a nonce alone",
    own,
    "script-src 'nonce-r4nd0m'",
    /\(script-src 'nonce-…'\).*A nonce or a hash does not apply to worklets: add 'self' to script-src\.$/,
  ],
  [
    "a nonce, and workers from here",
    own,
    "script-src 'nonce-r4nd0m'; worker-src 'self'",
    /: add 'self' to script-src\.$/,
  ],
  [
    "elements of their own",
    own,
    "script-src 'self'; script-src-elem 'nonce-r4nd0m'",
    /: add 'self' to script-src-elem\.$/,
  ],
  [
    "a default alone",
    own,
    "default-src 'none'",
    /: replace 'none' with 'self' in default-src, or add a script-src with it to the policy\.$/,
  ],
  [
    "another host, where the page's own would do",
    cdn,
    "script-src 'self'",
    /To allow it, add https:\/\/cdn\.example to script-src; or serve .* from the page's own origin, and pass its address as workletUrl\.$/,
  ],
  [
    "another host, where nothing would do",
    cdn,
    "script-src 'nonce-r4nd0m'",
    /add https:\/\/cdn\.example to script-src; or serve .*own origin, with 'self' in script-src,/,
  ],
  ["a Blob", blob, "img-src *; SCRIPT-SRC 'self'", /add blob: to script-src; or serve /],
  ["a browser that does not say the policy", own, "", /\(script-src-elem\).*: add 'self' to script-src-elem\.$/],
])("%s: the error says what the policy lacks", (_, url, policy, message) => {
  const said = blockedByPolicy(url, page, { policy, directive: "script-src-elem" });
  expect(said).toMatch(message);
  expect(said).not.toContain("r4nd0m");
});
