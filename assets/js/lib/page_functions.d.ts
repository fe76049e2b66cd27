// Written by `python -m tests.support.page_types` from the Python page functions.

/** What each annotator has done. `days`: when each of the last DAYS days began. */
interface Activity {
  days: number[];
  annotators: AnnotatorActivity[];
  at: number;
}

/** Ids of new pairs and their split; `existing`: how many were pairs already. */
interface AddedPairs {
  pairs: number[];
  existing: number;
  split: Split;
}

/**
 * Agreement of annotators; what cannot be computed, as where all labels are equal, is None.
 *
 * `shared`: pairs with two labels or more; `percent`: of their pairings of labels that are equal,
 * 0 to 1; `kappa`: Cohen, only for exactly two annotators; `alpha`: Krippendorff.
 */
interface Agreement {
  shared: number;
  annotators: number;
  percent: number | null;
  kappa: number | null;
  alpha: number | null;
}

/** All agreement statistics of the newest `votes`, of `all_votes`. */
interface AgreementDetail {
  shared: number;
  annotators: number;
  percent: number | null;
  kappa: number | null;
  alpha: number | null;
  intervals: Intervals;
  between: PairwiseAgreement[];
  majority: Record<string, MajorityAgreement>;
  confusion: Confusion;
  votes: number;
  all_votes: number;
}

/** What the user may do in a dataset: label, change its settings, decide disputed pairs. */
interface AnnotationRights {
  label: boolean;
  own: boolean;
  decide: boolean;
}

/**
 * What an annotator has done. Times in Unix seconds; `gold`: for admins.
 *
 * `days`: labels on each of the last days, the newest last; `seconds`: median a label over these
 * days; `fast`: whether that is too fast for reading.
 */
interface AnnotatorActivity {
  name: string;
  labels: number;
  cannot_tell: number;
  skips: number;
  first: number;
  last: number;
  days: number[];
  seconds: number | null;
  fast: boolean;
  gold: GoldReport | null;
  majority: MajorityAgreement | null;
}

/** A key as its owner sees it; `start`: its first characters. Times in Unix seconds. */
interface ApiKey {
  id: number;
  name: string;
  start: string;
  created_at: number;
  used_at: number | null;
}

/**
 * The state of the backups; only admins see the place.
 *
 * `at`: when the last verified one was made, Unix seconds; `waiting`: something has changed since.
 */
interface BackupState {
  at: number | null;
  place: string | null;
  fault: string | null;
  waiting: boolean;
}

/** Counts of pairs by label and split, of queries by split, and of pairs per query. */
interface Balance {
  labels: [number, number][];
  disputed: number | null;
  unlabelled: number | null;
  per_query: [string, number][];
  median_per_query: number;
  splits: Record<string, SplitBalance>;
}

type Baseline = "base" | "bm25" | "cosine";

/** A fitted map, and the errors `before` and `after` it (on held-out folds). */
interface Calibration {
  method: "platt" | "isotonic";
  a?: number;
  b?: number;
  x?: number[];
  y?: number[];
  before: ProbabilityErrors;
  after: ProbabilityErrors;
}

type CandidateSource = "paste" | "dataset" | "meaning" | "labelled";

/** The runs of a chain in order, and which of them is shown, from 1. */
interface ChainPlace {
  runs: number[];
  place: number;
}

/** A query and its nDCG@10 in each column. */
interface ChangedQuery {
  query: string;
  values: number[];
}

/** Rows of the table of runs that changed, by id; how many there are, and are archived. */
interface ChangedRows {
  order: number[];
  rows: Record<string, ListedRun>;
  total: number;
  archived: number;
}

/** A change that was made; `edit` is its number for `undo`. */
interface ChangedScale {
  scale: ScaleJson;
  labels: MappedLabel[];
  changed: number;
  unmapped: number;
  positives: [number, number];
  edit: number;
}

/**
 * Points of the chart; x counts the steps of the whole run, warm start first.
 *
 * `warm` and `train`: the loss; `dev`: by metric; `extra`: by name of EXTRAS; `baselines`: by
 * metric on dev.
 */
interface ChartPoints {
  warm: [number, number][];
  train: [number, number][];
  dev: Record<string, [number, number][]>;
  extra: Record<string, [number, number][]>;
  baselines: Partial<Record<Baseline, Record<string, number>>>;
}

/** What a check does now, and which part of it is done, 0 to 1. */
interface CheckProgress {
  phase?: string;
  part?: number;
}

/** A column: what it is called, its first run, and the numbers of all its runs. */
interface ColumnHead {
  id: number;
  status: RunStatus;
  dataset: string;
  name: string;
  runs: number[];
}

/** A value of a column. `each`: that of each of its runs. */
interface ColumnValue {
  value: number | null;
  low: number | null;
  high: number | null;
  gain: number | null;
  gain_low: number | null;
  gain_high: number | null;
  significant: boolean;
  each: (number | null)[];
}

/**
 * How many distinct texts were compared with each other.
 *
 * `meaning`: queries of dev and test whose meaning was compared with those of train;
 * `meaning_passages`: passages whose meaning was compared with others of their query.
 */
interface Compared {
  queries: number;
  passages: number;
  meaning?: number | null;
  meaning_passages?: number | null;
}

/** A run that is laid over the chart. `number`: which of three colours, `token`, it has. */
interface ComparedRun {
  id: number;
  name: string;
  number: number;
  token: string;
  points: ChartPoints;
  traces: PlotlyTrace[];
}

/** The same candidates ranked by up to three rankers. `labelled`: candidates with a label. */
interface Comparison {
  query: string;
  source: CandidateSource;
  dataset: string | null;
  scale: ScaleJson | null;
  candidates: number;
  labelled: number;
  sides: Side[];
}

/**
 * The confusion matrix: `labels` (ascending), and counts in rows and columns of them.
 *
 * `everyone[i][j]`: pairings of votes on one pair with labels i and j, each counted once, with
 * i <= j. `annotators[name][i][j]`: the annotator's label is i and another's is j.
 */
interface Confusion {
  labels: number[];
  everyone: number[][];
  annotators: Record<string, number[][]>;
}

/** The name of a copy, and how many pairs it has. */
interface CopiedDataset {
  dataset: string;
  pairs: number;
}

/** How a base model reads the texts; shares from 0 to 1. */
interface CoverageShares {
  unknown: number;
  tokens_per_character: number;
  merged_texts: number;
  merged_words: number;
}

/**
 * A cut-off of a run; `score`, `low`, `high` and those in `curve` are probabilities.
 *
 * `calibrated`: the calibrated probability at the cut; `goals`: what can be asked for, in words.
 */
interface Cutoff {
  low: number;
  high: number;
  goal: string;
  logit: number;
  precision: Estimate;
  recall: Estimate;
  kept: number;
  curve: [number, number, number][];
  pairs: number;
  positives: number;
  queries: number;
  calibration: Calibration;
  calibrated: number;
  score: number;
  run: number;
  goals: Record<string, string>;
}

/**
 * A dataset and the counts of its pairs that the user may know.
 *
 * `positives`: relevant pairs; `splits`: pairs by split; `updated_at`: last change of pairs or
 * labels, in Unix seconds.
 */
interface Dataset {
  pairs: number;
  labelled: number;
  positives: number;
  labelled_splits: Record<string, number>;
  unlabelled: number;
  disputed: number;
  "left out": number;
  hidden: number;
  id: number;
  name: string;
  description: string;
  scale: ScaleJson;
  queries: number;
  labelled_by_people: number;
  splits: Record<string, number>;
  updated_at: number;
}

type DatasetOrder = "unlabelled" | "query" | "random" | "disputed" | "uncertain";

/** The list of datasets, what a new user has done so far, and what the user may do. */
interface Datasets {
  datasets: Dataset[];
  steps: FirstSteps;
  may_change: boolean;
  may_label: boolean;
}

/** The decision on a disputed pair; no label: the pair is left out of training. */
interface Decision {
  label: number | null;
  by: string;
  reason: string;
  at: number;
}

/** How many pairs and human labels were deleted. */
interface DeletedDataset {
  pairs: number;
  labels: number;
}

/** What the Playground of a demo is drawn with. */
interface DemoPage {
  title: string;
  text: string;
  run: string;
  queries: DemoQuery[];
}

/** A query of a demo. `labelled`: whether the dataset has its pairs. */
interface DemoQuery {
  query: string;
  labelled: boolean;
}

/** A run that a demo can show. */
interface DemoRun {
  id: string;
  name: string;
  dataset: string;
}

/** What the owner chose, as `Demo`, and what there is to choose from. */
interface DemoSettings {
  title: string;
  text: string;
  dataset: string;
  run: string;
  queries: string[];
  datasets: string[];
  runs: DemoRun[];
}

/** A warning of a disk that is nearly full; `free` in bytes. */
interface DiskWarning {
  free: number;
  sentence: string;
}

/** Disputed pairs, how many there are in all, and the run whose scores are given. */
interface Disputed {
  total: number;
  pairs: DisputedPair[];
  run: NamedRun | null;
}

/**
 * A disputed pair with its votes and the labels that it came with.
 *
 * `score`: of the run, 0 to 1; `label`: the first imported label.
 */
interface DisputedPair {
  id: number;
  query: string;
  passage: string;
  source: string;
  label: number | null;
  votes: Vote[];
  imported: number[];
  score: number | null;
}

/**
 * The run's ranker against another one by nDCG@10, paired by query.
 *
 * `low` and `high`: the 95% interval of the mean difference.
 */
interface Duel {
  difference: number;
  low: number;
  high: number;
  p: number;
  wins: number;
  losses: number;
  ties: number;
}

/** An edit: its number for `undo`, None where nothing changed, and how many pairs it changed. */
interface Edit {
  edit: number | null;
  pairs: number;
}

/**
 * How many passages of a dataset are embedded. `refused`: why the last attempt failed.
 *
 * `seconds`: how long a process that embeds them will take, about.
 */
interface EmbeddingState {
  passages: number;
  missing: number;
  running: boolean;
  seconds: number | null;
  refused: string | null;
}

/** A run that has ended. */
interface EndedRun {
  id: number;
  name: string;
  status: RunStatus;
}

/** A share with its 95% interval. */
interface Estimate {
  low: number;
  high: number;
  value: number;
}

/**
 * The effect of each word of a passage on its raw score (a logit for `probability`).
 *
 * `cut`: the model read only the beginning; `rankers`: of a combined ranker.
 */
interface Explanation {
  score: number;
  parts: PassagePart[];
  measure: Measure;
  title: string;
  cut: boolean;
  rankers: RankerEffect[];
}

/** Why an export failed. */
interface ExportFault {
  fault: string;
}

/** A format of files. `never`: what it cannot hold. */
interface ExportFormat {
  key: string;
  name: string;
  suffix: string;
  never: string[];
}

/** A dataset that was written. `path`: a file or an address; `lost`: sentences about losses. */
interface Exported {
  dataset: string;
  format: string;
  path: string;
  pairs: number;
  lost: string[];
}

/** A line of the plan. */
interface Fact {
  name: string;
  value: string;
  warn: boolean;
}

/** Fields below a title; the first group has none. */
interface FieldGroup {
  title: string;
  fields: RecipeField[];
}

/** What fills the form: the recipe's name and values; base and dataset where they change. */
interface FilledForm {
  name: string;
  values: Record<string, string>;
  why: RecipeReasons;
  base?: string;
  dataset?: string;
}

/**
 * What pairs can be filtered and sorted by.
 *
 * `columns`: how many further columns the pairs have; 0 for annotators. `further`: those that
 * pairs can be sorted by.
 */
interface FilterChoices {
  annotators: string[];
  sources: string[];
  columns: number;
  further: string[];
}

/** Labels, and runs that have a model, counted over all datasets. */
interface FirstSteps {
  labels: number;
  runs: number;
}

/**
 * The run that the page follows, and what is new in its chart.
 *
 * `figure`: the whole chart, where it is not drawn yet; `next`: the byte of its events to ask
 * from next time; `plotly`: the address of Plotly.
 */
interface FollowedRun {
  run: Run;
  points: ChartPoints;
  next: number;
  plotly: string;
  figure?: PlotlyFigure;
}

/**
 * What the form shows before anything is chosen.
 *
 * `base`: the default one; `places`: where a run can train, the first is the default; `values`:
 * those of the first recipe.
 */
interface FormOffers {
  datasets: OfferedDataset[];
  bases: OfferGroup[];
  base: string;
  recipes: OfferGroup[];
  places: OfferedPlace[];
  fields: FieldGroup[];
  values: Record<string, string>;
}

/** A passage and its BM25 score. */
interface FoundPassage {
  passage: string;
  score: number;
}

/** A cell beside a pair. `image`: its text is the address of a picture to show. */
interface FurtherCell {
  column: string;
  text: string;
  image: boolean;
}

/** A further column, and whether it is shown beside each pair. */
interface FurtherColumn {
  column: string;
  example: string;
  shown: boolean;
}

/** How many pairs changed, and how many have no label and were left as they are. */
interface GoldMarks {
  pairs: number;
  unlabelled: number;
}

/** Gold pairs that an annotator labelled, and how many of them with the known label. */
interface GoldReport {
  of: number;
  right: number;
}

/** A version of the guidelines; who wrote it and when is None where that is unknown. */
interface GuidelineVersion {
  text: string;
  tree: MarkdownTree;
  version: number;
  at: number | null;
  who: string | null;
}

/** The guidelines of a dataset as text and as nodes of the page. */
interface Guidelines {
  text: string;
  tree: MarkdownTree;
  version: number;
}

/** A dataset; `waiting`: pairs that wait for the user's labels, None where not counted. */
interface HeaderDataset {
  name: string;
  pairs: number;
  waiting: number | null;
}

/**
 */
interface HistogramRow {
  from: number;
  to: number;
  count: number;
  outside: boolean;
}

/** One change. `undoable`: it is an edit that was not undone yet. */
interface HistoryLine {
  id: number;
  at: number;
  who: string;
  text: string;
  pair: number | null;
  undoable: boolean;
}

/** Changes, newest first, and where the next page starts; None at the end. */
interface HistoryPage {
  lines: HistoryLine[];
  before: number | null;
}

type ImportInto = "new" | "add" | "replace";

/** `Report` as plain values. */
interface ImportReport {
  records: number;
  pairs: number;
  kept: number;
  duplicate: number;
  unlabelled: number;
  distinct: number;
  conflicts: number;
  positives: number;
  blank: number;
  bad_label: number;
  unreadable: number;
  rejects: Reject[];
}

/** The 95% intervals of the statistics, or None below LEAST shared pairs. */
interface Intervals {
  percent: [number, number] | null;
  kappa: [number, number] | null;
  alpha: [number, number] | null;
}

/** An open invite for `places` more people, until `expires_at` (Unix seconds). */
interface Invite {
  id: number;
  role: Role;
  places: number;
  created_by: string;
  expires_at: number;
}

/** A column that is kept with the pairs. `labels`: its values may be labels. */
interface KeptColumn {
  column: string;
  cells: number;
  example: string;
  labels: boolean;
}

/** How many API keys of the user are still valid. */
interface KeysLeft {
  keys: number;
}

type LabelKind = "binary" | "graded" | "score";

/** A pair with the user's own label, given `at` (Unix seconds). */
interface LabelledPair {
  id: number;
  query: string;
  passage: string;
  source: string;
  line: number | null;
  label: number | null;
  cannot_tell: number;
  note: string | null;
  at: number;
}

/** A query with how many candidates and relevant ones it has. */
interface LabelledQuery {
  query_key: string;
  query: string;
  candidates: number;
  positives: number;
}

/**
 * How far the user is in a dataset.
 *
 * `total`: pairs that may be offered; `waiting`: of those, for this user; `skipped`: own skips of
 * pairs that still need labels; `done`: the rest; `sealed`: test pairs; `disputed`: as far as the
 * user may know; `rules`: a mark that changes with the owner's settings, as in `stream_of`.
 */
interface LabellingProgress {
  labelled: number;
  today: number;
  pace: number | null;
  total: number;
  waiting: number;
  skipped: number;
  done: number;
  reserved: ReservedPairs;
  sealed: number;
  disputed: number;
  rules: string;
}

/**
 * How a dataset is labelled; annotators None: everyone may label.
 *
 * `runs` (those of this dataset first) and `people` can be chosen.
 */
interface LabellingSettings {
  order: DatasetOrder;
  run: number | null;
  overlap: number;
  blind: boolean;
  adjudicators: string[];
  test_annotators: string[];
  annotators: string[] | null;
  runs: ScoringRun[];
  people: string[];
}

/** How many labels and skips an annotator gave since a moment. */
interface LabelsSince {
  labels: number;
  skips: number;
}

/** A record that is left out, or a repeat, and why; `row`: its cells. */
interface LeftOutRow {
  id: number;
  line: number;
  reason: "duplicate" | "blank" | "bad_label" | "unreadable";
  why: string;
  row: string;
}

/**
 * Pairs by tokens: for each label its counts between `edges`, and the share that is cut.
 *
 * The label None counts pairs without a label, or all pairs where labels are hidden.
 */
interface Lengths {
  edges: number[];
  labels: [number | null, number[], number][];
  median: number;
  cut: number;
  max_length: number;
}

/**
 * A run, or a chain of runs as one, as a row of the table.
 *
 * `mark` changes with anything of the row.
 */
interface ListedRun {
  id: number;
  name: string;
  status: RunStatus;
  metrics: Partial<Record<Ranker, Record<string, number | null> | null>>;
  dev: Partial<Record<Ranker, Record<string, number | null> | null>>;
  dataset: string;
  base: string;
  base_used: string | null;
  sentence: string;
  verdict: string | null;
  stopping: "keep" | "cancel" | null;
  overdue: boolean;
  step: number;
  steps: number | null;
  parent: number | null;
  resumable: boolean;
  saved: boolean;
  can_save: boolean;
  damage: string | null;
  note: string;
  archived: boolean;
  origin: RunOrigin;
  interval: [number, number] | null;
  created_at: number;
  place: RunPlace;
  seconds: number | null;
  chain: ChainPlace | null;
  mark: string;
}

/** The beginning of a text that lost bytes. */
interface LostText {
  line: number;
  before: string;
}

/** How often an annotator agrees with the majority of the others; the interval is 95%. */
interface MajorityAgreement {
  shared: number;
  equal: number;
  percent: number;
  interval: [number, number] | null;
}

/** A label that was given or imported `count` times; `to` is None where it has no place. */
interface MappedLabel {
  label: number;
  count: number;
  to: number | null;
}

type Measure = "probability" | "cosine" | "bm25";

/**
 * A metric of each column.
 *
 * Intervals are 95% bootstrap over the queries, gains paired by query; with several seeds see
 * `repeated_runs.value_of`.
 */
interface MetricColumns {
  metric: string;
  values: ColumnValue[];
}

/** The mean gain in one metric. */
interface MetricGain {
  a: number | null;
  b: number | null;
  gain: number | null;
  low: number | null;
  high: number | null;
  significant: boolean;
  metric: string;
}

/** Texts decoded with the wrong encoding, and `lost`, those that cannot be repaired. */
interface MojibakeReport {
  texts: number;
  lost: number;
  repaired: boolean;
  encoding: string;
  examples: RepairedText[];
  left: LostText[];
}

/** A run by its number and name. */
interface NamedRun {
  id: number;
  name: string;
}

/** An invite that was just created. Its token is shown once. */
interface NewInvite {
  token: string;
  role: Role;
  places: number;
  expires_at: number;
}

/** A key that was just created. It is shown only once. */
interface NewKey {
  key: string;
  name: string;
}

/** The next pairs of an annotator, and those they have that need no label any more. */
interface NextPairs {
  pairs: StreamPair[];
  closed: number[];
}

/** The answer where no run exists yet. */
interface NoRun {
  run: null;
}

/** A choice: its value, and the word for it. */
interface Offer {
  value: string;
  word: string;
}

/** Choices below a title. */
interface OfferGroup {
  group: string;
  options: Offer[];
}

/** A dataset, and how many of its pairs are labelled. */
interface OfferedDataset {
  name: string;
  labelled: number;
}

/**
 * An executor that a run can train on: its name, and the word for it.
 *
 * `unit`: what a run may have several of there, `number` by default and at most `limit`.
 */
interface OfferedPlace {
  value: string;
  word: string;
  unit: "GPUs" | "Processes";
  number: number;
  limit: number;
}

/** Whether test pairs are offered to the user. */
interface OfferedTestPairs {
  test_pairs: "sealed" | "offered";
}

/** A file of the export: its size, milliseconds per pair, and agreement with torch. */
interface OnnxParity {
  pairs: number;
  difference: number;
  spearman: number | null;
  top: number;
  of: number;
  file: string;
  bytes: number;
  milliseconds: number;
  agrees: boolean;
}

/** The report on an export; `max_length` in tokens. */
interface OnnxReport {
  pairs: number;
  max_length: number;
  fp32: OnnxParity;
  int8: OnnxParity;
}

/** The state of a run's ONNX files, and the report on them or on their failure. */
interface OnnxState {
  state: "none" | "making" | "ready" | "failed";
  report: OnnxReport | ExportFault | null;
  run: number;
}

/** What others think of a pair: the imported label, their votes and a run's score. */
interface Opinions {
  imported: number | null;
  votes: OthersVote[];
  score: RunScore | null;
}

/** The label of another annotator. */
interface OthersVote {
  annotator: string;
  label: number;
}

/**
 * What the header polls.
 *
 * `mode`: see `identity.sign_in_mode`; `every`: seconds between two polls.
 */
interface Overview {
  user: SignedIn;
  datasets: HeaderDataset[];
  run: RunPulse;
  backup: BackupState | null;
  disk: DiskWarning | null;
  mode: string;
  every: number;
}

/** The guidelines of a dataset. `own`: whether the user may change them. */
interface OwnGuidelines {
  text: string;
  tree: MarkdownTree;
  version: number;
  own: boolean;
}

/** A label as stored. */
interface OwnLabel {
  pair_id: number;
  label: number | null;
}

/**
 * A further metric of each ranker.
 *
 * The gain is that of the run's ranker over the strongest free one, or where that is not known
 * over the model it started from, paired by query; `significant`: as in the verdict on the run.
 */
interface OwnMetric {
  name: string;
  values: Partial<Record<Ranker, [number, number | null, number | null]>>;
  gain: [number, number | null, number | null];
  significant: boolean;
}

/**
 * A pair in a page of them.
 *
 * `label`: as imported; `effective`: the label that counts; `by`: who gave it; `line`: of the
 * file `source`; `further`: as of `Shown.cells`; `updated_at`: Unix seconds of the last label.
 */
interface Pair {
  id: number;
  query: string;
  passage: string;
  label: number | null;
  effective: number | null;
  state: PairState;
  split: Split;
  by: string[];
  source: string;
  line: number | null;
  query_key: string;
  further: FurtherCell[];
  updated_at: number;
}

/** A comment on a pair; `at` in Unix seconds. */
interface PairComment {
  id: number;
  author: string;
  text: string;
  at: number;
}

/**
 * Everything about a pair that the user may know.
 *
 * `line`: of the file `source`; `extra`: its further columns; `imported`: the labels that it came
 * with; `effective`: the label that counts; `gold`: its known label, for admins.
 */
interface PairDetails {
  id: number;
  query: string;
  passage: string;
  source: string;
  line: number | null;
  split: Split;
  extra: Record<string, unknown>;
  effective: number | null;
  state: PairState;
  imported: number[];
  decision: Decision | null;
  votes: PairVote[];
  gold: number | null;
}

/** One event. `before` and `after` hold what changed, or are None; `at` in Unix seconds. */
interface PairEvent {
  at: number;
  who: string | null;
  what: string;
  before: PairEventValue | null;
  after: PairEventValue | null;
}

/** What was set or changed; texts and other parts of an edit are left out. */
interface PairEventValue {
  label?: number | null;
  cannot_tell?: number | null;
  split?: string | null;
  source?: string | null;
  line?: number | null;
  annotator?: string;
  note?: string | null;
  reason?: string;
  guidelines_version?: number | null;
}

/**
 * A page of pairs.
 *
 * `first` with `first_at` (of an order, else None) is where the page before ends, `last` with
 * `last_at` where the next begins. `not_searched`: pairs that the search does not know yet.
 */
interface PairPage {
  pairs: Pair[];
  first: number | null;
  last: number | null;
  first_at: (string | number)[] | null;
  last_at: (string | number)[] | null;
  more_before: boolean;
  more_after: boolean;
  not_searched: number;
}

type PairState =
  | "decided"
  | "left out"
  | "annotated"
  | "imported"
  | "disputed"
  | "unlabelled"
  | "hidden";

/** What an annotator answered. `cannot_tell`: 1 for the answer "can't tell". */
interface PairVote {
  annotator: string;
  label: number | null;
  cannot_tell: number;
  note: string | null;
  at: number;
}

/** Agreement of two annotators; the interval is Wilson's, 95%. */
interface PairwiseAgreement {
  a: string;
  b: string;
  shared: number;
  percent: number;
  interval: [number, number] | null;
  kappa: number | null;
}

/**
 * A part of a passage. `effect`: the score of the whole minus the score without it.
 *
 * None between words.
 */
interface PassagePart {
  text: string;
  effect: number | null;
}

/** Everyone who may sign in, and the open invites. */
interface PeopleNow {
  people: Person[];
  invites: Invite[];
}

/** Someone who may sign in. `how`: password, Hugging Face or not yet; `keys`: API keys held. */
interface Person {
  name: string;
  role: Role;
  how: string;
  since: number;
  keys: number;
}

/** What is wrong with the pairs of a run, and how to fix it. */
interface PlanFinding {
  key: string;
  severity: "blocks" | "look";
  fact: string;
  mend: string;
}

/** What an import would change; `summary` as it will report it. */
interface PossibleImport {
  existing_pairs: number | null;
  human_labels: number;
  added: number;
  new_labels: number;
  already_there: number;
  replaced: number;
  refused: null;
  summary: string;
}

/** One of the first pairs of a file, its texts shortened. */
interface PreviewRow {
  line: number;
  query: string;
  passage: string;
  label: string;
  split: string;
}

/**
 * The scores of a run's ranker as probabilities, on `pairs` of the test split.
 *
 * `mean`: their mean; `relevant`: the share of relevant pairs; `error`: their expected calibration
 * error, in 10 bins.
 */
interface Probabilities {
  pairs: number;
  mean: number;
  relevant: number;
  error: number;
}

/** How far probabilities are from the labels; `error`: expected calibration error, 10 bins. */
interface ProbabilityErrors {
  log_loss: number;
  brier: number;
  error: number;
}

/** The last push of a run: to which model of the Hub, when (Unix seconds), and how it went. */
interface Pushed {
  repo: string;
  private: boolean;
  state: "pushing" | "done" | "failed";
  time: number;
  url?: string;
  error?: string;
}

/** A finding: the fact, how to fix it, and how many pairs it affects. */
interface QualityFinding {
  key: string;
  severity: Severity;
  fact: string;
  mend: string;
  act: "join sides" | "decide" | "choose a base" | null;
  rows: number;
}

/**
 * The quality report. `checked_at`: Unix seconds.
 *
 * `clean`: what was checked and not found; `version`: the last line of the journal before it.
 * Reports of older versions have no `scale`.
 */
interface QualityReport {
  base: string;
  sampled: number;
  notice: string | null;
  coverage: CoverageShares | null;
  lengths: Lengths | null;
  seen: SeenText[];
  dataset: string;
  version: number;
  checked_at: number;
  pairs: number;
  scale?: ScaleJson;
  balance: Balance;
  findings: QualityFinding[];
  clean: string[];
  compared: Compared;
}

/**
 * The quality of a dataset, its figures by name, and the base models to choose from.
 *
 * `bases`: a text and the id of each; `plotly`: the address of Plotly.
 */
interface QualityState {
  base: string;
  report: QualityReport | null;
  stale: boolean;
  checking: CheckProgress | null;
  failed: string | null;
  hidden: boolean;
  figures: Record<string, PlotlyFigure>;
  bases: [string, string][];
  plotly: string;
}

/** A passage of a query with the user's own label; `answered`: labelled or skipped by them. */
interface QueryCandidate {
  id: number;
  passage: string;
  label: number | null;
  cannot_tell: number | null;
  answered: boolean;
}

/** Passages of a query near a pair, and how many there are and are labelled in all. */
interface QueryCandidates {
  candidates: QueryCandidate[];
  total: number;
  labelled: number;
}

/** nDCG@10 of two rankers on a query; `gain` is b - a. */
interface QueryGain {
  query: string;
  candidates: number;
  positives: number;
  a: number;
  b: number;
  gain: number;
}

/**
 * The mean gain in nDCG@10, and the gain of each query, the largest first.
 *
 * `means`: of each metric of RANKING; `engines`: the engine of each ranker, "recorded" where the
 * scores are those of the run's own evaluation.
 */
interface QueryGains {
  a: number | null;
  b: number | null;
  gain: number | null;
  low: number | null;
  high: number | null;
  significant: boolean;
  means: MetricGain[];
  wins: number;
  losses: number;
  ties: number;
  engines: (string | null)[];
  queries: QueryGain[];
}

/**
 * A passage as a ranker ranks it.
 *
 * `cut`: only its beginning was read; `estimated`: the cross-encoder did not score it; `was`: its
 * rank in the first side; `moved`: ranks gained.
 */
interface RankedResult {
  rank: number;
  index: number;
  score: number;
  passage: string;
  calibrated: number | null;
  below: boolean;
  logit: number | null;
  label: number | "disputed" | null;
  pair_id: number | null;
  cut: boolean;
  estimated: boolean;
  further: FurtherCell[];
  was: number;
  moved: number;
}

type Ranker = "base" | "tuned" | "bm25" | "cosine" | "combined";

/** A ranker to choose. `why`: why it is not ready, as a sentence. */
interface RankerChoice {
  name: string;
  title: string;
  detail: string;
  ready: boolean;
  why: string | null;
}

/** What a part of a combined ranker adds to the logit against its mean on dev. */
interface RankerEffect {
  title: string;
  effect: number;
}

/** The rankers to choose from, the user's role, and what a demo is drawn with. */
interface Rankers {
  rankers: RankerChoice[];
  a: string;
  b: string;
  role: Role;
  demo: DemoPage | null;
}

/** What a person says of a file, on the page too; None means: detect. */
interface ReadingAnswers {
  format?: string | null;
  encoding?: string | null;
  delimiter?: string | null;
  quotes?: boolean | null;
  header?: boolean | null;
  query?: string | number | null;
  passage?: string | number | null;
  passage_template?: string | null;
  label?: string | number | null;
  split?: string | number | null;
  annotator?: string | number | null;
  positive?: string[];
  negative?: string[];
  ignore?: string[];
  header_line?: number | null;
  sheet?: string | null;
  relevant_from?: number | null;
  scale?: string | null;
  max_grade?: number | null;
  min_grade?: number | null;
  grade_names?: string[];
  map_label?: Record<string, number>;
  lowest_is_best?: boolean;
  repair?: boolean;
}

/**
 * How a file is read, guesses and answers together.
 *
 * `positives` and `negatives`: columns that hold relevant passages only, and irrelevant ones.
 */
interface ReadingPlan {
  format: string;
  container: string;
  encoding: string | null;
  delimiter: string | null;
  quotes: boolean | null;
  header: boolean | null;
  columns: string[];
  positives: string[];
  negatives: string[];
  query: string | null;
  passage: string | null;
  label: string | null;
  split: string | null;
  annotator: string | null;
}

/** A choice of the advisor, and its reason in a sentence; `fields` that it is about. */
interface RecipeChoice {
  name: string;
  value: string;
  reason: string;
  fields: string[];
}

/** A field that differs, and its value in each column as text. */
interface RecipeDifference {
  field: string;
  values: string[];
}

/** A field of the form; `choices`: value and word of each, None for a text. */
interface RecipeField {
  name: string;
  label: string;
  help: string;
  choices: [string, string][] | null;
}

/** Why the form is filled so. `card`: by a model card; `fit`: fit() printed that card. */
interface RecipeReasons {
  note?: string;
  card?: boolean;
  fit?: boolean;
  choices?: RecipeChoice[];
  notices?: string[];
}

/** An import that is refused. `scale`: of the dataset, where the labels do not fit it. */
interface RefusedImport {
  existing_pairs: number | null;
  human_labels: number;
  refused: string;
  scale: ScaleJson | null;
}

/**
 * A query that lost against the reference: a value of nDCG@10 for each ranker.
 *
 * `passage`: what the run's ranker puts first; `grade`: its label.
 */
interface Regression {
  query: string;
  passage: string;
  grade: number | null;
  base?: number;
  bm25?: number;
  cosine?: number;
  tuned?: number;
  combined?: number;
}

/** A record that was left out, and why. */
interface Reject {
  line: number;
  reason: string;
}

/** A part of a text before and after its repair. */
interface RepairedText {
  line: number;
  before: string;
  after: string;
}

/** Waiting pairs that others have reserved, and when the first is free (Unix seconds). */
interface ReservedPairs {
  pairs: number;
  until: number | null;
}

/** How many pairs got their labels back; `newer` ones were labelled again and stay. */
interface RestoredPairs {
  pairs: number;
  newer: number;
}

/** The label of a pair that counts now. */
interface ResultLabel {
  pair_id: number;
  label: number | "disputed" | null;
}

/**
 * The results of a run on its test split, as of `core.evaluation.outcome.outcome_of`.
 *
 * `ranker`: which one is the run's; `reference`: the strongest of the others, which `worst` is
 * against; None where labels are hidden. Runs of older versions lack what is not required.
 */
interface Results {
  queries: number;
  intervals: Partial<Record<Ranker, [number, number]>>;
  against: Partial<Record<Ranker, Duel>>;
  worst: Regression[] | null;
  ranker?: "tuned" | "combined";
  reference?: Baseline | null;
  free?: "bm25" | "cosine" | null;
  probabilities?: Probabilities | null;
}

/** Labels of an annotator since a moment (Unix seconds) that were taken back. */
interface Reverted {
  edit: number;
  at: number;
  who: string;
  annotator: string;
  since: number;
  pairs: number;
  undone: boolean;
}

/** How many pairs were reverted, and the number of the edit for `restore_labels`. */
interface RevertedPairs {
  edit: number;
  pairs: number;
}

type Role = "viewer" | "annotator" | "admin";

/**
 * A run with everything that its folder says. Times in Unix seconds.
 *
 * `verdict_metric`: the metric on test by which it is compared; `counts`: pairs by split; `chain`:
 * the first run of its chain; `later`: the numbers of those that follow; `left`: seconds until it
 * ends; `steps` and `step` include those of the warm start.
 */
interface Run {
  id: number;
  name: string;
  status: RunStatus;
  metrics: Partial<Record<Ranker, Record<string, number | null> | null>>;
  dev: Partial<Record<Ranker, Record<string, number | null> | null>>;
  dataset: string;
  base: string;
  base_used: string | null;
  sentence: string;
  verdict: string | null;
  stopping: "keep" | "cancel" | null;
  overdue: boolean;
  step: number;
  steps: number | null;
  parent: number | null;
  resumable: boolean;
  saved: boolean;
  can_save: boolean;
  damage: string | null;
  note: string;
  archived: boolean;
  origin: RunOrigin;
  interval: [number, number] | null;
  created_at: number;
  place: RunPlace;
  seconds: number | null;
  verdict_metric: "ndcg@10" | "average_precision";
  counts: Record<string, number>;
  folder: string;
  chain: number | null;
  recipe: Record<string, unknown>;
  created_by: string;
  error: string | null;
  notices: string[];
  phase: string;
  warm_steps: number;
  loss: number | null;
  pairs_per_second: number | null;
  left: number | null;
  started_at: number | null;
  ended_at: number | null;
  precision: string | null;
  threads: number | null;
  device: string | null;
  later?: number[];
}

type RunAction = "keep" | "cancel" | "again" | "resume";

/**
 * The results of runs on the test queries that they share, judged alike.
 *
 * `runs`: the columns; `metrics`: with the one chosen for the first run's dataset; `recipe`: what
 * differs; `changed`: the largest difference first, None where labels are hidden from the user;
 * `notice`: on what is compared.
 */
interface RunComparison {
  runs: ColumnHead[];
  queries: number;
  metrics: MetricColumns[];
  recipe: RecipeDifference[];
  changed: ChangedQuery[] | null;
  notice: string;
}

/** A file of a model. */
interface RunFile {
  name: string;
  bytes: number;
}

/** The model that a run started from: its title, and its name as a ranker. */
interface RunOrigin {
  title: string;
  ranker: string | null;
}

/**
 * What a run that has ended left behind.
 *
 * `warnings`: about a small test split, poor probabilities, leakage and the language of the base
 * model; `metric`: the one that the dataset's owner chose; `card`: Markdown; `quotes`: whether it
 * has training texts; `whole`: whether the user may have the whole run.
 */
interface RunOutcome {
  id: number;
  results: Results | null;
  verdict: Verdict | null;
  warnings: string[];
  metric: OwnMetric | null;
  whole: boolean;
  scale: ScaleJson | null;
  files: RunFile[];
  bytes: number;
  card: string | null;
  quotes: boolean;
  pushed: Pushed | null;
}

/** Where a run trains; the job and its state are those of an executor with a queue. */
interface RunPlace {
  executor: string;
  processes: number;
  gpus: number;
  title: string;
  job: string | null;
  state: string | null;
  phase: "waiting" | "running" | "ended" | null;
}

/** The plan of a run, its recipe's name, and the recipe as YAML. */
interface RunPlan {
  data: string;
  facts: Fact[];
  notices: string[];
  findings: PlanFinding[];
  runs: number;
  price: RunPrice | null;
  command: string;
  busy: boolean;
  steps: number;
  seconds: number | null;
  measurable: boolean;
  memory: number | null;
  disk: number | null;
  yaml: string;
  recipe: string;
}

/** What an executor charges, in US dollars; `text` is both numbers in words. */
interface RunPrice {
  hardware: string;
  hourly: number;
  maximum: number;
  text: string;
}

/**
 * The current run for the header.
 *
 * `waiting`: queued runs; `next`: the one that starts next; `ended`: the one that ended last;
 * `failed_lately`: whether that one failed in the last hour; `damaged`: names of runs with
 * damaged folders; `mark` changes when a run comes, goes or changes its status.
 */
interface RunPulse {
  running: RunningRun | null;
  waiting: number;
  next: number | null;
  ended: EndedRun | null;
  failed_lately: boolean;
  damaged: string[];
  mark: string;
}

/** A run's score of a pair, 0 to 1. */
interface RunScore {
  run: string;
  score: number;
}

type RunStatus = "queued" | "running" | "finished" | "stopped" | "cancelled" | "failed" | "lost";

/** The run that trains. `part`: the fraction done; `eta`: seconds until it ends. */
interface RunningRun {
  id: number;
  name: string;
  part: number;
  step: number;
  max_steps: number | null;
  loss: number | null;
  eta: number | null;
}

/** A cut-off that was saved with a run: its goal and its score, also calibrated. */
interface SavedCutoff {
  score: number;
  calibrated: number;
  goal: string;
}

/**
 * What changing a scale does. `changed` and `unmapped` count labels.
 *
 * `positives`: relevant pairs before and after.
 */
interface ScaleChange {
  scale: ScaleJson;
  labels: MappedLabel[];
  changed: number;
  unmapped: number;
  positives: [number, number];
}

/** A scale as JSON; `names` only where labels have names. */
interface ScaleJson {
  kind: LabelKind;
  max: number;
  min: number;
  relevant_from: number | null;
  names?: string[];
}

/**
 * The values of labels: 0 or 1, a grade min..max, or a score 0..max, and which are relevant.
 *
 * `min` is 1 for grades without a 0, such as stars. `relevant_from` is the lowest relevant
 * label; None if every label above 0 is relevant. `names` has a name for each label from `min` to
 * `max` ("" for one without), or is empty.
 */
interface ScaleSent {
  kind: LabelKind;
  max?: number;
  min?: number;
  relevant_from?: number | null;
  names?: string[];
}

/** A run that can score pairs. */
interface ScoringRun {
  id: number;
  name: string;
  dataset: string;
}

/**
 * How many pairs a run has scored; `refused`: why it cannot, as a sentence.
 *
 * `notice`: what a scoring that runs waits for, or why it is not where the run's processes are.
 * Without a run: how many passages are embedded for the order by cosine.
 */
interface ScoringState {
  run: NamedRun | null;
  scored: number;
  wanted: number;
  running: boolean;
  refused: string | null;
  notice: string | null;
}

/** The first tokens of a text, and whether each is unknown to the base model. */
interface SeenText {
  text: string;
  tokens: [string, boolean][];
}

/** Ids of pairs. `more`: whether others pass the filters as well. */
interface SelectedIds {
  ids: number[];
  more: boolean;
}

/** Ids of the pairs of passages, in order, how many are new, and their split. */
interface SentPairs {
  pairs: number[];
  new: number;
  split: Split | null;
}

type Severity = "blocks" | "look" | "note";

/**
 * A ranker and how it ranks the candidates.
 *
 * `milliseconds`: scoring only, as measured; `loading`: seconds, 0 if warm; `max_length` in
 * tokens; `metrics`: over the labelled candidates; `scored`: candidates that were scored, the
 * scores of the others are estimates; `cascades`: whether fewer might be scored.
 */
interface Side {
  name: string;
  title: string;
  detail: string;
  measure: Measure;
  notice: string | null;
  trained: boolean;
  combined: boolean;
  milliseconds: number;
  loading: number;
  engine: string | null;
  max_length: number | null;
  cutoff: SavedCutoff | null;
  metrics: Record<string, number | null>;
  scored: number;
  cascades: boolean;
  rows: RankedResult[];
}

/** The user. */
interface SignedIn {
  name: string;
  role: Role;
}

type Split = "train" | "dev" | "test";

/** Pairs, queries and relevant pairs of a split; None where labels are hidden. */
interface SplitBalance {
  pairs: number;
  queries: number;
  positives: number | null;
}

/** The size of each split, and how many queries are in more than one. */
interface SplitReport {
  splits: Record<string, SplitSize>;
  on_two_sides: number;
}

/** Pairs and queries of a split; near-duplicates count as one query. */
interface SplitSize {
  pairs: number;
  queries: number;
}

/** The number of the run that was started. */
interface StartedRun {
  run: number;
}

/**
 * What storing a reading changed in a dataset; counts of pairs, and of labels.
 *
 * `new`: whether the dataset was made for it; `split_notes`: what to know of its splits.
 */
interface StoredReport {
  records: number;
  pairs: number;
  kept: number;
  duplicate: number;
  unlabelled: number;
  distinct: number;
  conflicts: number;
  positives: number;
  blank: number;
  bad_label: number;
  unreadable: number;
  rejects: Reject[];
  dataset: string;
  summary: string;
  added: number;
  new_labels: number;
  already_there: number;
  replaced: number;
  notes: string[];
  split_notes: string[];
  sources: string[];
  scale: ScaleJson;
  new: boolean;
  mojibake: MojibakeReport | null;
  unread: UnreadJson[];
  further: KeptColumn[];
}

/**
 * A pair as an annotator sees it; `label`, `cannot_tell` (0 or 1) and `note` are their own.
 *
 * `opinions`: where the dataset is not blind and the pair is not sealed. `drawn`: where pairs are
 * not handed out in turn, how this one was chosen; sent back with its label (see `annotate`).
 */
interface StreamPair {
  id: number;
  query: string;
  passage: string;
  source: string;
  line: number | null;
  label: number | null;
  cannot_tell: number | null;
  note: string | null;
  further: FurtherCell[];
  opinions?: Opinions;
  drawn?: string;
}

/**
 * What the page needs to know before the first pair.
 *
 * `order_run`: the run whose uncertain pairs come first, None for cosine; `has_unlabelled` and
 * `has_imported_labels`: whether such pairs are offered; `rules`: see `rules`.
 */
interface StreamSettings {
  user: string;
  scale: ScaleJson;
  guidelines: Guidelines;
  question: string;
  order: DatasetOrder;
  order_run: NamedRun | null;
  overlap: number;
  blind: boolean;
  has_unlabelled: boolean;
  has_imported_labels: boolean;
  rules: string;
  test_pairs: "sealed" | "offered";
  may: AnnotationRights;
}

/** An edit of a pair's text. The pair keeps its id. */
interface TextEdit {
  edit: number | null;
  pairs: number;
  pair_id: number;
}

/** What was undone. `newer` pairs have changed since and stay as they are. */
interface Undone {
  undone: string;
  newer: number;
}

/** The pair as the page shows it; None where nothing was undone or the pair is sealed. */
interface UndoneLabel {
  pair: StreamPair | null;
}

/** Passages that are not paired with a query; `paired`: how many are. */
interface Unjudged {
  paired: number;
  passages: FoundPassage[];
}

/** `Unread` as plain values. */
interface UnreadJson {
  column: string;
  holds: "texts" | "labels" | "scores" | "ranks";
  cells: number;
  example: string;
  asks: boolean;
}

/** An upload that is being read. */
interface UploadBeingRead {
  file: string;
  more: string[] | null;
  bytes: number;
  hub: boolean | null;
  said: Record<string, unknown> | null;
  corpus: string | null;
  queries: string | null;
  state: "reading";
  phase: string;
  records: number;
  total?: number;
}

/** An upload of which `through` pairs are stored, of `of`. */
interface UploadBeingStored {
  file: string;
  more: string[] | null;
  bytes: number;
  hub: boolean | null;
  said: Record<string, unknown> | null;
  corpus: string | null;
  queries: string | null;
  state: "storing";
  through: number;
  of: number;
  dataset: string;
}

/** An upload that was read. `not_stored`: why it could not be stored, as a sentence. */
interface UploadRead {
  file: string;
  more: string[] | null;
  bytes: number;
  hub: boolean | null;
  said: Record<string, unknown> | null;
  corpus: string | null;
  queries: string | null;
  plan: ReadingPlan;
  labels: [string, number][];
  preview: PreviewRow[];
  notes: string[];
  unread: UnreadJson[];
  further: KeptColumn[];
  sources: string[];
  asks?: "labels";
  scale?: ScaleJson;
  histogram?: HistogramRow[];
  found?: number[] | null;
  report?: ImportReport;
  mojibake?: MojibakeReport | null;
  state: "read";
  left_out?: LeftOutRow[];
  not_stored?: string | null;
}

/** An upload that cannot be read as it is. */
interface UploadRefused {
  file: string;
  more: string[] | null;
  bytes: number;
  hub: boolean | null;
  said: Record<string, unknown> | null;
  corpus: string | null;
  queries: string | null;
  state: "refused";
  refused: string;
  columns?: string[];
}

/** An upload whose pairs are in the dataset. */
interface UploadStored {
  file: string;
  more: string[] | null;
  bytes: number;
  hub: boolean | null;
  said: Record<string, unknown> | null;
  corpus: string | null;
  queries: string | null;
  records: number;
  pairs: number;
  kept: number;
  duplicate: number;
  unlabelled: number;
  distinct: number;
  conflicts: number;
  positives: number;
  blank: number;
  bad_label: number;
  unreadable: number;
  rejects: Reject[];
  dataset: string;
  summary: string;
  added: number;
  new_labels: number;
  already_there: number;
  replaced: number;
  notes: string[];
  split_notes: string[];
  sources: string[];
  scale: ScaleJson;
  new: boolean;
  mojibake: MojibakeReport | null;
  unread: UnreadJson[];
  further: KeptColumn[];
  state: "stored";
}

/** The token of an upload, by which it is known from then on. */
interface UploadToken {
  token: string;
}

/**
 * The run's ranker against `free`, the strongest ranker that needs no labels.
 *
 * `deploy`: it is significantly better than that and not worse than its origin; `sentence` and
 * `numbers`, in words.
 */
interface Verdict {
  difference: number;
  low: number;
  high: number;
  p: number;
  wins: number;
  losses: number;
  ties: number;
  free: "bm25" | "cosine";
  deploy: boolean;
  kind: "good" | "bad" | "unclear";
  sentence: string;
  numbers: string;
}

/** A label of a disputed pair; `model_score`: what a model gave it when it was labelled. */
interface Vote {
  annotator: string;
  label: number;
  note: string | null;
  at: number;
  model_score: number | null;
}

/** A ranker's score of one passage. `cut`: only its beginning was read. */
interface WordingScore {
  calibrated: number | null;
  below: boolean;
  score: number;
  logit: number | null;
  cut: boolean;
}

interface HeaderServer {
  overview(payload?: { dataset?: string | null; page?: string }): Promise<Overview>;
  people_now(): Promise<PeopleNow>;
  set_role(payload: { name: string; role: string }): Promise<void>;
  remove_user(payload: { name: string }): Promise<void>;
  set_password(payload: {
    name: string;
    password: string;
    present?: string | null;
    end_keys?: boolean;
  }): Promise<KeysLeft>;
  invite(payload: { role: string; places: number }): Promise<NewInvite>;
  withdraw(payload: { id: number }): Promise<void>;
  list_keys(payload?: { owner?: string | null }): Promise<ApiKey[]>;
  make_key(payload: { name: string }): Promise<NewKey>;
  end_key(payload: { id: number }): Promise<void>;
  end_keys(payload?: { owner?: string | null }): Promise<number>;
  demo_settings(): Promise<DemoSettings>;
  set_demo(payload: {
    title: string;
    text: string;
    dataset: string;
    run: string;
    queries: string[];
  }): Promise<void>;
}

interface DataServer {
  all_datasets(): Promise<Datasets>;
  delete_dataset(payload: { dataset: string }): Promise<DeletedDataset>;
  export(payload: { dataset: string; format: string; safe?: boolean }): Promise<Exported>;
  push_dataset(payload: {
    dataset: string;
    repo: string;
    token?: string | null;
    public?: boolean;
  }): Promise<Exported>;
  export_formats(): Promise<ExportFormat[]>;
  duplicate_dataset(payload: { dataset: string; name: string }): Promise<CopiedDataset>;
  load_sample(): Promise<StoredReport>;
  begin_upload(payload: { path: string; name: string }): Promise<UploadToken>;
  begin_hub(payload: { id: string }): Promise<UploadToken>;
  add_file(payload: { token: string; path: string; name: string }): Promise<void>;
  add_texts(payload: { token: string; role: string; path: string; name: string }): Promise<void>;
  read_upload(payload: { token: string; said: ReadingAnswers }): Promise<void>;
  upload_state(payload: {
    token: string;
  }): Promise<UploadBeingRead | UploadRead | UploadRefused | UploadBeingStored | UploadStored>;
  import_preview(payload: {
    token: string;
    dataset: string;
    into: ImportInto;
  }): Promise<RefusedImport | PossibleImport>;
  store_upload(payload: {
    token: string;
    dataset: string;
    confirmed?: string[] | null;
    into?: ImportInto | null;
    split?: Split | null;
    grade_names?: string[] | null;
    shown?: string[] | null;
  }): Promise<void>;
  end_upload(payload: { token: string }): Promise<void>;
  left_out(payload: { token: string; after: number }): Promise<LeftOutRow[]>;
  page_of_pairs(payload: {
    dataset: string;
    after?: number | null;
    before?: number | null;
    search?: string | null;
    split?: string | null;
    label?: string | null;
    annotator?: string | null;
    source?: string | null;
    finding?: string | null;
    size?: number;
    sort?: string;
    descending?: boolean;
    at?: (number | string)[] | null;
  }): Promise<PairPage>;
  ids_of_pairs(payload: {
    dataset: string;
    search?: string | null;
    split?: string | null;
    label?: string | null;
    annotator?: string | null;
    source?: string | null;
    finding?: string | null;
    limit?: number;
  }): Promise<SelectedIds>;
  set_label(payload: { dataset: string; ids: number[]; label: number | null }): Promise<Edit>;
  move_split(payload: { dataset: string; ids: number[]; split: string }): Promise<Edit>;
  delete_pairs(payload: { dataset: string; ids: number[] }): Promise<Edit>;
  edit_text(payload: {
    dataset: string;
    id: number;
    query?: string | null;
    passage?: string | null;
    labels?: "keep" | "remove";
    whole_query?: boolean;
  }): Promise<TextEdit>;
  undo(payload: { edit: number }): Promise<Undone>;
  quality_report(payload: { dataset: string; base?: string | null }): Promise<QualityState>;
  check_quality(payload: {
    dataset: string;
    base?: string | null;
    max_length?: number | null;
    meaning?: boolean;
  }): Promise<QualityState>;
  stop_check(payload: { dataset: string; base?: string | null }): Promise<void>;
  join_sides(payload: { dataset: string }): Promise<Edit>;
  split_receipt(payload: { dataset: string }): Promise<SplitReport>;
  filter_choices(payload: { dataset: string }): Promise<FilterChoices>;
  dataset_history(payload: { dataset: string; before?: number | null }): Promise<HistoryPage>;
  dataset_guidelines(payload: { dataset: string }): Promise<OwnGuidelines>;
  write_dataset_guidelines(payload: { dataset: string; text: string }): Promise<Guidelines>;
  preview_scale(payload: {
    dataset: string;
    scale: ScaleSent;
    mapping?: Record<string, number> | null;
  }): Promise<ScaleChange>;
  change_scale(payload: {
    dataset: string;
    scale: ScaleSent;
    mapping?: Record<string, number> | null;
  }): Promise<ChangedScale>;
  rename_dataset(payload: { dataset: string; name: string }): Promise<void>;
  describe_dataset(payload: { dataset: string; text: string }): Promise<void>;
  columns_beside(payload: { dataset: string }): Promise<FurtherColumn[]>;
  show_columns(payload: { dataset: string; columns: string[] }): Promise<string[]>;
  pair_details(payload: { pair: number }): Promise<PairDetails>;
  pair_history(payload: { pair: number }): Promise<PairEvent[]>;
  mark_gold(payload: { dataset: string; ids: number[]; gold_pair: boolean }): Promise<GoldMarks>;
  pair_comments(payload: { pair: number }): Promise<PairComment[]>;
  add_comment(payload: { pair: number; text: string }): Promise<PairComment[]>;
}

interface AnnotateServer {
  stream(payload: { dataset: string }): Promise<StreamSettings>;
  next_pairs(payload: {
    dataset: string;
    order: string;
    n: number;
    have: number[];
    imported?: boolean;
  }): Promise<NextPairs>;
  take(payload: { pair: number }): Promise<StreamPair | null>;
  release(payload: { dataset: string }): Promise<number>;
  annotate(payload: {
    pair: number;
    label: number | null;
    id: string;
    note?: string | null;
    seconds?: number | null;
    drawn?: string | null;
    guidelines?: number | null;
    cannot_tell?: boolean;
  }): Promise<OwnLabel>;
  undo(payload: { pair: number; id: string }): Promise<UndoneLabel>;
  last_labels(payload: { dataset: string }): Promise<LabelledPair[]>;
  candidates(payload: { pair: number }): Promise<QueryCandidates>;
  history(payload: { pair: number }): Promise<PairEvent[]>;
  progress(payload: {
    dataset: string;
    since: number;
    imported?: boolean;
  }): Promise<LabellingProgress>;
  agree(payload: { dataset: string }): Promise<Agreement>;
  pair_comments(payload: { pair: number }): Promise<PairComment[]>;
  add_comment(payload: { pair: number; text: string }): Promise<PairComment[]>;
  write_guidelines(payload: { dataset: string; text: string }): Promise<Guidelines>;
  guideline_versions(payload: { dataset: string }): Promise<GuidelineVersion[]>;
  offer_test_pairs(payload: { dataset: string; offer: boolean }): Promise<OfferedTestPairs>;
  stream_settings(payload: { dataset: string }): Promise<LabellingSettings>;
  set_stream(payload: {
    dataset: string;
    overlap?: number | null;
    order?: string | null;
    run?: number | null;
    blind?: boolean | null;
    adjudicators?: string[] | null;
    test_annotators?: string[] | null;
    annotators?: string[] | null;
  }): Promise<void>;
  score_pairs(payload: { dataset: string; run?: number | null }): Promise<ScoringState>;
  scoring(payload: { dataset: string; run?: number | null }): Promise<ScoringState>;
  disputed(payload: { dataset: string }): Promise<Disputed>;
  decide(payload: { pair: number; label: number | null; reason?: string | null }): Promise<void>;
  undecide(payload: { pair: number }): Promise<void>;
  agree_in_detail(payload: { dataset: string }): Promise<AgreementDetail>;
  people(payload: { dataset: string; midnight: number }): Promise<Activity>;
  labels_since(payload: {
    dataset: string;
    annotator: string;
    since: number;
  }): Promise<LabelsSince>;
  revert_labels(payload: {
    dataset: string;
    annotator: string;
    since: number;
  }): Promise<RevertedPairs>;
  restore_labels(payload: { edit: number }): Promise<RestoredPairs>;
  reverted_labels(payload: { dataset: string }): Promise<Reverted[]>;
  unjudged(payload: { dataset: string; query: string }): Promise<Unjudged>;
  add_pairs(payload: { dataset: string; query: string; passages: string[] }): Promise<AddedPairs>;
  remove_pairs(payload: { dataset: string; pairs: number[] }): Promise<Edit>;
}

interface PlaygroundServer {
  rankers(payload?: { dataset?: string | null }): Promise<Rankers>;
  compare(payload: {
    models: string[];
    query: string;
    source?: string | null;
    dataset?: string | null;
    k?: number | null;
    passages?: string | null;
    cascade?: boolean;
  }): Promise<Comparison>;
  embedding_state(payload: { dataset: string }): Promise<EmbeddingState>;
  embed_passages(payload: { dataset: string }): Promise<EmbeddingState>;
  queries(payload: { dataset: string }): Promise<LabelledQuery[]>;
  compare_queries(payload: { dataset: string; models: string[] }): Promise<QueryGains>;
  label_result(payload: {
    dataset: string;
    query: string;
    passage: string;
    label: number | null;
    client_id: string;
    score?: number | null;
  }): Promise<ResultLabel>;
  undo_result(payload: {
    dataset: string;
    query: string;
    pair_id: number;
    client_id: string;
  }): Promise<ResultLabel>;
  score_again(payload: {
    grades: (number | null)[];
    scores: number[][];
    scale?: ScaleSent | null;
  }): Promise<Record<string, number | null>[]>;
  send_to_annotate(payload: {
    dataset: string;
    query: string;
    passages: string[];
  }): Promise<SentPairs>;
  explain(payload: { model: string; query: string; passage: string }): Promise<Explanation>;
  score_wording(payload: {
    models: string[];
    query: string;
    passage: string;
  }): Promise<(WordingScore | null)[]>;
  find_cutoff(payload: { run: number | string; goal: string }): Promise<Cutoff>;
  save_cutoff(payload: { run: number | string; goal: string }): Promise<void>;
  delete_cutoff(payload: { run: number | string }): Promise<void>;
  onnx_state(payload: { run: number | string }): Promise<OnnxState>;
  make_onnx(payload: { run: number | string }): Promise<OnnxState>;
}

interface TrainServer {
  follow(payload?: {
    run?: number | string | null;
    drawn?: number | null;
    steps?: number | null;
    since?: number;
    panel?: number;
    extra?: string | null;
  }): Promise<FollowedRun | NoRun>;
  compared(payload: { run: number | string; number: 0 | 1 | 2 }): Promise<ComparedRun>;
  act(payload: {
    run: number | string;
    what: RunAction;
    agreed?: number | null;
    executor?: string | null;
    processes?: number | null;
    gpus?: number | null;
  }): Promise<Run>;
  run_price(payload: {
    run: number | string;
    what: "again" | "resume";
    executor?: string | null;
    processes?: number | null;
    gpus?: number | null;
  }): Promise<RunPrice | null>;
  resume_places(payload: { run: number | string }): Promise<OfferedPlace[]>;
  outcome(payload: { run: number | string }): Promise<RunOutcome>;
  push(payload: {
    run: number | string;
    repo: string;
    private?: boolean;
    token?: string | null;
  }): Promise<Pushed>;
  set_metric(payload: { dataset: string; metric?: string | null }): Promise<void>;
  rows(payload: {
    have: Record<string, string>;
    limit?: number;
    archived?: boolean;
  }): Promise<ChangedRows>;
  edit_run(payload: {
    run: number | string;
    name?: string | null;
    note?: string | null;
  }): Promise<Run>;
  archive_runs(payload: { runs: (number | string)[]; archived?: boolean }): Promise<number>;
  delete_runs(payload: { runs: (number | string)[] }): Promise<number>;
  compare_runs(payload: { runs: (number | string)[] }): Promise<RunComparison>;
}

interface FormServer {
  form_offers(): Promise<FormOffers>;
  fill_by_name(payload: {
    recipe: string;
    dataset?: string | null;
    base?: string;
    suggest?: boolean;
    budget?: "quick" | "quality" | "thorough";
  }): Promise<FilledForm>;
  fill_by_text(payload: { text: string; variant?: "printed" | "fit" }): Promise<FilledForm>;
  fill_by_run(payload: { run: number | string; how?: "continue" | "recipe" }): Promise<FilledForm>;
  plan_run(payload: {
    dataset?: string | null;
    name: string;
    base: string;
    values: Record<string, string>;
    executor?: string | null;
    processes?: number | null;
    gpus?: number | null;
    wait?: boolean;
  }): Promise<RunPlan>;
  start_run(payload: {
    dataset?: string | null;
    name: string;
    base: string;
    values: Record<string, string>;
    executor?: string | null;
    processes?: number | null;
    gpus?: number | null;
    agreed?: number | null;
  }): Promise<StartedRun>;
}
