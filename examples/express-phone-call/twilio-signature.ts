import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether Twilio signed a form post: an HMAC of the URL and the sorted fields with the account's auth token. */
export function isFromTwilio(
  url: string,
  fields: Readonly<Record<string, string>>,
  signature: string,
  authToken: string,
): boolean {
  const sorted = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
  const signed = url + sorted.map(([name, value]) => name + value).join("");
  const expected = createHmac("sha1", authToken).update(signed).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
