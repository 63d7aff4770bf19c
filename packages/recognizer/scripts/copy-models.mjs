/**
 * Copies the model files and their licences into `models/`, from npm packages that are installed only for development.
 * Returns quickly if they are already there. Run by the build.
 */
import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const models = join(root, "models");

/** Copies files that are missing or differ in size from their source. */
export async function copyModels() {
  await mkdir(models, { recursive: true });
  const moonshine = packageFolder("@moonshine-ai/moonshine-js");
  const silero = packageFolder("@ricky0123/vad-web");
  const llama = packageFolder("llama-tokenizer-js");
  const quantized = join(moonshine, "dist/model/tiny/quantized");
  await Promise.all([
    copy(join(quantized, "encoder_model.onnx"), "moonshine-tiny-encoder.onnx"),
    copy(join(quantized, "decoder_model_merged.onnx"), "moonshine-tiny-decoder.onnx"),
    copy(join(silero, "dist/silero_vad_v6.onnx"), "silero-vad.onnx"),
    copy(join(moonshine, "LICENSE"), "LICENSE-moonshine.txt"),
    copy(join(llama, "LICENSE.md"), "LICENSE-llama-tokenizer-js.txt"),
    copy(join(root, "licenses/silero-vad.txt"), "LICENSE-silero-vad.txt"),
    writeTokens(join(llama, "llama-tokenizer.js"), "moonshine-tiny-tokens.txt"),
  ]);
}

function packageFolder(name) {
  const folder = join(root, "node_modules", name);
  if (!existsSync(folder)) throw new Error(`${name} is not installed. Run \`pnpm install\` first.`);
  return folder;
}

async function copy(source, name) {
  const { size } = await stat(source);
  if ((await sizeOf(join(models, name))) === size) return;
  await copyFile(source, join(models, `${name}.part`));
  await rename(join(models, `${name}.part`), join(models, name));
}

/** Moonshine uses the Llama tokenizer's vocabulary. One line per token: its text in base64, then its number. */
async function writeTokens(tokenizer, name) {
  if ((await sizeOf(join(models, name))) > 0) return;
  const { default: llama } = await import(pathToFileURL(tokenizer).href);
  const lines = llama.vocabById.map((token, id) => `${Buffer.from(token).toString("base64")} ${id}\n`);
  await writeFile(join(models, `${name}.part`), lines.join(""));
  await rename(join(models, `${name}.part`), join(models, name));
}

async function sizeOf(path) {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await copyModels();
