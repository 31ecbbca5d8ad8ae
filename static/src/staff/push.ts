// The page of devices: asks the browser for a subscription and sends it with the page's own form, says how it stands on
// this device, and lets the browser forget what is removed.
const place = document.getElementById("push");
const offer = document.getElementById("turn-on");
const form = offer?.querySelector("form");

function say(state: string): void {
  place?.querySelectorAll<HTMLElement>("[data-push]").forEach((each) => (each.hidden = each.dataset.push !== state));
  if (offer) offer.hidden = state !== "off" && state !== "failed";
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function isFor(subscription: PushSubscription, key: Uint8Array): boolean {
  const its = new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0));
  return its.length === key.length && its.every((byte, n) => byte === key[n]);
}

async function subscribe(address: string, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription | null> {
  // Asked for first, while the tap still counts as hers.
  if ((await Notification.requestPermission()) !== "granted") return null;
  const registration = await navigator.serviceWorker.register(address);
  await active(registration);
  const present = await registration.pushManager.getSubscription();
  if (present && isFor(present, key)) return present;
  await present?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** A browser subscribes only for a worker that runs; `ready` never comes for a page outside its scope. */
async function active(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active || !worker) return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("the worker could not start"));
    });
  });
}

function send(target: HTMLFormElement, subscription: PushSubscription): void {
  const { endpoint, keys } = subscription.toJSON();
  const values = { endpoint, p256dh: keys?.p256dh, auth: keys?.auth };
  for (const [name, value] of Object.entries(values)) {
    const field = target.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value ?? "";
  }
  target.submit();
}

function onRemoval(card: HTMLElement, subscription: PushSubscription): void {
  const removal = card.querySelector<HTMLFormElement>("form[data-remove]");
  removal?.addEventListener("submit", (event) => {
    event.preventDefault();
    void subscription.unsubscribe().finally(() => removal.submit());
  });
}

async function start(here: HTMLElement, turnOn: HTMLFormElement): Promise<void> {
  const { key, worker } = here.dataset;
  if (!key || !worker) return;
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    say("unsupported");
    return;
  }
  turnOn.addEventListener("submit", (event) => {
    event.preventDefault();
    subscribe(worker, bytes(key)).then(
      (subscription) => {
        if (subscription) send(turnOn, subscription);
        else say(Notification.permission === "denied" ? "blocked" : "off");
      },
      () => say("failed"),
    );
  });
  const registration = await navigator.serviceWorker.getRegistration(worker);
  const subscription = await registration?.pushManager.getSubscription();
  const cards = [...document.querySelectorAll<HTMLElement>("[data-endpoint]")];
  const mine = subscription && cards.find((card) => card.dataset.endpoint === subscription.endpoint);
  if (mine) {
    mine.querySelector<HTMLElement>("[data-push='here']")?.removeAttribute("hidden");
    onRemoval(mine, subscription);
  }
  if (Notification.permission === "denied") say("blocked");
  else say(mine && isFor(subscription, bytes(key)) ? "on" : "off");
}

if (place && form) void start(place, form).catch(() => say("failed"));
