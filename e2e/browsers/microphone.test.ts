import { inEveryBrowser } from "./behaviours.ts";
import { audio } from "./microphone-audio.ts";
import { devices } from "./microphone-devices.ts";
import { failures } from "./microphone-failures.ts";
import { light } from "./microphone-light.ts";

// In one file, for they share browsers, which take seconds to start.
inEveryBrowser("audio", audio);
inEveryBrowser("devices", devices);
inEveryBrowser("the light goes out", light);
inEveryBrowser("failures say what to do", failures);
