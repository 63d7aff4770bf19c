import type { ChildProcess } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../../run.ts";
import type { Devices } from "./browsers.ts";
import { end, spawnOwn } from "./own-process.ts";
import { programPath } from "./program-path.ts";

export interface SoundServer extends AsyncDisposable {
  /** What a program needs in its environment to use it. */
  readonly env: NodeJS.ProcessEnv;
  /** Lets a WAV file be heard by the microphones; resolves when it is over. */
  play(wav: string): Promise<void>;
  readonly devices: Devices;
}

/** How a microphone is made: it hears what is played to `speech`. */
const source = (name: string, title: string) =>
  `module-remap-source source_name=${name} master=speech.monitor source_properties=device.description=${title}`;

/** A PulseAudio without any hardware, with two microphones or none. */
export async function startSoundServer(microphone: "none" | "silent" | "humming"): Promise<SoundServer> {
  const program = programPath("pulseaudio");
  const paplay = programPath("paplay");
  const pactl = programPath("pactl");
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-sound-"));
  const socket = join(folder, "native");
  const modules = [`module-native-protocol-unix socket=${socket} auth-anonymous=1`];
  const present = microphone !== "none";
  if (present) {
    // Without `norewinds` a sink that nobody plays to wakes up every 2 s only, and Firefox's AudioContexts wait for that.
    modules.push(
      "module-null-sink sink_name=speaker norewinds=1",
      "module-null-sink sink_name=speech norewinds=1 rate=48000 channels=1",
      source("first", "Microphone"),
      source("second", "Second-microphone"),
    );
  }
  if (microphone === "humming") modules.push("module-sine sink=speech frequency=440");
  const env = { PULSE_SERVER: `unix:${socket}`, ...(present && { PULSE_SINK: "speaker" }) };
  const flags = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"];
  const child = spawnOwn(program, [...flags, ...modules.flatMap((module) => ["-L", module])], {
    env: { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder, DBUS_SESSION_BUS_ADDRESS: "unix:path=/none" },
    stdio: "ignore",
  });
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await appears(socket, child))) {
    await stop();
    throw new Error(`${program} did not start. Run it by hand to see why.`);
  }
  const control = (...args: string[]) => run(pactl, args, { cwd: "/", env: { ...process.env, ...env } });
  if (present) await control("set-default-source", "first");
  return {
    env,
    devices: {
      async plugIn() {
        await control("load-module", ...source("third", "Third-microphone").split(" "));
        await control("set-default-source", "third");
      },
      async unplug() {
        const name = (await control("get-default-source")).trim();
        const modules = (await control("list", "short", "modules")).split("\n");
        const [index = ""] = modules.find((line) => line.includes(`source_name=${name} `))?.split("\t") ?? [];
        await control("unload-module", index);
      },
      async unplugAll() {
        // A sink is a source as well, which one can listen to.
        await control("unload-module", "module-remap-source");
        await control("unload-module", "module-null-sink");
      },
    },
    async play(wav) {
      await run(paplay, ["--device=speech", wav], { cwd: "/", env: { ...process.env, ...env } }).catch((error) => {
        // It ends with the server.
        if (!stopping.signal.aborted) throw error;
      });
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Whether its socket is there before it ends. It gives up after a minute, when that hangs. */
async function appears(socket: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    if (
      await access(socket).then(
        () => true,
        () => false,
      )
    )
      return true;
    await pause(100);
  }
  return false;
}
