"""Flip bytes in every file of a home and of a backup: no traceback, nothing else is lost."""

import json
import os
import random
import shutil
import traceback
from pathlib import Path

import pytest

from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating import labelling_progress, queue, settings
from reranker_ui.services.annotating.recent_labels import last_labels
from reranker_ui.services.datasets import history, pages, quality
from reranker_ui.services.imports import read_state, uploads
from reranker_ui.services.labels import datasets, guidelines
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.operating import backup, health, overview
from reranker_ui.services.operating.restore import restore
from reranker_ui.services.people import accounts
from reranker_ui.services.ranking import cutoffs, ranker_choices, rankers
from reranker_ui.services.ranking.compare import rank
from reranker_ui.services.ranking.retrieval import words
from reranker_ui.services.runs import outcomes, push
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.settings import Settings
from tests.support.old_home import unpack

pytestmark = pytest.mark.timeout(900)  # 500 cases, on a machine that may be busy
SEED = int(os.environ.get("RERANKER_UI_TEST_SEED", "0"))  # another one flips other bytes
CASES = {"database": 110, "runs": 220, "model": 20, "cache": 40, "uploads": 50, "backup": 60}
# What is dear to ask and reads the database alone.
DEAR = {"datasets", "progress", "labelled", "search", "rows", "found", "history"}
ADA, LIN = User("Ada", "admin"), User("Lin", "annotator")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound home with an upload, indexes and a backup; the folder around it."""
    folder = tmp_path_factory.mktemp("sound")
    home = unpack(folder)
    workspace = opened(home)
    file = folder / "few.csv"
    file.write_text("query,passage,label\na,b,1\na,c,0\nd,e,1\nd,e,0\nf,,1\n")
    (folder / "claimed.csv").write_bytes(file.read_bytes())
    token = uploads.begin_upload(workspace, ADA, folder / "claimed.csv", "few.csv")["token"]
    read_state.wait_for_reading(workspace, ADA, token)
    words.search(workspace, ADA, "towns", "town", 3)
    pages.page_of_pairs(workspace, ADA, "rivers", search="hills")
    backup.back_up(workspace, ADA, backup.copies_of(workspace, str(folder / "place")))
    workspace.engine.dispose()
    return folder


def opened(home):
    return open_workspace(Settings(home=home, database_url=None, default_base="embedded"))


def acts(workspace):
    """What the page and the command line ask of a home, each as (name, act)."""

    def of(act, *more, **named):
        return lambda: act(workspace, *more, **named)

    found = {
        "overview": of(overview.overview, ADA, "rivers"),
        "health": of(health.health, ADA),
        "datasets": of(datasets.list_datasets, ADA),
        "people": of(accounts.list_users, ADA),
        "labels": of(last_labels, LIN, "rivers"),
        "guidelines": of(guidelines.guideline_versions, ADA, "rivers"),
        "stream": of(guidelines.stream_of, LIN, "rivers"),
        "next": of(queue.next_pairs, LIN, "rivers"),
        "settings": of(settings.stream_settings, ADA, "rivers"),
        "progress": of(labelling_progress.progress, LIN, "rivers", 0.0),
        "history": of(history.history, ADA, "rivers"),
        "rows": of(pages.page_of_pairs, ADA, "towns"),
        "search": of(pages.page_of_pairs, ADA, "rivers", search="hills"),
        "found": of(words.search, ADA, "towns", "town", 3),
        "quality": of(quality.quality, ADA, "rivers"),
        "rankers": of(ranker_choices.choices, ADA),
        "labelled": lambda: [len(labelled_pairs(workspace, ADA, "rivers"))],
    }
    for number in (1, 2):
        found |= {
            f"run {number}": of(lifecycle.find_run, ADA, number),
            f"events of run {number}": of(lifecycle.follow, ADA, number),
            f"outcome of run {number}": of(outcomes.outcome, ADA, number),
            f"push of run {number}": of(push.state, ADA, number),
            f"cut-off of run {number}": of(cutoffs.load_cutoff, ADA, str(number)),
        }
    for folder in (workspace.home / "uploads").iterdir():
        if folder.is_dir():
            found["upload"] = of(uploads.upload_state, ADA, folder.name)
    return found


def answers(home, only=None, but=()):
    """The answer of each act as JSON, or the sentence of its refusal."""
    try:
        workspace = opened(home)
    except Refused as refused:
        return {"open": f"refused: {refused}"}
    results = {}
    for name, act in acts(workspace).items():
        if name not in but and (only is None or name in only):
            try:
                results[name] = json.dumps(act(), allow_nan=False, default=str, sort_keys=True)
            except Refused as refused:
                results[name] = f"refused: {refused}"
            except Exception as error:
                at = traceback.extract_tb(error.__traceback__)[-1]
                results[name] = f"traceback: {error!r} in {at.filename}:{at.lineno}"
    workspace.engine.dispose()
    return results


def faults(results):
    """The answers that are tracebacks."""
    return [
        f"{name}: {answer}" for name, answer in results.items() if answer.startswith("traceback")
    ]


def flipped(data, chance):
    """`data` with one to three bytes changed; an empty file gets some."""
    if not data:
        return chance.randbytes(20)
    garbled = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        garbled[chance.randrange(len(garbled))] ^= chance.randrange(1, 256)
    return bytes(garbled)


def files_of(home, part):
    """The files of one part of the home, in a fixed order."""
    found = sorted(path for path in home.rglob("*") if path.is_file())
    inside = {path: path.relative_to(home).parts for path in found}
    kinds = {
        "database": lambda parts: parts[0].startswith("reranker-ui.db"),
        "model": lambda parts: parts[:3] == ("runs", "00001", "model"),
        "runs": lambda parts: parts[0] == "runs",
        "cache": lambda parts: parts[0] == "cache",
        "uploads": lambda parts: parts[0] == "uploads",
    }
    return [path for path in found if kinds[part](inside[path])]


@pytest.fixture
def home(sound, tmp_path):
    """A copy of the sound home, to be damaged."""
    shutil.copytree(sound / "home", tmp_path / "home")
    return tmp_path / "home"


def each_case(files, cases):
    """So many cases over the files in turn; each file is sound again afterwards."""
    sound = {file: file.read_bytes() for file in files}
    for number in range(cases):
        for lost in (file for file in files if not file.exists()):  # a job clears its own folder
            lost.parent.mkdir(exist_ok=True)
            lost.write_bytes(sound[lost])
        file = files[number % len(files)]
        chance = random.Random(1_000 * SEED + number)
        data = sound[file]
        then = file.stat().st_mtime
        file.write_bytes(flipped(data, chance))
        os.utime(file, (then, then - 1))
        yield f"case {number}: {file.name}", file
        file.write_bytes(data)
        os.utime(file, (then, then))  # a lock that is new looks like a worker that starts
        for journal in file.parent.glob(f"{file.name}-*"):
            journal.unlink()


# They hold the time now, milliseconds or bytes free.
VOLATILE = {"health", "overview", "events of run 1", "events of run 2"}


@pytest.mark.parametrize("part", ["runs", "uploads"])
def test_no_flip_in_a_file_beside_the_database_harms_another(home, part):
    whole, wrong = answers(home, but=DEAR), []
    assert not [name for name, answer in whole.items() if not answer.startswith(("{", "[", "n"))]
    for case, file in each_case(files_of(home, part), CASES[part]):
        about = ("upload",)
        if part == "runs":
            # Rankers and settings list the runs that have a model.
            about = (f"run {int(file.relative_to(home).parts[1])}", "rankers", "settings")
        now = answers(home, but=DEAR)
        others = {name for name in whole if not name.endswith(about)} - VOLATILE
        wrong += [f"{case}: {fault}" for fault in faults(now)]
        wrong += [f"{case} changed {name}" for name in others if now.get(name) != whole[name]]
    assert wrong == []


def test_no_flip_in_a_cache_harms_anything(home):
    whole, wrong = answers(home), []
    first = {"search", "found", "rows", "quality", "labelled"}
    for case, file in each_case(files_of(home, "cache"), CASES["cache"]):
        words._OPEN.clear()  # else the index stays in memory
        now = answers(home, first)
        # A flip within the numbers of an index only changes its scores.
        same = first - {"found"} if file.suffix == ".npy" else first
        wrong += [f"{case}: {name} {now[name]}" for name in same if now[name] != whole[name]]
        wrong += faults(now)
    assert wrong == []


def test_a_flip_in_the_database_is_at_most_a_sentence(home):
    runs, wrong = sorted(path.name for path in (home / "runs").iterdir()), []
    for case, _ in each_case(files_of(home, "database"), CASES["database"]):
        wrong += [f"{case}: {fault}" for fault in faults(answers(home))]
    assert wrong == []
    assert sorted(path.name for path in (home / "runs").iterdir()) == runs


def test_a_flip_in_a_model_is_at_most_a_sentence(home):
    workspace = opened(home)
    for case, _ in each_case(files_of(home, "model"), CASES["model"]):
        rankers.MODELS.clear()
        try:
            rows = rank(workspace, ADA, "1", "where does river 1 rise?", ["in the hills", "no"])
            assert len(rows) == 2, case
        except Refused as refused:
            assert "run 1" in str(refused), case
    workspace.engine.dispose()


def test_a_flip_in_a_backup_loses_that_part_only(sound, tmp_path):
    place = tmp_path / "place"
    shutil.copytree(sound / "place", place)
    files = sorted(place.iterdir())
    home = tmp_path / "home"
    opened(fresh := tmp_path / "fresh").engine.dispose()
    for case, file in each_case(files, CASES["backup"]):
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(fresh, home)
        workspace = opened(home)
        try:
            manifest = restore(workspace, ADA, backup.copies_of(workspace, str(place)))
        except Refused:
            assert file.name.startswith("db-"), case
            assert snapshot_is_absent(workspace), case
            continue
        finally:
            workspace.engine.dispose()
        left_out = set(manifest["left_out"])
        if file.name.startswith("run-"):
            assert left_out == {"1", "2"} & {str(int(file.name[4:9]))}, case
        else:  # the list of parts, where the hash of one may be garbled
            assert len(left_out) <= 1, case
        assert set(manifest["restored"]) == {"1", "2"} - left_out, case


def snapshot_is_absent(workspace):
    return not list(workspace.runs.iterdir()) and not datasets.list_datasets(workspace, ADA)


def test_json_state_that_is_garbled_counts_as_missing(tmp_path):
    for text in (b"", b"{", b"[1]", b"nul", b'{"a": 1}}', b"\xff\xfe", b"[" * 100_000):
        (tmp_path / "state.json").write_bytes(text)
        assert read_object(Path(tmp_path / "state.json")) is None
