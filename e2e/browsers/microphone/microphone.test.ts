import { inEveryBrowser } from "../matrix/behaviours.ts";
import { audio } from "./audio.ts";
import { devices } from "./devices.ts";
import { failures } from "./failures.ts";
import { light } from "./light.ts";

// In one file, for they share browsers, which take seconds to start.
inEveryBrowser("audio", audio);
inEveryBrowser("devices", devices);
inEveryBrowser("the light goes out", light);
inEveryBrowser("failures say what to do", failures);
