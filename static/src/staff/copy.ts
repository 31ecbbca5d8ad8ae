// A button with data-copy puts that text on the clipboard and says so in its own words (data-copied).
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-copy]") : null;
  const text = button?.dataset.copy;
  if (!button || !text) return;
  void navigator.clipboard.writeText(text).then(() => {
    const words = button.querySelector("span");
    if (words && button.dataset.copied) words.textContent = button.dataset.copied;
  });
});
