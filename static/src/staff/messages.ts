// The message region: what went well goes away after ten seconds, together with its undo; the rest stays until the
// next message. It does not go while somebody points at it or has the focus in it.
const region = document.getElementById("messages");
const staysMilliseconds = 10_000;

function letGo(message: HTMLElement): void {
  window.setTimeout(() => {
    if (message.matches(":hover, :focus-within")) letGo(message);
    else message.remove();
  }, staysMilliseconds);
}

function take(node: Node): void {
  if (!(node instanceof HTMLElement)) return;
  if (node.dataset.message === "ok" || node.querySelector("[data-undo]")) letGo(node);
}

function say(templateId: string): void {
  const template = document.getElementById(templateId);
  if (region && template instanceof HTMLTemplateElement) region.replaceChildren(template.content.cloneNode(true));
}

if (region) {
  region.childNodes.forEach(take);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(take);
  }).observe(region, { childList: true });
}

// No answer at all: nothing was changed on the page, so say so and let the person try again.
document.addEventListener("htmx:error", (event) => {
  if ("ctx" in (event as CustomEvent<object>).detail) say("no-answer");
});
