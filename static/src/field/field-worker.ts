// The service worker of the phone app: keeps the shell and its files so that they open without a network. It touches
// nothing that says something about anybody: what the app sends and asks for passes by.
const worker = self as unknown as ServiceWorkerGlobalScope & {
  OUTREACH: { version: string; assets: string[]; later: string[] };
};
const { version, assets, later } = worker.OUTREACH;
const SHELL = "/field/";
const CACHE = `field-${version}`;

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL, "/field/manifest.webmanifest", ...assets].map((path) => new Request(path, { cache: "reload" })));
}

async function tidy(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("field-") && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

async function kept(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(path);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && later.includes(path)) await cache.put(path, answer.clone());
  return answer;
}

async function wake(): Promise<void> {
  for (const client of await worker.clients.matchAll({ type: "window" })) client.postMessage("send");
}

worker.addEventListener("install", (event) => event.waitUntil(keep()));
worker.addEventListener("activate", (event) => event.waitUntil(tidy()));
worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting();
});
worker.addEventListener("sync", (event) => (event as ExtendableEvent).waitUntil(wake()));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === SHELL) event.respondWith(kept(request, SHELL));
  } else if (assets.includes(pathname) || later.includes(pathname) || pathname === "/field/manifest.webmanifest") {
    event.respondWith(kept(request, pathname));
  }
});
