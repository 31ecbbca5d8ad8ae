// A place to sign with a finger: lines on a canvas, kept as a small PNG.
import { word } from "./words";

export interface Drawn {
  type: "image/png";
  data: string;
}

const WIDE = 600;
const HIGH = 240;

export function pad(holder: HTMLElement, before: string | null, changed: (drawn: Drawn | null) => void): void {
  const canvas = document.createElement("canvas");
  canvas.width = WIDE;
  canvas.height = HIGH;
  canvas.className = "signature__pad";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", word("sign-here"));
  const hint = document.createElement("p");
  hint.className = "quiet";
  hint.textContent = word("sign-here");
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "utrecht-button utrecht-button--subtle";
  clear.textContent = word("clear");
  holder.replaceChildren(hint, canvas, clear);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.lineWidth = 4;
  pen.lineCap = pen.lineJoin = "round";
  if (before) {
    const image = new Image();
    image.onload = () => pen.drawImage(image, 0, 0);
    image.src = before;
  }
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * WIDE) / box.width, ((event.clientY - box.top) * HIGH) / box.height];
  };
  let drawing = false;
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.strokeStyle = "#102030";
    pen.beginPath();
    pen.moveTo(...at(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  const lift = (): void => {
    if (!drawing) return;
    drawing = false;
    changed({ type: "image/png", data: canvas.toDataURL("image/png").split(",")[1] ?? "" });
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  clear.addEventListener("click", () => {
    pen.clearRect(0, 0, WIDE, HIGH);
    changed(null);
  });
}
