"""README says what the code says."""

import re

from reranker_ui.settings import Settings
from tests.conftest import ROOT


def settings_table() -> str:
    """README's table of settings, made from the fields."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        names = list(alias.choices) if alias else [f"RERANKER_UI_{name.upper()}"]
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(
            f"| {' or '.join(f'`{one}`' for one in names)} | {default} | {field.description} |"
        )
    return "\n".join(rows)


def test_the_settings_are_those_of_the_code():
    text = (ROOT / "README.md").read_text()
    found = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", text, re.DOTALL)
    assert found and found[1] == settings_table(), settings_table()


def test_every_requirement_has_its_reason():
    text = (ROOT / "README.md").read_text()
    reasons = " ".join(re.findall(r"^\| ([\w\-, ]+) \| ", text, re.MULTILINE))
    names = re.findall(r"^([\w-]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert [name for name in names if name not in reasons] == []


def test_pictures_are_there():
    text = (ROOT / "README.md").read_text()
    missing = [p for p in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text) if not (ROOT / p).exists()]
    assert missing == []
