"""README and guide say what the code says."""

import re

from reranker_ui.settings import Settings
from reranker_ui.settings_faults import variable_names
from reranker_ui.ui.server import guide
from tests.support import ROOT

GUIDE = ROOT / "assets" / "guide"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *GUIDE.glob("*.md")]


def settings_table() -> str:
    """The guide's table of settings, made from the fields."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        names = variable_names(name, field)
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(
            f"| {' or '.join(f'`{one}`' for one in names)} | {default} | {field.description} |"
        )
    return "\n".join(rows)


def test_the_settings_are_those_of_the_code():
    text = (GUIDE / "operations.md").read_text()
    found = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", text, re.DOTALL)
    assert found and found[1] == settings_table(), settings_table()


def test_every_requirement_has_its_reason():
    text = (GUIDE / "architecture.md").read_text()
    reasons = " ".join(re.findall(r"^\| ([\w\-, ]+) \| ", text, re.MULTILINE))
    names = re.findall(r"^([\w-]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert [name for name in names if name not in reasons] == []


def test_pictures_and_linked_files_are_there():
    for file in PAGES:
        targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", file.read_text())
        local = [target for target in targets if "://" not in target]
        missing = [target for target in local if not (file.parent / target).exists()]
        assert missing == [], file.name


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


def test_the_path_of_one_pair_names_functions_that_exist():
    text = (GUIDE / "architecture.md").read_text()
    path = text.split("## The path of one pair")[1].split("##")[0]
    names = re.findall(r"`([\w.]+)`", path)
    assert len(names) >= 10
    for name in names:
        module, _, function = name.rpartition(".")
        source = (ROOT / "reranker_ui" / f"{module.replace('.', '/')}.py").read_text()
        assert f"def {function}(" in source, name


def test_the_places_to_change_are_there():
    text = (GUIDE / "architecture.md").read_text()
    rows = re.findall(r"^\| .* \| `([\w./]+)` \| `(\w+)` \|$", text, re.MULTILINE)
    assert len(rows) >= 10
    for file, name in rows:
        assert re.search(rf"\b{name}\b", (ROOT / file).read_text()), (file, name)


def test_the_guide_is_a_page_for_each_file_and_its_links_lead_somewhere():
    pages = guide._titles()
    assert set(pages) == {path.stem for path in GUIDE.glob("*.md")}
    for name in pages:
        html = guide._html(name, "/sub")
        for target, _, anchor in re.findall(r'href="/sub/guide/?([\w-]*)(#([\w-]+))?"', html):
            assert not target or target in pages, (name, target)
            assert not anchor or f'id="{anchor}"' in guide._html(target or name, "/sub")
        assert "<script>alert" not in html and "<!--" not in html


def test_the_links_of_the_page_lead_to_pages_and_headings_of_the_guide():
    scripts = (ROOT / "assets" / "js").rglob("*.js")
    calls = [re.findall(r'guideLink\("([^"]+)"', script.read_text()) for script in scripts]
    targets = [target for found in calls for target in found]
    assert len(targets) >= 5
    for target in targets:
        page, _, heading = target.partition("#")
        assert page in guide._titles(), target
        assert not heading or f'id="{heading}"' in guide._html(page, ""), target
