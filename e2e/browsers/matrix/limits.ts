import type { BrowserName } from "../launch/browsers.ts";

const mockOnly = "the only microphone that its driver offers is a mock, which hums and cannot play a file";
const noHeaders =
  "a page's WebSocket sends no headers of its own; that a key is refused there before anything is sent is a behaviour of its own";
const alwaysAllowed = "its driver always allows the microphone and cannot deny it";

const sentences =
  "Chromium shows it: the page shows the sentence that it is given, and each browser's refusals are tested with the microphone and the session";
const states =
  "Chromium shows it: the transcriber decides it, and each browser's microphone and session are tested by themselves";

/** What our code decides without the browser, so that it is tested in Chromium alone, and why; by the behaviour's name. */
const alike: Readonly<Record<string, string>> = {
  "a refused token is said in a sentence with a remedy, and the light goes out": sentences,
  "a service that is down, and a backend that is, are said in a sentence with a remedy": sentences,
  "a refused microphone is said in a sentence with a remedy": sentences,
  "a missing microphone is said in a sentence with a remedy": sentences,
  "what is said while a Begin takes 12 s is shown, also where Stop was pressed before": states,
  "a drop while someone speaks is shown, and misses no word": states,
  "pressing Start and Stop in quick turns leaves no light on": states,
  "built without any environment variable, shows what is said":
    "Chromium shows it: what a build changes are the paths of its files, and the same application runs in each browser unbuilt",
  "screen readers hear finals, politely, and no partials; every control has a name and enough contrast":
    "Chromium shows it: what is looked at are the page's elements and colours",
};

/** What is not tested in a browser, and why: what it cannot do on a test machine, and what is `alike`. By browser, then by the behaviour's name in the tests. */
export const limits: Readonly<Record<BrowserName, Readonly<Record<string, string>>>> = {
  Chromium: { "apiKey in the header": noHeaders },
  Firefox: { ...alike, "apiKey in the header": noHeaders },
  WebKit: {
    ...alike,
    "apiKey in the header": noHeaders,
    "permission denied": alwaysAllowed,
    "what is spoken into the microphone becomes captions": mockOnly,
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
