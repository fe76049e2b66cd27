"""What every test may use: the real data where it is there, a home, a tiny model."""

import gc
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support import IN_CI, ROOT

# Files of more than a minute, the longest first; `--durations` of a whole run shows them.
LONGEST = (
    "test_train_form", "test_runs", "test_worker", "test_published", "test_loop", "test_train",
    "test_processes", "test_shop", "test_annotate",
    "test_playground", "test_data", "test_hostile_fields", "test_accessibility",
    "test_below_a_path", "test_annotators", "test_flipped_bytes", "test_onnx_files", "test_scales",
    "test_engines", "test_ranking", "test_hidden_labels", "test_backups", "test_refusals",
)  # fmt: skip


def pytest_configure(config):
    line = "both_databases: a test with a home runs on SQLite and again on PostgreSQL"
    config.addinivalue_line("markers", line)
    # What the processor is fast at must not decide what is tested: bf16 is asked for by name.
    os.environ.setdefault("RERANKER_UI_PRECISION", "fp32")
    # The multilingual base takes seconds and 235 MB to build; all homes of the tests share one.
    shared = Path(tempfile.gettempdir()) / f"reranker-ui-bases-{os.getuid()}"
    os.environ.setdefault("RERANKER_UI_BASES", str(shared))
    # Each server would convert the models of its Playground, twenty seconds of a processor each:
    # those tests that are about fast engines ask for them.
    os.environ.setdefault("RERANKER_UI_ENGINE", "torch")
    # Tests run side by side: threads of torch that wait for each other would slow all of them.
    for name in ("RERANKER_UI_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def pytest_collection_modifyitems(items):
    """Two at a time begin with the longest files, so that neither is left with one at the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        places = {name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    """What a test leaves, libraries above all, is not looked through again by each collection:
    that takes a quarter of the processor's time."""
    result = yield
    gc.collect()
    gc.freeze()
    return result


def pytest_generate_tests(metafunc):
    marked = metafunc.definition.get_closest_marker("both_databases")
    if marked and "database" in metafunc.fixturenames:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real labelled sets, import cases and hostile files; absent on most machines."""
    folder = Path(os.environ.get("RERANKER_UI_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip(f"no test data at {folder}; set RERANKER_UI_TEST_DATA")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch, database) -> Path:
    """An empty home, in force through the environment for this test and its processes."""
    folder = tmp_path / "home"
    monkeypatch.setenv("RERANKER_UI_HOME", str(folder))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A PostgreSQL server for the session. In CI it must start; elsewhere a missing one skips."""
    from tests.support.postgres import INSTALL, binaries, start

    if binaries() is None and not IN_CI:
        pytest.skip(f"no PostgreSQL on this machine; install one with: {INSTALL}")
    cluster = start(tmp_path_factory.mktemp("postgres"))
    yield cluster
    cluster.stop()


@pytest.fixture
def database(request, monkeypatch) -> str:
    """Which database the home has: SQLite, and PostgreSQL too where `both_databases` says so."""
    kind = getattr(request, "param", "sqlite")
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
        monkeypatch.setenv("RERANKER_UI_DATABASE_URL", url)
    return kind


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory) -> Path:
    """A database file with the newest schema and nothing in it, migrated once for all tests."""
    from reranker_ui.services.store.workspace import open_workspace
    from reranker_ui.settings import Settings

    home = tmp_path_factory.mktemp("empty")
    open_workspace(Settings(home=home, database_url=None)).engine.dispose()
    (database,) = home.glob("*.db")
    return database


@pytest.fixture
def workspace(home, database, empty_database):
    """An open workspace over an empty home."""
    import shutil

    from reranker_ui.services.store.workspace import open_workspace

    if database == "sqlite":
        home.mkdir(mode=0o700, exist_ok=True)
        shutil.copy(empty_database, home)
    space = open_workspace()
    yield space
    space.engine.dispose()


@pytest.fixture
def nowhere(monkeypatch):
    """Runs are created and never started."""
    from reranker_ui.services.runs.execution import run_jobs
    from tests.support.labelled_dataset import Nowhere

    monkeypatch.setattr(run_jobs, "executor_of", lambda *_: Nowhere())


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A home of version 0.1 with run 1, which is finished, and run 2, which was lost."""
    from reranker_ui.services.store.workspace import open_workspace
    from tests.support.old_home import unpack

    monkeypatch.setenv("RERANKER_UI_HOME", str(unpack(tmp_path)))
    space = open_workspace()
    yield space
    space.engine.dispose()


@pytest.fixture
def tiny_base(monkeypatch, tiny_model, home):
    """The tiny model is the default base of the workspace opened after this."""
    monkeypatch.setenv("RERANKER_UI_DEFAULT_BASE", str(tiny_model))
    return tiny_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    """A two-layer BERT with random weights and a character vocabulary: trains in seconds."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,?!'-"
    words += [*letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    _make_encoder(folder)
    return folder


def _make_encoder(folder: Path) -> None:
    # So that its own cosine is compared with: the embedded encoders take seconds to load.
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    modules = [
        {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for at, (path, kind) in enumerate(kinds.items())
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))


@pytest.fixture(scope="session")
def command():
    """Run `python -m reranker_ui ...` in its own process: `(exit code, output, errors)`."""
    import subprocess

    def run(*arguments: str, timeout: float = 120, **environment: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "reranker_ui", *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return done.returncode, done.stdout, done.stderr

    return run
