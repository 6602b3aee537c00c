// The part of Mermaid that the script of the documentation site uses.

interface MermaidConfig {
  themeCSS?: string;
}

declare const mermaid: { initialize: (config: MermaidConfig) => void };
