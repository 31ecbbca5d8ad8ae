// A new version of the app waits until nothing is being written, and is taken by a tap.
import { frame, one } from "./words";

export async function watchVersions(notes: HTMLElement, writing: () => boolean): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/", updateViaCache: "none" });
  let controlled = navigator.serviceWorker.controller !== null;
  let taken = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker of all takes over a page that is new already.
    if (controlled && !taken) {
      taken = true;
      location.reload();
    }
    controlled = true;
  });
  const offer = (): void => {
    const waiting = registration.waiting;
    if (!waiting || !controlled || notes.querySelector("[data-take]")) return;
    const box = frame("new-version");
    one(box, "[data-take]").addEventListener("click", () => waiting.postMessage("take over"));
    notes.append(box);
  };
  const look = (): void => {
    if (registration.waiting && controlled) {
      if (writing()) offer();
      else registration.waiting.postMessage("take over");
    }
  };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration.update().catch(() => undefined);
  });
  look();
}

/** Ask the browser to wake us when there is a network, where it can. */
export async function askToBeWoken(): Promise<void> {
  try {
    const registration = (await navigator.serviceWorker.ready) as ServiceWorkerRegistration & {
      sync?: { register(tag: string): Promise<void> };
    };
    await registration.sync?.register("send");
  } catch {
    // Only some browsers can; sending does not hang on it.
  }
}
