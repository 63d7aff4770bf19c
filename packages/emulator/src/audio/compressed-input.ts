import { downmix, Resampler } from "@voxpipe/audio";
import { ProtocolError } from "../session/protocol-error.ts";
import { AdtsGuard } from "./adts-guard.ts";
import { type AudioInput, engineRate } from "./audio-input.ts";

/** What the decoders give: planar channels at a rate of their own. */
interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
}

/** One raw Opus packet a message. */
export async function opusInput(): Promise<AudioInput> {
  const { OpusDecoder } = await load("opus", "opus-decoder", () => import("opus-decoder"));
  const decoder = new OpusDecoder({ sampleRate: engineRate, channels: 1 });
  await decoder.ready;
  const toEngine = new ToEngineRate();
  return {
    decode: (packet) => toEngine.convert(decoded("opus", () => decoder.decodeFrame(packet))),
    flush: () => toEngine.flush(),
    close: () => decoder.free(),
  };
}

/** Ogg pages, cut anywhere. */
export async function oggOpusInput(): Promise<AudioInput> {
  const { OggOpusDecoder } = await load("ogg_opus", "ogg-opus-decoder", () => import("ogg-opus-decoder"));
  const decoder = new OggOpusDecoder();
  await decoder.ready;
  const toEngine = new ToEngineRate();
  return {
    async decode(bytes) {
      try {
        // Its types say otherwise, but `decode` gives a promise.
        return toEngine.convert(await decoder.decode(bytes));
      } catch (cause) {
        return refuse("ogg_opus", cause);
      }
    },
    async flush() {
      const last = toEngine.convert(await decoder.flush());
      return joined(last, toEngine.flush());
    },
    close: () => decoder.free(),
  };
}

/** AAC in ADTS frames, cut anywhere. */
export async function aacInput(): Promise<AudioInput> {
  const { decoder: open } = await load("aac", "@audio/decode-aac", () => import("@audio/decode-aac"));
  const decoder = await open();
  const guard = new AdtsGuard();
  const toEngine = new ToEngineRate();
  return {
    decode: (bytes) => toEngine.convert(decoded("aac", () => decoder.decode(guard.pass(bytes)))),
    flush: () => toEngine.flush(),
    close: () => decoder.free(),
  };
}

function decoded(encoding: string, decode: () => Decoded): Decoded {
  try {
    return decode();
  } catch (cause) {
    return refuse(encoding, cause);
  }
}

/** Undecodable audio is a client error. */
function refuse(encoding: string, cause: unknown): never {
  const text = `Invalid Audio: the message could not be decoded as ${encoding}`;
  throw Object.assign(new ProtocolError(3_006, text), { cause });
}

/** Mixes and resamples what a decoder gives, once its rate is known. */
class ToEngineRate {
  #resampler: Resampler | undefined;

  convert({ channelData, sampleRate }: Decoded): Float32Array {
    const mono = new Float32Array(channelData[0]?.length ?? 0);
    if (mono.length === 0) return mono;
    downmix(channelData, mono);
    this.#resampler ??= new Resampler(sampleRate, engineRate);
    return this.#resampler.push(mono);
  }

  flush(): Float32Array {
    return this.#resampler?.flush() ?? new Float32Array(0);
  }
}

async function load<Module>(encoding: string, name: string, importIt: () => Promise<Module>): Promise<Module> {
  try {
    return await importIt();
  } catch (cause) {
    const text = `This server cannot decode ${encoding}: install the package ${name} beside @voxpipe/emulator`;
    throw Object.assign(new ProtocolError(1_011, text), { cause });
  }
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const all = new Float32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
