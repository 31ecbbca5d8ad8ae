// A double tap sends a form once. Later the same form may go again: it may have answered with a file, which leaves
// the page as it is. What htmx sends is prevented here already and not ours.
const apartMilliseconds = 2_000;
const sent = new WeakSet<HTMLFormElement>();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  window.setTimeout(() => sent.delete(form), apartMilliseconds);
});
