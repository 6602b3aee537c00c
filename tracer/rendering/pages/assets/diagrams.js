// The theme colours diagrams by the ids that Mermaid once gave to arrow heads and numbers; today each has the
// diagram's own id before it. The theme's colour for boxes would hide the ground of what deviates.
(() => {
  const ours = `
    [id$="-arrowhead"] path { fill: var(--md-mermaid-sequence-message-line-color); stroke: none; }
    [id$="-crosshead"] path { stroke: var(--md-mermaid-sequence-message-line-color); }
    [id$="-sequencenumber"] { fill: var(--md-mermaid-sequence-number-bg-color) !important; }
    rect.rect[fill^="rgba(255,"] { fill: rgba(255, 60, 60, 0.18); }
    rect.rect[fill^="rgba(40,"] { fill: rgba(40, 170, 80, 0.25); }
    rect.rect[fill^="rgba(240,"] { fill: rgba(240, 165, 0, 0.28); }
  `;
  const initialize = mermaid.initialize;
  mermaid.initialize = (config) =>
    initialize.call(mermaid, { ...config, themeCSS: `${config.themeCSS ?? ""}${ours}` });
})();
