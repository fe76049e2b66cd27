"""The structure of the code, the front matter and the schema stay as they are meant to be."""

import ast
import re
import subprocess
import sys
from collections import defaultdict

import yaml

from tests.support import ROOT

PACKAGE = ROOT / "reranker_ui"
MOST_MODULES = 16  # in a folder
MOST_FORMATS = 26


def test_import_contracts_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; lint_imports()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_no_folder_is_a_flat_wall():
    sizes = defaultdict(int)
    for file in PACKAGE.rglob("*.py"):
        sizes[file.parent.relative_to(PACKAGE).as_posix()] += file.name != "__init__.py"
    full = {
        folder: size
        for folder, size in sizes.items()
        if size > (MOST_FORMATS if folder == "core/formats" else MOST_MODULES)
    }
    assert full == {}


def test_names_of_modules_differ_by_more_than_an_ending():
    for layer in ("core", "services", "ui"):
        stems = defaultdict(list)
        for file in (PACKAGE / layer).rglob("*.py"):
            if "migrations" not in file.parts and file.name != "__init__.py":
                stems[re.sub(r"(ings|ing|ers|er|ed|es|s)$", "", file.stem)].append(file.stem)
        assert {stem: names for stem, names in stems.items() if len(names) > 1} == {}, layer


def test_readme_front_matter_is_that_of_spaces_yaml():
    front = yaml.safe_load((ROOT / "README.md").read_text().split("---")[1])
    spaces = yaml.safe_load((ROOT / "spaces.yaml").read_text())
    assert front == spaces["readme"]


def test_spaces_gradio_is_the_pinned_one():
    spaces = yaml.safe_load((ROOT / "spaces.yaml").read_text())
    assert f"gradio=={spaces['readme']['sdk_version']}" in (ROOT / "requirements.txt").read_text()


def test_torch_is_not_imported_before_it_is_needed():
    code = (
        "import sys, reranker_ui.ui.layout, reranker_ui.__main__;"
        "print([name for name in ('torch', 'sentence_transformers', 'transformers', 'datasets')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_migrations_give_the_tables_as_declared(tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from reranker_ui.services.store import migrations
    from reranker_ui.services.store.database import metadata
    from reranker_ui.services.store.engine import open_engine

    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_benchmarks_import_what_is_there():
    for file in (ROOT / "tests" / "benchmark").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
                path = ROOT.joinpath(*(node.module or "").split("."))
                source = path if path.is_dir() else path.with_suffix(".py")
                for name in node.names:
                    assert _has(source, name.name), f"{file.name}: {node.module}.{name.name}"


def _has(source, name):
    """Whether a module names this, or a folder has it as a module."""
    if source.is_dir():
        return (source / f"{name}.py").exists() or name in (source / "__init__.py").read_text()
    return re.search(rf"\b{name}\b", source.read_text()) is not None
