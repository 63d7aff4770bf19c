import { inEveryBrowser } from "../matrix/behaviours.ts";
import { audio } from "./audio.ts";
import { light } from "./light.ts";

// In one file, for they share browsers, which take seconds to start.
inEveryBrowser("audio", audio);
inEveryBrowser("the light goes out", light);
