import { listMicrophones, type Microphone } from "@voxpipe/microphone";
import { element } from "./elements.ts";
import { showError } from "./status.ts";

const select = element("device", HTMLSelectElement);
const mute = element("mute", HTMLButtonElement);
const meter = element("level", HTMLMeterElement);
let microphone: Microphone | undefined;
/** The choice whose device is heard. */
let heard = select.value;

/** The chosen device's id; undefined for the system's default. */
export function chosenDevice(): string | undefined {
  return select.value === "" ? undefined : select.value;
}

/** Lets the page's controls act on this microphone until it is stopped. */
export function control(opened: Microphone): void {
  microphone = opened;
  showMuted();
  void showDevices();
  opened.addEventListener("statechange", () => {
    if (opened.state !== "stopped" || microphone !== opened) return;
    microphone = undefined;
    showMuted();
  });
  heard = select.value;
  opened.addEventListener("devicechange", () => {
    // A chosen one that was lost is followed by the system's default.
    if (opened.device.deviceId !== select.value) select.value = "";
    heard = select.value;
  });
  requestAnimationFrame(showLevel);
}

function showLevel(): void {
  meter.value = Math.max(microphone?.level.rms ?? meter.min, meter.min);
  if (microphone) requestAnimationFrame(showLevel);
}

function showMuted(): void {
  mute.disabled = !microphone;
  mute.setAttribute("aria-pressed", String(microphone?.muted ?? false));
}

async function showDevices(): Promise<void> {
  const chosen = select.value;
  const devices = await listMicrophones();
  select.replaceChildren(new Option("System default", ""), ...devices.map((d) => new Option(d.label, d.deviceId)));
  select.value = devices.some(({ deviceId }) => deviceId === chosen) ? chosen : "";
}

mute.addEventListener("click", () => {
  if (microphone?.muted) microphone.unmute();
  else microphone?.mute();
  showMuted();
});
select.addEventListener("change", () => {
  microphone?.setDevice(chosenDevice()).catch((error) => {
    select.value = heard;
    showError(error);
  });
});
// Absent where the page came over plain HTTP; pressing Start then says so.
navigator.mediaDevices?.addEventListener("devicechange", () => void showDevices());
