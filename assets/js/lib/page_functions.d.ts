// Written by `python -m tests.support.page_types` from the Python page functions.

/** A key as its owner sees it; `start`: its first characters. Times in Unix seconds. */
interface ApiKey {
  id: number;
  name: string;
  start: string;
  created_at: number;
  used_at: number | null;
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

/** The list of datasets, what a new user has done so far, and what the user may do. */
interface Datasets {
  datasets: Dataset[];
  steps: FirstSteps;
  may_change: boolean;
  may_label: boolean;
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

/** An open invite for `places` more people, until `expires_at` (Unix seconds). */
interface Invite {
  id: number;
  role: "viewer" | "annotator" | "admin";
  places: number;
  created_by: string;
  expires_at: number;
}

/** How many API keys of the user are still valid. */
interface KeysLeft {
  keys: number;
}

/** A label that was given or imported `count` times; `to` is None where it has no place. */
interface MappedLabel {
  label: number;
  count: number;
  to: number | null;
}

/** An invite that was just created. Its token is shown once. */
interface NewInvite {
  token: string;
  role: "viewer" | "annotator" | "admin";
  places: number;
  expires_at: number;
}

/** A key that was just created. It is shown only once. */
interface NewKey {
  key: string;
  name: string;
}

/** A comment on a pair; `at` in Unix seconds. */
interface PairComment {
  id: number;
  author: string;
  text: string;
  at: number;
}

/** Everyone who may sign in, and the open invites. */
interface PeopleNow {
  people: Person[];
  invites: Invite[];
}

/** Someone who may sign in. `how`: password, Hugging Face or not yet; `keys`: API keys held. */
interface Person {
  name: string;
  role: "viewer" | "annotator" | "admin";
  how: string;
  since: number;
  keys: number;
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
  kind: "binary" | "graded" | "score";
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
  kind: "binary" | "graded" | "score";
  max?: number;
  min?: number;
  relevant_from?: number | null;
  names?: string[];
}

/** Ids of pairs. `more`: whether others pass the filters as well. */
interface SelectedIds {
  ids: number[];
  more: boolean;
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

interface PeopleFunctions {
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

interface DataFunctions {
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
  join_sides(payload: { dataset: string }): Promise<Edit>;
  split_receipt(payload: { dataset: string }): Promise<SplitReport>;
  filter_choices(payload: { dataset: string }): Promise<FilterChoices>;
  dataset_history(payload: { dataset: string; before?: number | null }): Promise<HistoryPage>;
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
  mark_gold(payload: { dataset: string; ids: number[]; gold_pair: boolean }): Promise<GoldMarks>;
  pair_comments(payload: { pair: number }): Promise<PairComment[]>;
  add_comment(payload: { pair: number; text: string }): Promise<PairComment[]>;
}
