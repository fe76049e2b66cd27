// Types of the page's own building blocks; those of the server are in page_functions.d.ts.

/** No numbers: a count before `&&` would be shown as 0. */
type Child = Node | string | false | null | undefined | Child[];
type AttributeValue = string | number | boolean | null | undefined;
type Listeners = {
  [Name in keyof HTMLElementEventMap as `on${Name}`]?: (
    event: HTMLElementEventMap[Name],
  ) => unknown;
};
interface Attributes {
  [name: string]: AttributeValue | ((event: any) => unknown);
}
type Properties = Listeners & Attributes & { class?: string | false | null };
type ElementOf<Selector extends string> = Selector extends `${infer Tag}.${string}`
  ? Tag extends keyof HTMLElementTagNameMap
    ? HTMLElementTagNameMap[Tag]
    : HTMLElement
  : Selector extends keyof HTMLElementTagNameMap
    ? HTMLElementTagNameMap[Selector]
    : HTMLElement;

type IconName = import("./icons.js").IconName;
type MarkdownTree = (string | [tag: string, attributes: Record<string, string>, MarkdownTree])[];

/** What Gradio passes to the script of a gr.HTML. */
interface GradioContext {
  /** Of the element that Gradio draws the widget into. */
  id: string;
  element: HTMLElement;
  props: { value?: string };
  server?: Record<string, (payload: object) => Promise<any>>;
  trigger: (event: string, data: object) => void;
  upload: (file: File) => Promise<{ path: string }>;
  watch: (property: string, act: () => void) => void;
}

/** What a module of a widget gets: the place it draws into, and its functions on the server. */
interface Widget<Server> extends Omit<GradioContext, "server"> {
  widget: HTMLElement;
  server: Server;
  /** The number of Gradio's component, for `callServer`. */
  component: number;
}

/** Events between the parts of the page, with what they carry. */
interface PageEvents extends Record<import("./address.js").AddressKey, string | undefined> {
  /** Datasets, labels or runs have changed. */
  changed: undefined;
  /** A run has started, ended or is compared. */
  runs: undefined;
  /** What the header has just read about runs. */
  pulse: RunPulse;
  /** The run that the Train tab shows has changed. */
  drawn: undefined;
  /** Bring this run into view. */
  show: number;
  /** Show this run in the chart of another one, or no longer. */
  overlay: number;
  /** Fill the form for a new run from a run. */
  refill: { run: number; how: "continue" | "recipe" };
  /** Light (false) or dark (true). */
  theme: boolean;
  /** Whether the server answers, and knows the user. */
  connection: import("./connection.js").ConnectionState;
  /** The server answers again: what is shown may be old. */
  back: undefined;
}

declare const Plotly: any;
interface PlotlyTrace {
  /** What it shows. */
  meta: string;
  marker?: Record<string, unknown>;
}
interface PlotlyFigure {
  data: PlotlyTrace[];
  layout: Record<string, any>;
}
/** An element that Plotly draws into. */
interface PlotlyBox extends HTMLElement {
  data: { meta: string; y?: number[] }[];
  layout?: { xaxis?: { range?: [number, number] } };
  _fullLayout?: Partial<Record<"yaxis" | "yaxis2", { range: [number, number]; _length: number }>>;
  on(event: string, act: (change: object) => void): void;
}
/** An annotation of a Plotly chart. */
interface ChartNote {
  text: string;
  xref: string;
  yref: string;
  x: number;
  y: number;
  yshift?: number;
  [name: string]: unknown;
}
interface Window {
  gradio_config?: { root?: string; components?: { id: number; props?: { elem_id?: string } }[] };
}

/** A scale; those of old quality reports lack the newer fields. */
type Scale = Pick<ScaleJson, "kind" | "max"> & Partial<ScaleJson>;
type DatasetView = "pairs" | "quality" | "guidelines" | "history";
type TextKey = "query" | "passage";
/** Where a page of pairs begins or ends. */
type PairCursor = Pick<Parameters<DataServer["page_of_pairs"]>[0], "after" | "before" | "at">;
type ImportPreview = Awaited<ReturnType<DataServer["import_preview"]>>;
/** What every state of an upload has. */
type Upload = Omit<UploadRefused, "state" | "refused" | "columns">;
/** An upload whose reading has ended, well or not. */
type ReadOrRefused = Upload &
  Partial<Omit<UploadRead, keyof Upload | "state">> &
  Partial<Omit<UploadRefused, keyof Upload | "state">>;
/** A pair in the stream of this page. `again`: this annotator had labelled it before. */
type PairToLabel = Omit<StreamPair, "further"> &
  Partial<Pick<StreamPair, "further">> & { again?: boolean };
type Interval = [low: number, high: number];
type StreamChanges = Parameters<AnnotateServer["set_stream"]>[0];
/** A change that waits in the outbox; the server also gets its `id`. */
type LabelChange =
  | (Omit<Parameters<AnnotateServer["annotate"]>[0], "id"> & { kind: "annotate"; dataset: string })
  | { kind: "undo"; dataset: string; pair: number };
/** The orders of the stream, and a person's own skipped pairs. */
type StreamOrder = DatasetOrder | "skipped";

/** A query that can be ranked. */
type TestQuery = Omit<LabelledQuery, "query_key">;
type DemoSent = Parameters<HeaderServer["set_demo"]>[0];
type RunRequest = Parameters<FormServer["start_run"]>[0];
/** Where a run is to train; without numbers as before, or by the settings. */
type ChosenPlace = { executor: string; processes?: number; gpus?: number };
/** Values by the name of a metric. */
type Metrics = Record<string, number | null>;
type Letter = "a" | "b" | "c";
/** A comparison on the page. `sent`: passages that were sent to Annotate. */
type ShownComparison = Comparison & { sent?: Set<string> };
/** What the dialogs of a ranker need to know of it. */
type UsableSide = Pick<Side, "name" | "title" | "measure"> &
  Partial<Pick<Side, "cutoff" | "combined">>;

/** The Data tab: its widget, and what its parts ask of it. */
interface DataTab extends Widget<DataServer> {
  /** Show an error as a toast. */
  report: (error: unknown) => void;
  refresh: () => void;
  open: (dataset: string) => void;
  /** Show the dataset that pairs have just come into. */
  arrive: (report: StoredReport) => void;
  arrival?: Arrival | null;
  /** Skip the first steps. */
  skip: () => void;
}

/** Pairs that have just come into a dataset. */
interface Arrival {
  dataset: string;
  summary: string;
  notes: string[];
}

/** What a section of the review offers to the keyboard. */
interface ReviewParts {
  keys: Record<string, (event: KeyboardEvent) => unknown>;
  decide?: (label: number | null) => unknown;
  /** The pair that is shown. */
  pair?: () => { id: number } | undefined;
}
