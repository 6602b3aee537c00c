// The data of the page, as `tracer/rendering/view/data.py` writes them, and the elements of its template.

export interface Exchange {
  /** Indexes of participants. */
  from: number;
  to: number;
  method: string;
  path?: string;
  status?: number;
  reason?: string;
  /** Seconds since the run began. */
  started?: number;
  ended?: number;
  /** The steps of request and response. */
  steps?: (number | string)[];
  verdict?: string;
  /** The reason for the verdict. */
  why?: string;
  redaction?: string;
  /** An index of the descriptions. */
  said?: number;
  /** An index of the operations. */
  operation?: number;
}

/** An operation of the API reference. The address of its page is empty if it is not known. */
export interface Operation {
  id: string;
  name: string;
  url: string;
}

export interface Description {
  summary?: string;
  request?: string;
  response?: string;
  reference?: string;
}

export interface Output {
  exit?: number;
  stdout?: string;
  stderr?: string;
}

export interface Summary {
  name: string;
  command: string | null;
  sequence: string;
  verdict: string | null;
  missing: (number | string)[];
  interrupted: string;
  release: string;
  url: string;
  client: string;
  recorded: string;
  notes: string[];
  redacted: [string, number][];
  output: Output | null;
  /** Id and label, the client first. */
  participants: [string, string][];
  descriptions: Description[];
  operations: Operation[];
  exchanges: Exchange[];
  /** The messages in the order of time: twice the index of the exchange, plus one for the response. */
  order: number[];
}

export interface Run extends Summary {
  /** The number that a reader sees, by message. */
  numbers: number[];
  /** The times of the first and the last message. */
  from: number;
  to: number;
  /** Indexes of exchanges. */
  deviating: number[];
}

/** A name of recordings with the indexes of its recordings, a list for each release. */
export interface IndexRow {
  name: string;
  command: string;
  cells: number[][];
}

export interface Index {
  /** The oldest first; an unknown release is empty. */
  releases: string[];
  rows: IndexRow[];
}

export interface Body {
  type: string;
  size: number;
  encoding?: string;
  json?: string;
  text?: string;
  base64?: string;
  omitted?: string;
  sha256?: string;
}

export type Headers = Record<string, string | string[]>;

export interface Request {
  method: string;
  url: string;
  http?: string;
  headers?: Headers;
  body?: Body;
}

export interface Response {
  status: number;
  reason?: string;
  headers?: Headers;
  body?: Body;
}

export type Contents = [Request, Response | null];

/** A place of an exchange that a query searches. */
export type Place = "method" | "path" | "operation" | "status" | "header" | "body" | "verdict";

/** A word of a query, with the place that it is for. */
export type Word = [Place | null, string];

export interface Scalar {
  key: string | null;
  text: string;
  items?: undefined;
}

/** An object or an array of a JSON text; `open` is its bracket. */
export interface Branch {
  key: string | null;
  open: string;
  items: Node[];
  text?: undefined;
}

export type Node = Scalar | Branch;

/** A node with the number of values in its tree. */
export type Tree = Node & { nodes: number };

/** The first and the last row. */
export type Span = [number, number];

export type Translate = (key: string, values?: Record<string, string | number>) => string;

export type Child = Element | string | null | undefined | false;

export type Properties = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

export interface Elements {
  announcer: HTMLElement;
  axis: HTMLButtonElement;
  close: HTMLButtonElement;
  columns: HTMLElement;
  command: HTMLElement;
  details: HTMLElement;
  diagram: SVGSVGElement & HTMLElement;
  facts: HTMLElement;
  found: HTMLElement;
  help: HTMLDialogElement;
  helper: HTMLButtonElement;
  index: HTMLElement;
  "index-data": HTMLScriptElement;
  indexer: HTMLButtonElement;
  messages: HTMLElement;
  missing: HTMLElement;
  nothing: HTMLElement;
  only: HTMLButtonElement;
  panes: HTMLElement;
  participants: HTMLElement;
  rows: HTMLElement;
  ruler: HTMLElement;
  search: HTMLInputElement;
  sizer: HTMLElement;
  splitter: HTMLElement;
  summaries: HTMLScriptElement;
  switcher: HTMLSelectElement;
  texts: HTMLScriptElement;
  theme: HTMLButtonElement;
  verdict: HTMLElement;
}
