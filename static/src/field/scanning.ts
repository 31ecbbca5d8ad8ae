// The button that reads the code of a card with the camera. The scanner itself is fetched when it is asked for.
import { one, word } from "./words";

interface Scanner {
  scan(holder: HTMLElement, wasm: string, stopped: AbortSignal): Promise<string | null>;
}

export function scanInto(form: HTMLFormElement, changed: () => void): void {
  const holder = form.querySelector<HTMLElement>("[data-scanner]");
  const field = form.querySelector<HTMLInputElement>("[name=card_code]");
  const { scanner, wasm } = document.body.dataset;
  if (!holder || !field || !scanner || !("mediaDevices" in navigator)) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "utrecht-button utrecht-button--secondary-action button--wide";
  button.textContent = word("scan");
  const view = document.createElement("div");
  view.className = "scan";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  holder.replaceChildren(button, view, said);
  let stop: AbortController | null = null;
  button.addEventListener("click", () => {
    if (stop) {
      stop.abort();
      return;
    }
    stop = new AbortController();
    button.textContent = word("stop-scan");
    said.textContent = "";
    read(scanner, wasm ?? "", view, stop.signal)
      .then(
        (code) => {
          if (code) {
            field.value = code;
            const left = form.querySelector<HTMLInputElement>("[name=card_left]");
            if (left) left.checked = true;
            changed();
            field.dispatchEvent(new Event("input", { bubbles: true }));
          } else if (!stop?.signal.aborted) said.textContent = word("no-card");
        },
        () => (said.textContent = word("no-camera")),
      )
      .finally(() => {
        stop = null;
        view.replaceChildren();
        button.textContent = word("scan");
        one<HTMLElement>(form, "[name=card_code]").focus();
      });
  });
}

async function read(scanner: string, wasm: string, view: HTMLElement, stopped: AbortSignal): Promise<string | null> {
  const { scan } = (await import(scanner)) as Scanner;
  const text = await scan(view, wasm, stopped);
  return text && codeIn(text);
}

/** The ten characters at the end of the address in a card's code. */
export function codeIn(text: string): string | null {
  const last = text.trim().split("/").pop() ?? "";
  return /^[0-9a-z-]{10,14}$/i.test(last) ? last.toUpperCase() : null;
}
