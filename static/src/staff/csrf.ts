// Every request that htmx makes carries the page's token; the server asks it of whatever changes something.
import type { HtmxEvent } from "htmx.org";

document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) (event as HtmxEvent<"htmx:config:request">).detail.ctx.request.headers["X-CSRFToken"] = token;
});
