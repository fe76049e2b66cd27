// What the server answers, by the tab that asks, where page_functions.d.ts does not declare it yet.

type LabelKind = "binary" | "graded" | "score";
interface Scale {
  kind: LabelKind;
  max: number;
  /** 1 for grades without a 0, such as stars. */
  min?: number;
  /** The lowest relevant label; null for every label above 0. */
  relevant_from?: number | null;
  /** A name for each label from min to max; missing or empty where labels have none. */
  names?: string[];
}
/** How often the labels of a part of a scale occur; `outside` of it they are rejected. */
interface HistogramRow {
  from: number;
  to: number;
  count: number;
  outside: boolean;
}
type Role = "viewer" | "annotator" | "admin";

// -- header and people
interface EndedRun {
  id: number;
  name: string;
  status: RunStatus;
}
interface RunningRun {
  id: number;
  name: string;
  part: number | null;
  step: number;
  max_steps: number;
  loss: number | null;
  /** Seconds until it ends. */
  eta: number | null;
}
interface RunPulse {
  running: RunningRun | null;
  waiting: number;
  failed: string | null;
  /** The run that ended last. */
  ended: EndedRun | null;
  /** Changes when a run comes, goes or changes its status. */
  mark: string;
}
interface Backup {
  /** Time of the last verified backup. */
  at: number | null;
  fault: string | null;
  /** Whether something has changed since. */
  waiting: boolean;
  place: string | null;
}
interface Overview {
  way: "local" | "password" | "huggingface" | "demo" | string;
  user: { name: string; role: Role };
  datasets: { name: string; pairs: number; waiting: number }[];
  run: RunPulse;
  backup: Backup | null;
  /** A warning while the server's disk is nearly full. */
  disk: { sentence: string } | null;
  /** Seconds between two polls of this page. */
  every: number;
}
interface DemoChoice {
  title: string;
  text: string;
  dataset: string;
  run: string;
  queries: string[];
}
/** What the Playground of a demo is drawn with. */
interface DemoPage {
  title: string;
  text: string;
  run: string;
  queries: { query: string; labelled: boolean }[];
}
interface HeaderServer extends PeopleFunctions {
  overview(payload: { dataset?: string | null; page?: string }): Promise<Overview>;
}

// -- the Data tab
type Split = "train" | "dev" | "test";
type TextKey = "query" | "passage";
type DatasetView = "pairs" | "quality" | "guidelines" | "history";
type PairState = "unlabelled" | "disputed" | "hidden" | string;
/** A further column of a pair; image: its text is the address of a picture to show. */
interface FurtherCell {
  column: string;
  text: string;
  image: boolean;
}
interface Pair {
  id: number;
  further?: FurtherCell[];
  query: string;
  passage: string;
  /** As imported. */
  label: number | null;
  effective: number | null;
  state: PairState;
  split: Split;
  /** Names of annotators. */
  by: string[];
  source: string;
  line: number | null;
  updated_at: number;
}
interface PairDetails {
  id: number;
  query: string;
  passage: string;
  source: string;
  line: number | null;
  split: Split;
  /** Further columns of the imported file. */
  extra: Record<string, unknown> | null;
  effective: number | null;
  state: PairState;
  imported: number[];
  decision: { label: number | null; by: string; reason: string; at: number } | null;
  votes: {
    annotator: string;
    label: number | null;
    cannot_tell: number;
    note: string | null;
    at: number;
  }[];
  gold: number | null;
}
interface PairPage {
  pairs: Pair[];
  first: number | null;
  last: number | null;
  /** The values of the first and last pair that an order goes by; null without an order. */
  first_at: (string | number)[] | null;
  last_at: (string | number)[] | null;
  more_before: boolean;
  more_after: boolean;
  /** Pairs that the search does not know yet. */
  not_searched: number;
}
interface PairCursor {
  after?: number | null;
  before?: number | null;
  at?: (string | number)[] | null;
}
interface PairPageRequest extends PairCursor {
  dataset: string;
  size?: number;
  sort?: string;
  descending?: boolean;
  search?: string;
  split?: string | null;
  label?: string | null;
  annotator?: string | null;
  source?: string | null;
  finding?: string | null;
}
interface Guidelines {
  text: string;
  tree: MarkdownTree;
  version: number;
}

/** What the user has answered about a file; what is missing is guessed. */
interface ReadingAnswers {
  format?: string;
  encoding?: string;
  delimiter?: string;
  quotes?: boolean;
  header?: boolean;
  query?: string;
  passage?: string;
  passage_template?: string;
  label?: string;
  split?: string;
  annotator?: string;
  scale?: LabelKind;
  lowest_is_best?: boolean;
  map_label?: Record<string, number>;
  relevant_from?: number;
  min_grade?: number;
  max_grade?: number;
  grade_names?: string[];
  positive?: string[];
  negative?: string[];
  header_line?: number;
  sheet?: string;
  repair?: boolean;
}
/** How a file is read, guesses and answers together. */
interface ReadingPlan {
  container?: string;
  format?: string;
  encoding?: string | null;
  delimiter?: string | null;
  quotes?: boolean | null;
  header?: boolean | null;
  columns?: string[];
  query?: string | null;
  passage?: string | null;
  label?: string | null;
  split?: string | null;
  annotator?: string | null;
  /** Columns that hold relevant passages only, and irrelevant ones. */
  positives?: string[];
  negatives?: string[];
}
interface UnreadColumn {
  column: string;
  cells: number;
  holds: string;
  example?: string;
  /** It may hold passages or labels of the pairs. */
  asks: boolean;
}
type ImportInto = "new" | "add" | "replace";
/** What storing an import would change; no counts where it is refused. */
interface ImportPreview {
  /** Of the dataset, where the labels of the file do not fit it. */
  scale?: Scale;
  /** Pairs of the dataset of this name; null if there is none. */
  there: number | null;
  human_labels: number;
  refused: string | null;
  summary: string;
  added: number;
  replaced: number;
}
/** What an import has changed. */
interface StoredReport {
  dataset: string;
  summary: string;
  split_notes?: string[];
}
interface ImportReport {
  records: number;
  /** Pairs without repeats. */
  distinct: number;
  pairs: number;
  kept: number;
  unlabelled: number;
  duplicate: number;
  blank: number;
  bad_label: number;
  unreadable: number;
  conflicts: number;
}
interface Mojibake {
  texts: number;
  lost: number;
  repaired: boolean;
  encoding: string;
  examples: { line: number; before: string; after: string }[];
  left: { line: number }[];
}
interface LeftOutRow {
  id: number;
  line: number;
  reason: "duplicate" | "blank" | "bad_label" | "unreadable";
  why: string;
  row: string;
}
interface UploadState {
  state: "reading" | "read" | "storing" | "stored" | string;
  file: string;
  /** Further files that are read with it. */
  more?: string[] | null;
  summary: string;
  hub?: string;
  dataset: string;
  bytes: number;
  total: number | null;
  records: number;
  /** Pairs stored so far, and in all. */
  through: number;
  of: number;
  said?: ReadingAnswers;
  plan?: ReadingPlan;
  columns?: string[];
  preview?: { line: number; query: string; passage: string; label: string }[];
  scale?: Scale | null;
  histogram?: HistogramRow[];
  labels?: [label: string, count: number][];
  asks?: string;
  report?: ImportReport;
  notes?: string[];
  left_out?: LeftOutRow[];
  unread?: UnreadColumn[];
  /** Columns kept with each pair; labels: their values may be labels. */
  further?: { column: string; cells: number; example: string; labels: boolean }[];
  mojibake?: Mojibake;
  refused?: string;
  not_stored?: string;
  corpus?: string;
  queries?: string;
}

type Severity = "blocks" | "look" | "note";
interface Finding {
  key: string;
  severity: Severity;
  fact: string;
  mend: string;
  rows: number;
  act: "join sides" | "decide" | "choose a base" | null;
}
interface Coverage {
  unknown: number;
  tokens_per_character: number;
  merged_words: number;
  merged_texts: number;
}
interface QualityReport {
  /** Missing in a report of an older version. */
  scale?: Scale;
  base: string;
  checked_at: number;
  pairs: number;
  sampled: number;
  findings: Finding[];
  clean: string[];
  notice: string | null;
  seen: { text: string; tokens: [token: string, unknown: boolean][] }[];
  balance: {
    labels: [label: number, count: number][];
    disputed: number;
    unlabelled: number;
    splits: Record<Split, { pairs: number; queries: number; positives: number | null }>;
    median_per_query: number;
    per_query: [word: string, count: number][];
  };
  lengths: {
    median: number;
    max_length: number;
    labels: [label: number | null, median: number, cut: number][];
  } | null;
  coverage: Coverage | null;
}
interface PlotlyTrace {
  /** What it shows. */
  meta: string;
  marker?: Record<string, unknown>;
}
interface PlotlyFigure {
  data: PlotlyTrace[];
  layout: Record<string, any>;
}
interface QualityState {
  base: string;
  bases: [text: string, id: string][];
  report: QualityReport | null;
  /** Whether labels are hidden from the user. */
  hidden: boolean;
  stale: boolean;
  checking: { phase?: string; part?: number } | null;
  failed: string | null;
  figures: Record<string, PlotlyFigure>;
  /** The address of Plotly. */
  plotly: string;
}

type Token = string | null;
interface DataServer extends DataFunctions {
  duplicate_dataset(payload: {
    dataset: string;
    name: string;
  }): Promise<{ dataset: string; pairs: number }>;
  load_sample(): Promise<StoredReport>;
  page_of_pairs(payload: PairPageRequest): Promise<PairPage>;
  pair_details(payload: { pair: number }): Promise<PairDetails>;
  pair_history(payload: { pair: number }): Promise<PairEvent[]>;
  dataset_guidelines(payload: { dataset: string }): Promise<Guidelines & { own: boolean }>;
  write_dataset_guidelines(payload: { dataset: string; text: string }): Promise<Guidelines>;
  quality_report(payload: { dataset: string; base: string | null }): Promise<QualityState>;
  check_quality(payload: {
    dataset: string;
    base: string | null;
    max_length: number | null;
  }): Promise<QualityState>;
  stop_check(payload: { dataset: string; base: string | null }): Promise<void>;
  begin_upload(payload: { path: string; name: string }): Promise<{ token: string }>;
  begin_hub(payload: { id: string }): Promise<{ token: string }>;
  add_texts(payload: { token: Token; role: string; path: string; name: string }): Promise<void>;
  read_upload(payload: { token: Token; said: ReadingAnswers }): Promise<void>;
  upload_state(payload: { token: Token }): Promise<UploadState>;
  add_file(payload: { token: Token; path: string; name: string }): Promise<void>;
  import_preview(payload: {
    token: Token;
    dataset: string;
    into: ImportInto;
  }): Promise<ImportPreview>;
  store_upload(payload: {
    token: Token;
    dataset: string;
    confirmed: string[];
    into: ImportInto;
    split: string | null;
    grade_names: string[] | null;
    shown: string[] | null;
  }): Promise<void>;
  end_upload(payload: { token: Token }): Promise<void>;
  left_out(payload: { token: Token; after: number }): Promise<LeftOutRow[]>;
}

// -- the Annotate tab
type StreamOrder = "unlabelled" | "query" | "random" | "disputed" | "uncertain" | "skipped";
type Interval = [low: number, high: number];
interface StreamSettings {
  user: string;
  scale: Scale;
  guidelines: Guidelines;
  question: string;
  order: StreamOrder;
  order_run: { id: number; name: string } | null;
  overlap: number;
  blind: boolean;
  came_unlabelled: boolean;
  came_labelled: boolean;
  /** Changes when the owner changes anything here. */
  rules: string;
  test_pairs: "sealed" | "offered";
  may: { label: boolean; own: boolean; decide: boolean };
}
interface StreamPair {
  id: number;
  further?: FurtherCell[];
  query: string;
  passage: string;
  source?: string;
  line?: number | null;
  label: number | null;
  /** 1 for the answer "can't tell". */
  cannot_tell?: number;
  note?: string | null;
  /** How it was chosen; sent back with its label. */
  drawn?: string | null;
  /** Whether this annotator had labelled it before. */
  again?: boolean;
  /** What others think, where the owner shows it. */
  told?: {
    imported: number | null;
    votes: { annotator: string; label: number }[];
    score?: { run: string; score: number } | null;
  } | null;
}
interface LabelledPair extends StreamPair {
  note: string | null;
  at: number;
}
interface LabellingProgress {
  done: number;
  total: number;
  waiting: number;
  skipped: number;
  /** Of those waiting, what others hold, and when the first of it is free. */
  reserved: { pairs: number; until: number | null };
  /** Own labels. */
  mine: number;
  today: number;
  disputed: number;
  sealed: number;
  /** Seconds per pair. */
  pace: number | null;
  rules: string;
}
interface Agreement {
  shared: number;
  percent: number;
  alpha: number | null;
  kappa: number | null;
}
interface Confusion {
  labels: number[];
  everyone: number[][];
  annotators: Record<string, number[][]>;
}
interface AgreementDetail extends Agreement {
  votes: number;
  all_votes: number;
  intervals: { percent: Interval | null; alpha: Interval | null; kappa: Interval | null };
  between: {
    a: string;
    b: string;
    shared: number;
    percent: number;
    interval: Interval | null;
    kappa: number | null;
  }[];
  confusion: Confusion;
}
interface QueryCandidate {
  id: number;
  passage: string;
  label: number | null;
  cannot_tell?: number;
  mine: boolean;
}
interface QueryCandidates {
  candidates: QueryCandidate[];
  labelled: number;
  total: number;
}
interface ScoringRun {
  id: number;
  name: string;
  dataset: string;
}
interface ScoringState {
  running?: boolean;
  refused?: string | null;
  run?: { name: string };
  scored?: number;
  wanted?: number;
}
interface LabellingSettings {
  order: StreamOrder;
  run: number | null;
  runs: ScoringRun[];
  overlap: number;
  blind: boolean;
  people: string[];
  adjudicators: string[];
  test_annotators: string[];
  /** null: everyone may label. */
  annotators: string[] | null;
}
interface Vote {
  annotator: string;
  label: number;
  note: string | null;
  at: number;
}
interface DisputedPair {
  id: number;
  query: string;
  passage: string;
  votes: Vote[];
  imported: number[];
  score: number | null;
}
interface Disputed {
  pairs: DisputedPair[];
  total: number;
  run: { id: number; name: string } | null;
}
interface AnnotatorActivity {
  name: string;
  labels: number;
  /** Labels of the last days, the newest last. */
  days: number[];
  seconds: number | null;
  /** Whether that is too fast for reading. */
  fast: boolean;
  gold: { right: number; of: number } | null;
  cannot_tell: number;
  majority: { percent: number; interval: Interval | null; shared: number } | null;
  skips: number;
  last: number;
}
interface Activity {
  days: number[];
  annotators: AnnotatorActivity[];
}
interface Reverted {
  edit: number;
  annotator: string;
  who: string;
  pairs: number;
  since: number;
  at: number;
  undone: boolean;
}
interface Unjudged {
  passages: { passage: string; score: number }[];
  /** Passages that are paired with the query already. */
  known: number;
}
interface PairEventValue {
  label?: number | null;
  cannot_tell?: number;
  split?: string | null;
  source?: string;
  line?: number | null;
  annotator?: string;
  note?: string;
  reason?: string;
  guidelines_version?: number;
}
interface PairEvent {
  at: number;
  who: string | null;
  what: string;
  before: PairEventValue | null;
  after: PairEventValue | null;
}
interface StreamChanges {
  dataset: string;
  order?: StreamOrder;
  run?: number | null;
  overlap?: number;
  blind?: boolean;
  adjudicators?: string[];
  test_annotators?: string[];
  annotators?: string[];
}
type LabelChange =
  | {
      kind: "annotate";
      dataset: string;
      pair: number;
      label: number | null;
      cannot_tell: boolean;
      note: string | null;
      seconds: number | null;
      drawn?: string | null;
      guidelines: number;
    }
  | { kind: "undo"; dataset: string; pair: number };
interface RevertRequest {
  dataset: string;
  annotator: string;
  since: number;
}
interface AnnotateServer {
  stream(payload: { dataset: string }): Promise<StreamSettings>;
  next_pairs(payload: {
    dataset: string;
    order: StreamOrder;
    imported: boolean;
    n: number;
    have: number[];
  }): Promise<{ pairs: StreamPair[]; gone: number[] }>;
  take(payload: { pair: number }): Promise<StreamPair | null>;
  pair_comments(payload: { pair: number }): Promise<PairComment[]>;
  add_comment(payload: { pair: number; text: string }): Promise<PairComment[]>;
  release(payload: { dataset: string }): Promise<number>;
  annotate(payload: LabelChange): Promise<unknown>;
  undo(payload: LabelChange): Promise<unknown>;
  last_labels(payload: { dataset: string }): Promise<LabelledPair[]>;
  candidates(payload: { pair: number }): Promise<QueryCandidates>;
  history(payload: { pair: number }): Promise<PairEvent[]>;
  progress(payload: {
    dataset: string;
    since: number;
    imported: boolean;
  }): Promise<LabellingProgress>;
  agree(payload: { dataset: string }): Promise<Agreement>;
  write_guidelines(payload: { dataset: string; text: string }): Promise<Guidelines>;
  guideline_versions(payload: {
    dataset: string;
  }): Promise<(Guidelines & { at: number | null; who: string | null })[]>;
  offer_test_pairs(payload: { dataset: string; offer: boolean }): Promise<Partial<StreamSettings>>;
  stream_settings(payload: { dataset: string }): Promise<LabellingSettings>;
  set_stream(payload: StreamChanges): Promise<unknown>;
  score_pairs(payload: { dataset: string; run?: number }): Promise<ScoringState>;
  scoring(payload: { dataset: string; run?: number }): Promise<ScoringState>;
  disputed(payload: { dataset: string }): Promise<Disputed>;
  decide(payload: { pair: number; label: number | null; reason: string }): Promise<unknown>;
  undecide(payload: { pair: number }): Promise<unknown>;
  agree_in_detail(payload: { dataset: string }): Promise<AgreementDetail>;
  people(payload: { dataset: string; midnight: number }): Promise<Activity>;
  labels_since(payload: RevertRequest): Promise<{ labels: number; skips: number }>;
  take_back(payload: RevertRequest): Promise<{ pairs: number; edit: number }>;
  give_back(payload: { edit: number }): Promise<{ pairs: number; newer: number }>;
  takings(payload: { dataset: string }): Promise<Reverted[]>;
  unjudged(payload: { dataset: string; query: string }): Promise<Unjudged>;
  add_pairs(payload: {
    dataset: string;
    query: string;
    passages: string[];
  }): Promise<{ pairs: number[]; split: Split; known: number }>;
  remove_pairs(payload: { dataset: string; pairs: number[] }): Promise<unknown>;
}

// -- the Playground
type Letter = "a" | "b" | "c";
type Measure = "probability" | "cosine" | "bm25";
type CandidateSource = "paste" | "dataset" | "labelled";
interface RankerChoice {
  name: string;
  title: string;
  detail?: string;
  ready: boolean;
  /** Why it is not ready. */
  why?: string;
}
interface RankedResult {
  rank: number;
  further?: FurtherCell[];
  index: number;
  passage: string;
  score: number;
  logit: number | null;
  calibrated: number | null;
  /** Below the saved threshold. */
  below: boolean;
  /** Only its beginning was read. */
  cut: boolean;
  label: number | "disputed" | null;
  /** Its rank in A, and the ranks it gained. */
  was: number;
  moved: number;
}
interface Side {
  name: string;
  title: string;
  measure: Measure;
  notice?: string;
  trained: boolean;
  /** A run's model together with cosine and BM25. */
  combined: boolean;
  milliseconds: number;
  /** Seconds; 0 if it was warm. */
  loading: number;
  engine?: string;
  max_length: number;
  cutoff: { goal: string } | null;
  metrics: Record<string, number>;
  rows: RankedResult[];
}
/** What the dialogs of a ranker need to know of it. */
type UsableSide = Pick<Side, "name" | "title" | "measure"> &
  Partial<Pick<Side, "cutoff" | "combined">>;
interface Comparison {
  query: string;
  source: CandidateSource;
  dataset: string;
  scale: Scale | null;
  candidates: number;
  labelled: number;
  sides: Side[];
  /** Passages sent to Annotate; kept by the page. */
  sent?: Set<string>;
}
interface TestQuery {
  query: string;
  positives: number;
  candidates: number;
}
interface QueryGain extends TestQuery {
  a: number;
  b: number;
  gain: number;
}
interface QueryGains {
  queries: QueryGain[];
  means: { metric: string; a: number; b: number; gain: number; low: number; high: number }[];
  wins: number;
  losses: number;
  ties: number;
  /** What each ranker was scored by; "recorded" for the scores of a run's own evaluation. */
  engines: (string | null)[];
}
interface Explanation {
  parts: { text: string; effect: number | null }[];
  measure: Measure;
  title: string;
  cut: boolean;
  rankers: { title: string; effect: number }[];
}
interface WordingScore {
  score: number;
  cut: boolean;
}
interface Estimate {
  value: number;
  low: number;
  high: number;
}
interface Cutoff {
  goals?: Record<string, string>;
  curve: [score: number, precision: number, recall: number][];
  score: number;
  low: number;
  high: number;
  logit: number;
  precision: Estimate;
  recall: Estimate;
  kept: number;
  pairs: number;
  positives: number;
  calibrated: number;
  calibration: {
    method: string;
    before: { error: number; brier: number };
    after: { error: number; brier: number };
  };
}
interface OnnxParity {
  bytes: number;
  spearman: number | null;
  difference: number | null;
  top: number;
  of: number;
  agrees: boolean;
}
interface OnnxReport {
  pairs: number;
  fp32: OnnxParity;
  int8: OnnxParity;
  fault?: string;
}
interface OnnxState {
  state: "ready" | "making" | "failed" | string;
  report: OnnxReport | null;
}
interface PlaygroundServer {
  rankers(payload: {
    dataset: string | null;
  }): Promise<{ rankers: RankerChoice[]; a: string; b: string; role: Role; demo: DemoPage | null }>;
  compare(payload: {
    models: string[];
    query: string;
    source: CandidateSource;
    dataset: string;
    k: number;
    passages: string;
  }): Promise<Comparison>;
  queries(payload: { dataset: string }): Promise<TestQuery[]>;
  compare_queries(payload: { dataset: string; models: string[] }): Promise<QueryGains>;
  label_result(payload: {
    dataset: string;
    query: string;
    passage: string;
    label: number;
    score: number;
    client_id: string;
  }): Promise<{ label: number | null; pair_id: number }>;
  undo_result(payload: {
    dataset: string;
    query: string;
    pair_id: number;
    client_id: string;
  }): Promise<{ label: number | null }>;
  score_again(payload: {
    grades: (number | null)[];
    scores: number[][];
    scale: Scale | null;
  }): Promise<Record<string, number>[]>;
  send_to_annotate(payload: {
    dataset: string;
    query: string;
    passages: string[];
  }): Promise<{ split: Split; new: number }>;
  explain(payload: { model: string; query: string; passage: string }): Promise<Explanation>;
  score_wording(payload: {
    models: string[];
    query: string;
    passage: string;
  }): Promise<(WordingScore | null)[]>;
  look_for_cutoff(payload: { run: string; goal: string }): Promise<Cutoff>;
  keep_cutoff(payload: { run: string; goal: string }): Promise<unknown>;
  drop_cutoff(payload: { run: string; goal: string }): Promise<unknown>;
  onnx_state(payload: { run: string }): Promise<OnnxState>;
  make_onnx(payload: { run: string }): Promise<unknown>;
}

// -- the Train tab
type RunStatus = "queued" | "running" | "finished" | "stopped" | "cancelled" | "failed" | "lost";
type RunAction = "keep" | "cancel" | "again" | "resume";
type Baseline = "base" | "bm25" | "cosine";
type Ranker = Baseline | "tuned" | "combined";
type Metrics = Record<string, number>;
type RunMetrics = Partial<Record<Ranker, Metrics>>;
/** A run as a row of the table. */
/** Where a run trains: the job and its state are those of an executor with a queue. */
interface RunPlace {
  executor: string;
  title: string;
  processes: number;
  gpus: number;
  job: string | null;
  state: string | null;
  phase: "waiting" | "running" | "ended" | null;
}
interface ListedRun {
  place: RunPlace;
  id: number;
  name: string;
  status: RunStatus;
  /** What it says of itself. */
  sentence: string;
  /** What of its files is damaged. */
  damage?: string | null;
  dataset: string;
  base: string;
  base_used: string | null;
  /** On the test split, and on dev. */
  metrics: RunMetrics;
  dev: RunMetrics;
  step: number;
  steps: number | null;
  seconds: number | null;
  resumable: boolean;
  note: string;
  archived: boolean;
  created_at: number;
  /** The chain that one recipe started, and which of its runs this is. */
  chain: { runs: number[]; place: number } | null;
  /** The model that it started from; its name as a ranker. */
  origin: { title: string; ranker: string | null };
  /** The 95% interval of its gain in nDCG@10 over that model. */
  interval: Interval | null;
  parent: number | null;
  stopping: "keep" | "cancel" | null;
  /** Whether it was asked to cancel and does not answer. */
  overdue: boolean;
  /** Changes with anything of the row. */
  mark: string;
}
interface Run extends Omit<ListedRun, "chain"> {
  chain: number | null;
  recipe: { name: string; best_by: string };
  verdict: string | null;
  notices: string[];
  phase: string;
  warm_steps: number;
  loss: number | null;
  pairs_per_second: number | null;
  /** Seconds until it ends. */
  left: number | null;
  precision: string | null;
  device: string | null;
}
type ChartPoint = [step: number, value: number];
interface ChartPoints {
  warm: ChartPoint[];
  train: ChartPoint[];
  /** By metric. */
  dev: Record<string, ChartPoint[]>;
  /** By what the third panel may show. */
  extra: Record<string, ChartPoint[]>;
  baselines: Partial<Record<Baseline, Metrics>>;
}
interface FollowedRun {
  run: Run | null;
  points: ChartPoints;
  /** The whole figure, where it is not drawn yet. */
  figure?: PlotlyFigure;
  /** Events that were read. */
  next: number;
  /** The address of Plotly. */
  plotly: string;
}
interface ComparedRun {
  id: number;
  name: string;
  /** Which of three colours it has. */
  number: number;
  token: string;
  points: ChartPoints;
  traces: PlotlyTrace[];
}
interface Duel {
  wins: number;
  ties: number;
  losses: number;
  difference: number;
  low: number;
  high: number;
}
interface Regression extends Partial<Record<Ranker, number>> {
  query: string;
  grade: number | null;
  passage: string;
}
interface Results {
  queries: number;
  /** Which ranker is the run's. */
  ranker?: "tuned" | "combined";
  /** The strongest of the others, which `worst` is against. */
  reference?: Baseline;
  intervals: Partial<Record<Ranker, Interval>>;
  against: Record<Baseline, Duel>;
  worst: Regression[] | null;
}
/** The run's ranker against the strongest ranker that needs no labels. */
interface Verdict extends Duel {
  free: Baseline;
  p: number;
  kind: "good" | "bad" | "unclear";
  deploy: boolean;
  sentence: string;
  numbers: string;
}
type WithInterval = [value: number, low: number, high: number];
interface OwnMetric {
  name: string;
  values: Partial<Record<Ranker, WithInterval>>;
  gain: WithInterval;
}
interface RunOutcome {
  id: number;
  results: Results | null;
  verdict: Verdict | null;
  /** What makes the numbers less certain. */
  warnings: string[];
  /** The metric that the dataset's owner chose; each value with its interval. */
  metric: OwnMetric | null;
  scale: Scale | null;
  files: { name: string; bytes: number }[];
  bytes: number;
  card: string | null;
  /** Whether the card quotes training texts. */
  quotes: boolean;
  /** Whether the user may have the whole run. */
  whole: boolean;
  pushed: {
    state: "pushing" | "pushed" | "failed" | string;
    repo: string;
    private: boolean;
    error?: string;
    time: number;
    url: string;
  } | null;
}
interface PlanFinding {
  key: string;
  severity: "blocks" | "look";
  fact: string;
  mend: string;
}
interface RunPlan {
  data: string;
  facts: { name: string; value: string; warn?: boolean }[];
  findings: PlanFinding[];
  measurable: boolean;
  notices: string[];
  /** Whether another run is live. */
  busy: boolean;
  /** How many runs the recipe queues. */
  runs: number;
  command: string;
  yaml: string;
  recipe: string;
}
interface Offer {
  value: string;
  word: string;
}
interface OfferGroup {
  group: string;
  options: Offer[];
}
interface RecipeField {
  name: string;
  label: string;
  help: string;
  choices: [value: string, word: string][] | null;
}
interface FormOffers {
  /** Where a run can train; the first is the default. */
  places: { value: string; word: string }[];
  datasets: { name: string; labelled: number }[];
  bases: OfferGroup[];
  base: string;
  recipes: OfferGroup[];
  /** The first group has no title. */
  fields: { title: string; fields: RecipeField[] }[];
  values: Record<string, string>;
}
/** What fills the form. */
interface FilledForm {
  name: string;
  values: Record<string, string>;
  why: RecipeReasons;
  base?: string;
  dataset?: string;
}
interface AskedRun {
  dataset: string | null;
  executor: string | null;
  name: string;
  base: string;
  values: Record<string, string>;
}
interface FormServer {
  form_offers(): Promise<FormOffers>;
  fill_by_name(payload: {
    recipe: string;
    dataset: string | null;
    base: string;
  }): Promise<FilledForm>;
  fill_by_text(payload: { text: string; variant: string }): Promise<FilledForm>;
  fill_by_run(payload: { run: number; how: "continue" | "recipe" }): Promise<FilledForm>;
  plan_run(payload: AskedRun & { wait: boolean }): Promise<RunPlan>;
  start_run(payload: AskedRun): Promise<{ run: number }>;
}
interface ComparedValue {
  value: number | null;
  low: number | null;
  high: number | null;
  gain: number | null;
  gain_low: number | null;
  gain_high: number | null;
  /** The value of each run of the column. */
  each: (number | null)[];
}
interface RunComparison {
  /** The columns: runs that differ only in their seed are one. */
  runs: { id: number; name: string; status: RunStatus; dataset: string; runs: number[] }[];
  /** Test queries that all of them share. */
  queries: number;
  metrics: { metric: string; values: ComparedValue[] }[];
  recipe: { field: string; values: string[] }[];
  changed: { query: string; values: number[] }[] | null;
  notice: string;
}
interface RecipeReasons {
  note?: string;
  card?: boolean;
  /** Whether fit() printed the card. */
  fit?: boolean;
  choices?: { name: string; value: string; reason: string }[];
  notices?: string[];
}
interface TrainServer {
  follow(payload: {
    run: string | null;
    drawn: number | null;
    steps: number | null;
    since: number;
    panel: number;
    extra: string | null;
  }): Promise<FollowedRun>;
  compared(payload: { run: number; number: number }): Promise<ComparedRun>;
  act(payload: { run: number; what: RunAction }): Promise<{ id: number } | null>;
  outcome(payload: { run: number }): Promise<RunOutcome>;
  set_metric(payload: { dataset: string; metric: string | null }): Promise<void>;
  push(payload: {
    run: number;
    repo: string;
    token: string;
    private: boolean;
  }): Promise<RunOutcome["pushed"]>;
  rows(payload: { have: Record<string, string>; limit: number; archived: boolean }): Promise<{
    rows: Record<string, ListedRun>;
    order: number[];
    total: number;
    archived: number;
  }>;
  edit_run(payload: { run: number; name?: string; note?: string }): Promise<unknown>;
  archive_runs(payload: { runs: number[]; archived: boolean }): Promise<number>;
  delete_runs(payload: { runs: number[] }): Promise<number>;
  compare_runs(payload: { runs: string[] }): Promise<RunComparison>;
}
