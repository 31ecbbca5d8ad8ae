// Reading a QR code with the camera: by the phone's own detector, else by zxing in WebAssembly. A chunk of its own.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorMaker = (new (options: { formats: string[] }) => Detector) & { getSupportedFormats?(): Promise<string[]> };

const PATIENCE = 60_000;
const BETWEEN = 150;

type Reader = (video: HTMLVideoElement) => Promise<string | null>;

/** The text of the first code that is seen, null when none was in time. Rejects when there is no camera. */
export async function scan(holder: HTMLElement, wasm: string, stopped: AbortSignal): Promise<string | null> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  holder.replaceChildren(video);
  try {
    await video.play();
    const read = (await own()) ?? zxing(wasm);
    const until = Date.now() + PATIENCE;
    while (!stopped.aborted && Date.now() < until) {
      const text = video.videoWidth ? await read(video) : null;
      if (text) return text;
      await new Promise((later) => setTimeout(later, BETWEEN));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function own(): Promise<Reader | null> {
  const maker = (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;
  try {
    const formats = (await maker?.getSupportedFormats?.()) ?? [];
    if (!maker || !formats.includes("qr_code")) return null;
    const detector = new maker({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}

function zxing(wasm: string): Reader {
  prepareZXingModule({ overrides: { locateFile: (path: string) => (path.endsWith(".wasm") ? wasm : path) } });
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    if (!pen) return null;
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    pen.drawImage(video, 0, 0);
    const found = await readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), { formats: ["QRCode"] });
    return found[0]?.text ?? null;
  };
}
