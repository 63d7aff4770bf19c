import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../run.ts";
import { provide } from "./provide.ts";

export interface SoundServer extends AsyncDisposable {
  /** What a program needs in its environment to use it. */
  readonly env: NodeJS.ProcessEnv;
  /** Lets a WAV file be heard by the microphone; resolves when it is over. */
  play(wav: string): Promise<void>;
}

const packages = ["pulseaudio", "pulseaudio-utils"];

/** A PulseAudio without any hardware. What is played to its `speech` is what its `microphone` hears. */
export async function startSoundServer(microphone: "none" | "silent" | "humming"): Promise<SoundServer> {
  const program = await provide({ name: "PulseAudio", programs: ["pulseaudio"], packages });
  const paplay = await provide({ name: "paplay", programs: ["paplay"], packages });
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-sound-"));
  const socket = join(folder, "native");
  const modules = [`module-native-protocol-unix socket=${socket} auth-anonymous=1`];
  const present = microphone !== "none";
  if (present) {
    modules.push(
      "module-null-sink sink_name=speaker",
      "module-null-sink sink_name=speech rate=48000 channels=1",
      "module-remap-source source_name=microphone master=speech.monitor source_properties=device.description=Microphone",
    );
  }
  if (microphone === "humming") modules.push("module-sine sink=speech frequency=440");
  const env = { PULSE_SERVER: `unix:${socket}`, ...(present && { PULSE_SINK: "speaker", PULSE_SOURCE: "microphone" }) };
  const flags = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"];
  const child = spawn(program, [...flags, ...modules.flatMap((module) => ["-L", module])], {
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
  return {
    env,
    async play(wav) {
      await run(paplay, ["--device=speech", wav], { cwd: "/", env: { ...process.env, ...env } }).catch((error) => {
        // It ends with the server.
        if (!stopping.signal.aborted) throw error;
      });
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function appears(socket: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
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

/** Ends a process and waits for that. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill();
  await exited;
}
