// Written by `python -m tests.support.page_types` from the Python page functions.

/** What each annotator has done. `days`: when each of the last DAYS days began. */
interface Activity {
  days: number[];
  annotators: AnnotatorActivity[];
  at: number;
}

/** Ids of new pairs and their split; `known`: how many were pairs already. */
interface AddedPairs {
  pairs: number[];
  known: number;
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

/** Counts of pairs by label and split, of queries by split, and of pairs per query. */
interface Balance {
  labels: [number, number][];
  disputed: number | null;
  unlabelled: number | null;
  per_query: [string, number][];
  median_per_query: number;
  splits: Record<string, SplitBalance>;
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

/** What a check does now, and which part of it is done, 0 to 1. */
interface CheckProgress {
  phase?: string;
  part?: number;
}

/** How many distinct texts were compared with each other. */
interface Compared {
  queries: number;
  passages: number;
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

/** An edit: its number for `undo`, None where nothing changed, and how many pairs it changed. */
interface Edit {
  edit: number | null;
  pairs: number;
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

/** Labels and runs, counted over all datasets. */
interface FirstSteps {
  labels: number;
  runs: number;
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

/**
 * How far the user is in a dataset.
 *
 * `total`: pairs that may be offered; `waiting`: of those, for this user; `skipped`: own skips of
 * pairs that still need labels; `done`: the rest; `sealed`: test pairs; `disputed`: as far as the
 * user may know; `rules`: a mark that changes with the owner's settings, as in `stream_of`.
 */
interface LabellingProgress {
  mine: number;
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
  gone: number[];
}

/** Whether test pairs are offered to the user. */
interface OfferedTestPairs {
  test_pairs: "sealed" | "offered";
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

/** What an import would change; `summary` as it will report it. */
interface PossibleImport {
  there: number | null;
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

/** A passage of a query with the user's own label. `mine`: whether they labelled or skipped. */
interface QueryCandidate {
  id: number;
  passage: string;
  label: number | null;
  cannot_tell: number | null;
  mine: boolean;
}

/** Passages of a query near a pair, and how many there are and are labelled in all. */
interface QueryCandidates {
  candidates: QueryCandidate[];
  total: number;
  labelled: number;
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

/** An import that is refused. `scale`: of the dataset, where the labels do not fit it. */
interface RefusedImport {
  there: number | null;
  human_labels: number;
  refused: string;
  scale: ScaleJson | null;
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

/** How many pairs were reverted, and the number of the edit for `give_back`. */
interface RevertedPairs {
  edit: number;
  pairs: number;
}

type Role = "viewer" | "annotator" | "admin";

/** A run's score of a pair, 0 to 1. */
interface RunScore {
  run: string;
  score: number;
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

/** How many pairs a run has scored; `refused`: why it cannot, as a sentence. */
interface ScoringState {
  run: NamedRun | null;
  scored: number;
  wanted: number;
  running: boolean;
  refused: string | null;
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

type Severity = "blocks" | "look" | "note";

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
 * `told`: where the dataset is not blind and the pair is not sealed. `drawn`: where pairs are not
 * handed out in turn, how this one was chosen; sent back with its label (see `annotate`).
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
  told?: Opinions;
  drawn?: string;
}

/**
 * What the page needs to know before the first pair.
 *
 * `order_run`: the run whose uncertain pairs come first; `came_unlabelled` and `came_labelled`:
 * whether such pairs are offered; `rules`: see `rules`.
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
  came_unlabelled: boolean;
  came_labelled: boolean;
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

/** What was undone. `newer` pairs were changed again since and stay as they are. */
interface Undone {
  undone: string;
  newer: number;
}

/** The pair as the page shows it; None where nothing was undone or the pair is sealed. */
interface UndoneLabel {
  pair: StreamPair | null;
}

/** Passages that are not paired with a query; `known`: how many are. */
interface Unjudged {
  known: number;
  passages: FoundPassage[];
}

/** `Unread` as plain values. */
interface UnreadJson {
  column: string;
  holds: "texts" | "labels" | "scores";
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

/** A label of a disputed pair; `model_score`: what a model gave it when it was labelled. */
interface Vote {
  annotator: string;
  label: number;
  note: string | null;
  at: number;
  model_score: number | null;
}

interface PeopleServer {
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
    most?: number;
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
  }): Promise<QualityState>;
  stop_check(payload: { dataset: string; base?: string | null }): Promise<void>;
  join_sides(payload: { dataset: string }): Promise<Edit>;
  split_receipt(payload: { dataset: string }): Promise<SplitReport>;
  filter_choices(payload: { dataset: string }): Promise<FilterChoices>;
  dataset_history(payload: { dataset: string; before?: number | null }): Promise<HistoryPage>;
  dataset_guidelines(payload: { dataset: string }): Promise<OwnGuidelines>;
  write_dataset_guidelines(payload: { dataset: string; text: string }): Promise<Guidelines>;
  look_at_scale(payload: {
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
  take_back(payload: { dataset: string; annotator: string; since: number }): Promise<RevertedPairs>;
  give_back(payload: { edit: number }): Promise<RestoredPairs>;
  takings(payload: { dataset: string }): Promise<Reverted[]>;
  unjudged(payload: { dataset: string; query: string }): Promise<Unjudged>;
  add_pairs(payload: { dataset: string; query: string; passages: string[] }): Promise<AddedPairs>;
  remove_pairs(payload: { dataset: string; pairs: number[] }): Promise<Edit>;
}
