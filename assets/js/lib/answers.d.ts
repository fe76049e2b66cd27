// What the server answers, by the tab that asks, where page_functions.d.ts does not declare it yet.

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
interface HeaderServer extends PeopleServer {
  overview(payload: { dataset?: string | null; page?: string }): Promise<Overview>;
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
/** What an executor charges, in US dollars; `text` is both numbers in words. */
interface RunPrice {
  hardware: string;
  hourly: number;
  most: number;
  text: string;
}
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
  price: RunPrice | null;
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
  start_run(payload: AskedRun & { agreed: number | null }): Promise<{ run: number }>;
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
  act(payload: {
    run: number;
    what: RunAction;
    agreed: number | null;
  }): Promise<{ id: number } | null>;
  run_price(payload: { run: number }): Promise<RunPrice | null>;
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
