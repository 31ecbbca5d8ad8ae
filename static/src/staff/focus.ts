// What asks for the focus gets it: the summary of errors on a form that came back, whole page or fragment.
function focusIn(root: ParentNode): void {
  root.querySelector<HTMLElement>("[data-focus]")?.focus();
}

focusIn(document);
document.addEventListener("htmx:after:settle", (event) => {
  const target = event.target;
  if (target instanceof Element) focusIn(target.matches("[data-focus]") ? document : target);
});
