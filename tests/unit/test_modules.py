"""The page's JavaScript modules: what they import, where they are served."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from reranker_ui.ui.component import MODULES
from reranker_ui.ui.server.modules import Modules, modules


@pytest.fixture
def folder(tmp_path):
    files = {
        "lib/dom.js": "export const h = 1;\n",
        "lib/menu.js": 'import {\n  h,\n} from "./dom.js";\nexport const menu = h;\n',
        "data/room.js": 'import { menu } from "../lib/menu.js";\nimport "./extra.js";\n',
        "data/extra.js": "// nothing imported: from './absent.js'\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_needed_follows_imports(folder):
    found = Modules(folder).needed("data/room.js")
    assert found == ["data/room.js", "lib/menu.js", "data/extra.js", "lib/dom.js"]


def test_version_changes_with_any_module(folder):
    before = Modules(folder).version
    assert Modules(folder).version == before
    (folder / "lib" / "dom.js").write_text("export const h = 2;\n")
    assert Modules(folder).version != before


def test_modules_are_served_for_good_under_their_version(folder):
    page = Modules(folder)
    client = TestClient(Starlette(routes=page.routes()))
    answer = client.get(f"/{page.address('lib/dom.js')}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.text == "export const h = 1;\n"


@pytest.mark.parametrize(
    "path",
    ["modules/000000000000/lib/dom.js", "modules/VERSION/lib/absent.js", "modules/VERSION/../a.js"],
)
def test_unknown_version_or_name_is_not_found(folder, path):
    page = Modules(folder)
    (folder.parent / "a.js").write_text("secret")
    client = TestClient(Starlette(routes=page.routes()))
    assert client.get("/" + path.replace("VERSION", page.version)).status_code == 404


def test_every_room_has_its_module_and_no_module_is_unused():
    used = set(modules().needed("lib/room.js", *MODULES.values()))
    assert used == set(modules().contents)
