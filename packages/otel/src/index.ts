export { type Instrumentation, type InstrumentationOptions, instrumentVoxpipe } from "./instrument.ts";
