// The theme puts each table into a region that scrolls. The keyboard reaches a region without a link only by a
// tab index (WCAG 2.1, 2.1.1).
(() => {
  const reach = () => {
    for (const region of document.querySelectorAll(".md-typeset__scrollwrap")) {
      if (region instanceof HTMLElement && region.tabIndex < 0 && !region.querySelector("a")) region.tabIndex = 0;
    }
  };
  new MutationObserver(reach).observe(document.documentElement, { childList: true, subtree: true });
  reach();
})();
