// The service worker of notices: shows what the server pushes and opens the page it is about. It fetches and keeps
// nothing, and controls no page: the scope of the phone app is another.
const worker = self as unknown as ServiceWorkerGlobalScope;

interface Notice {
  title: string;
  body: string;
  tag: string;
  page: string;
}

// A browser takes the right to push away from who shows nothing, so whatever comes in is shown.
function read(data: PushMessageData | null): Notice {
  const notice: Notice = { title: "Outreach", body: "", tag: "", page: "/" };
  try {
    return Object.assign(notice, data?.json());
  } catch {
    return notice;
  }
}

async function open(page: string): Promise<void> {
  const address = new URL(page, worker.location.origin);
  if (address.origin !== worker.location.origin) return;
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((each) => new URL(each.url).pathname === address.pathname);
  await (there ? there.focus() : worker.clients.openWindow(address.href));
}

worker.addEventListener("install", () => void worker.skipWaiting());

worker.addEventListener("push", (event) => {
  const { title, body, tag, page } = read(event.data);
  // A later notice on the same subject takes the place of the earlier one, and is heard all the same.
  const options = { body, tag, renotify: tag !== "", data: page };
  event.waitUntil(worker.registration.showNotification(title, options));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data || "/")));
});
