// A double tap sends a form once. htmx forms are kept from it by htmx itself.
const sent = new WeakSet<HTMLFormElement>();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) event.preventDefault();
  else sent.add(form);
});

// Coming back by the browser's button, the form may be sent anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
