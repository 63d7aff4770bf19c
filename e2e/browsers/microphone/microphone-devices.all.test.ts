import { inEveryBrowser } from "../matrix/behaviours.ts";
import { devices } from "./devices.ts";
import { failures } from "./failures.ts";

// In one file, for they share browsers, which take seconds to start.
inEveryBrowser("devices", devices);
inEveryBrowser("failures say what to do", failures);
