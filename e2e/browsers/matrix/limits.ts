import type { BrowserName } from "../launch/browsers.ts";

const mockOnly = "the only microphone that its driver offers is a mock, which hums and cannot play a file";
const noHeaders =
  "a page's WebSocket sends no headers of its own; that a key is refused there before anything is sent is a behaviour of its own";
const alwaysAllowed = "its driver always allows the microphone and cannot deny it";

/** What a browser cannot do on a test machine, and why: by browser, then by the behaviour's name in the tests. */
export const limits: Readonly<Record<BrowserName, Readonly<Record<string, string>>>> = {
  Chromium: { "apiKey in the header": noHeaders },
  Firefox: { "apiKey in the header": noHeaders },
  WebKit: {
    "apiKey in the header": noHeaders,
    "permission denied": alwaysAllowed,
    "a refused microphone is said in a sentence with a remedy": alwaysAllowed,
    "what is spoken into the microphone becomes captions": mockOnly,
    "a drop while someone speaks is shown, and misses no word": mockOnly,
    "the key is nowhere on the page, in its scripts or its traffic, and nothing breaks the policy":
      "its driver shows no traffic",
    "of a remote call is heard, though no element of the page plays it; nothing of it plays on after stop":
      "Debian's build has no WebRTC",
    "of a stream with several tracks is the first live one's, by whose end it ends":
      "of several streams that its Web Audio makes, some are silent now and then, whichever track is taken",
    "speech is transcribed, also from a recording that was cut in the middle": "Debian's build has no MediaRecorder",
    "plain HTTP": "it has no setting for names that lead to this machine, and takes loopback for secure",
  },
};
