"""The page's JavaScript modules: how they are joined, where they are served."""

import re
import shutil
import subprocess

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from reranker_ui.settings import ASSETS
from reranker_ui.ui.bundles import bundles, joined, order, second_of
from reranker_ui.ui.component import MODULES
from reranker_ui.ui.server.modules import TABS, WIDGET, Modules, modules
from reranker_ui.ui.stylesheets import FOLDER, IMPORT, INDEX, stylesheet

SOURCES = {
    "lib/dom.js": "/** A part. */\nexport function h() {\n  return 1;\n}\n",
    "lib/menu.js": 'import { h as part } from "./dom.js";\nexport const menu = part() + 1;\n',
    "data/widget.js": 'import { menu } from "../lib/menu.js";\nexport const data = menu + 1;\n',
    "train/widget.js": (
        'import { h } from "../lib/dom.js";\n/** @type {number} */ let n = h();\n// One more.\n'
        "n += 10;\nexport class Train {\n  static n = n;\n}\n"
        'export const more = async () => (await import("./more.js")).more;\n'
    ),
    "train/more.js": (
        'import { menu } from "../lib/menu.js";\nimport { Train } from "./widget.js";\n'
        "export const more = menu + Train.n;\n"
    ),
}
SPLIT = {"data": ["data/widget.js"], "train": ["train/widget.js"]}


@pytest.fixture
def folder(tmp_path):
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_module_comes_behind_what_it_imports():
    assert order(SOURCES, ["data/widget.js"]) == ["lib/dom.js", "lib/menu.js", "data/widget.js"]


def test_modules_that_import_each_other_are_refused():
    sources = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    with pytest.raises(ValueError, match="imports itself"):
        order(sources, ["a.js"])


@pytest.mark.parametrize(
    "line", ['import * as dom from "./dom.js";', "export default 1;", 'export { h } from "./d.js";']
)
def test_a_form_that_cannot_be_joined_is_refused(line):
    with pytest.raises(ValueError, match="cannot be joined"):
        joined("a.js", f"{line}\n", "")


def test_what_two_tabs_need_is_shared():
    text = bundles(SOURCES, SPLIT, {})
    assert list(text) == ["shared", "data", "train", "train_later"]
    assert 'modules["lib/dom.js"]' in text["shared"] and "A part" not in text["shared"]
    assert 'modules["lib/menu.js"] ??= ' in text["data"]


def test_what_a_tab_imports_when_it_needs_it_is_in_its_second_file():
    text = bundles(SOURCES, SPLIT, {})
    assert 'modules["train/more.js"] ??= ' in text["train_later"]
    assert "train/more.js" not in text["shared"] + text["data"]
    dom = 'export const h = async () => await import("./key.js");\n'
    text = bundles(SOURCES | {"lib/dom.js": dom, "lib/key.js": "export const k = 1;\n"}, SPLIT, {})
    assert list(text) == ["shared", "shared_later", "data", "train", "train_later"]
    assert 'modules["lib/key.js"] ??= ' in text["shared_later"]


def test_a_tab_brings_its_stylesheet():
    text = bundles(SOURCES, SPLIT, {"data": '.a::before { content: "</style>"; }'})
    assert [name for name, code in text.items() if "createElement" in code] == ["data"]
    assert r'{"textContent": ".a::before { content: \"</style>\"; }"}' in text["data"]


@pytest.mark.skipif(not shutil.which("node"), reason="no Node.js on this machine")
def test_joined_modules_do_what_the_modules_do(tmp_path):
    for name, text in bundles(SOURCES, SPLIT, {}).items():
        (tmp_path / f"{name}.js").write_text(text)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    script = (
        'import "./data.js";\nimport { modules } from "./train.js";\n'
        'const {Train, more} = modules["train/widget.js"];\n'
        'console.log(modules["data/widget.js"].data, Train.n, await more());\n'
    )
    (tmp_path / "main.js").write_text(script)
    answer = subprocess.run(["node", "main.js"], cwd=tmp_path, capture_output=True, text=True)
    assert answer.stdout == "3 11 13\n", answer.stderr


def test_version_changes_with_any_module(folder):
    before = Modules(folder, SPLIT, {}).version
    assert Modules(folder, SPLIT, {}).version == before
    (folder / "lib" / "dom.js").write_text("export function h() {\n  return 2;\n}\n")
    assert Modules(folder, SPLIT, {}).version != before


@pytest.mark.parametrize("coding", ["br", "identity"])
def test_bundles_are_served_for_good_under_their_version(folder, coding):
    page = Modules(folder, SPLIT, {})
    client = TestClient(Starlette(routes=page.routes()))
    answer = client.get(f"/{page.address('data')}", headers={"accept-encoding": coding})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers.get("content-encoding", "identity") == coding
    assert answer.content == page.contents["data.js"]  # unpacked by the client


@pytest.mark.parametrize(
    "path",
    ["modules/000000000000/data.js", "modules/VERSION/absent.js", "modules/VERSION/../a.js"],
)
def test_unknown_version_or_name_is_not_found(folder, path):
    page = Modules(folder, SPLIT, {})
    (folder.parent / "a.js").write_text("secret")
    client = TestClient(Starlette(routes=page.routes()))
    assert client.get("/" + path.replace("VERSION", page.version)).status_code == 404


def test_every_widget_is_in_a_tab_and_no_module_is_unused():
    entries = [entry for tab in TABS.values() for entry in tab]
    assert {WIDGET, *MODULES.values()} == set(entries)
    joined_modules = "".join(content.decode() for content in modules().contents.values())
    names = [path.relative_to(ASSETS / "js").as_posix() for path in (ASSETS / "js").rglob("*.js")]
    assert [name for name in names if f'modules["{name}"] ??= ' not in joined_modules] == []


@pytest.mark.parametrize("folder", [FOLDER, *(FOLDER / tab for tab in TABS)])
def test_an_index_imports_every_stylesheet_of_its_folder_once(folder):
    names = {path.name for path in folder.glob("*.css")} - {INDEX, "tokens.css"}
    assert sorted(IMPORT.findall((folder / INDEX).read_text())) == sorted(names)


@pytest.mark.parametrize("tab", TABS)
def test_the_stylesheet_of_a_tab_is_for_that_tab_alone(tab):
    """What another tab draws too is styled by the page's own stylesheets, which come first."""
    drawn = {other: classes_in("shared", other) for other in TABS if other != tab}
    rules = re.sub(r"/\*.*?\*/", "", stylesheet(FOLDER / tab), flags=re.DOTALL)
    for selector in re.findall(r"[^{};,]+(?=[^{};]*\{)", rules):
        classes = set(re.findall(r"\.(rr-[\w-]+)", selector))
        others = [other for other, names in drawn.items() if classes and classes <= names]
        assert others == [] or "#rr-" in selector, f"{selector.strip()} is drawn in {others} too"


def classes_in(*names):
    """The words of bundles, and of what they import later, that may name classes."""
    contents = modules().contents
    files = [f"{one}.js" for name in names for one in (name, second_of(name))]
    return set(re.findall(r"rr-[\w-]+", b"".join(contents.get(f, b"") for f in files).decode()))
