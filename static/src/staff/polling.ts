// What asks for news by itself does so only while somebody can see the page, and at once when it is seen again.
import type { HtmxEvent } from "htmx.org";

const asksByItself = "[hx-trigger^='every ']";

document.addEventListener("htmx:config:request", (event) => {
  const asking = (event as HtmxEvent<"htmx:config:request">).detail.ctx.sourceElement;
  if (document.visibilityState === "hidden" && asking.matches(asksByItself)) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  document.querySelectorAll(asksByItself).forEach((asking) => asking.dispatchEvent(new Event("seen-again")));
});
