// A message from one's own phone: who comes back from WhatsApp or the text app is asked whether it was sent. The
// buttons stand there without script too; this only brings them to the eye and the focus.
let opened: HTMLElement | null = null;

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-hand-link]") : null;
  if (link) opened = link.closest<HTMLElement>("[data-hand]");
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !opened?.isConnected) return;
  document.querySelectorAll(".card--asked").forEach((card) => card.classList.remove("card--asked"));
  opened.classList.add("card--asked");
  const asks = opened.querySelector<HTMLElement>("[data-hand-asks]");
  asks?.focus({ preventScroll: true });
  asks?.scrollIntoView({ block: "nearest" });
  opened = null;
});
