import { watchMicrophones } from "@voxpipe/transcriber";
import { element } from "./elements.ts";
import { live } from "./live.ts";

const select = element("device", HTMLSelectElement);
const mute = element("mute", HTMLButtonElement);
const meter = element("level", HTMLMeterElement);
const microphones = watchMicrophones(live);

live.watchLevel(({ rms }) => meter.setAttribute("value", String(Math.max(rms, meter.min))));
live.subscribe(() => {
  const { muted, device, deviceId = "" } = live.snapshot;
  mute.disabled = !device;
  mute.setAttribute("aria-pressed", String(muted));
  if (select.value !== deviceId) select.value = deviceId;
});
microphones.subscribe(() => {
  const options = microphones.snapshot.devices.map(({ deviceId, label }) => new Option(label, deviceId));
  select.replaceChildren(new Option("System default", ""), ...options);
  select.value = live.snapshot.deviceId ?? "";
});
mute.addEventListener("click", () => (live.snapshot.muted ? live.unmute() : live.mute()));
select.addEventListener("change", () => void live.setDevice(select.value));
