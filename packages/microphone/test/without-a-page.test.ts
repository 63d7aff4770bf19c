import { expect, test } from "vitest";
import { listMicrophones, openMicrophone } from "../src/index.ts";

test.each([
  ["openMicrophone", () => openMicrophone()],
  ["openMicrophone with an address", () => openMicrophone({ workletUrl: "/worklet.js" })],
  ["listMicrophones", () => listMicrophones()],
])("%s on a server or in a worker says that there is no page", async (_, call) => {
  await expect(call()).rejects.toMatchObject({
    name: "MicrophoneError",
    code: "unsupported",
    message: expect.stringMatching(/no page: .* Call this in the browser/),
  });
});
