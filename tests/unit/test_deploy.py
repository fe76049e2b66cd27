"""Deploying a Space: the manifest, the plan and its cost, and every call to the Hub."""

import io
import sys
from types import SimpleNamespace

import pytest
import yaml
from huggingface_hub.errors import BucketNotFoundError

from reranker_ui.__main__ import main
from reranker_ui.core.values.refused import Refused
from reranker_ui.deploy.manifest import FIRST_LINE, ZERO_GPU, read_manifest, with_front_matter
from reranker_ui.deploy.steps import plan, wanted_files
from tests.support import ROOT

CANARY = "hf_CanaryCanaryCanaryCanary1234"


class Hub:
    """A Hub in memory that records every change."""

    def __init__(self):
        self.space, self.buckets, self.files, self.calls = None, {}, {}, []

    def whoami(self):
        return {"name": "ada"}

    def repo_exists(self, _name, repo_type):
        return self.space is not None

    def bucket_info(self, name):
        if name not in self.buckets:
            raise BucketNotFoundError("none", response=SimpleNamespace(headers={}, request=None))
        return SimpleNamespace(private=True)

    def create_bucket(self, name, **more):
        self.calls.append(("create_bucket", name, more))
        self.buckets[name] = more

    def list_spaces_hardware(self):
        return [SimpleNamespace(name="t4-small", unit_cost_usd=0.4 / 60, unit_label="minute")]

    def create_repo(self, name, **more):
        self.calls.append(("create_repo", name, more))
        self.space = {
            "private": more["visibility"] == "private",
            "hardware": more["space_hardware"],
            "sleep": more["space_sleep_time"],
            "secrets": {one["key"]: one["value"] for one in more["space_secrets"]},
            "variables": {one["key"]: one["value"] for one in more["space_variables"]},
            "volumes": more["space_volumes"],
        }

    def repo_info(self, _name, repo_type):
        return SimpleNamespace(private=self.space["private"])

    def get_space_secrets(self, _name):
        return self.space["secrets"]

    def get_space_variables(self, _name):
        variables = self.space["variables"]
        return {name: SimpleNamespace(value=value) for name, value in variables.items()}

    def get_space_runtime(self, _name):
        return SimpleNamespace(
            hardware=self.space["hardware"], requested_hardware=None,
            sleep_time=self.space["sleep"], volumes=self.space["volumes"],
        )  # fmt: skip

    def list_repo_tree(self, _name, recursive, repo_type):
        return [
            SimpleNamespace(path=name, blob_id=blob, lfs=None) for name, blob in self.files.items()
        ]

    def create_commit(self, _name, operations, **_more):
        import hashlib

        self.calls.append(("create_commit", sorted(one.path_in_repo for one in operations)))
        for one in operations:
            if not hasattr(one, "path_or_fileobj"):
                del self.files[one.path_in_repo]
                continue
            data = one.path_or_fileobj
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            self.files[one.path_in_repo] = blob

    def __getattr__(self, name):
        keys = {"add_space_variable": "variables", "add_space_secret": "secrets"}

        def call(_space, *arguments, **more):
            self.calls.append((name, *arguments))
            if name in keys:
                self.space[keys[name]][arguments[0]] = arguments[1]
            elif name == "request_space_hardware":
                self.space["hardware"] = arguments[0]
            elif name == "update_repo_settings":
                self.space["private"] = more["visibility"] == "private"
            elif name == "set_space_volumes":
                self.space["volumes"] = arguments[0]
            elif name == "set_space_sleep_time":
                self.space["sleep"] = arguments[0]
            else:
                raise AttributeError(name)

        return call


@pytest.fixture
def checkout(tmp_path):
    """A small checkout with a manifest; returns what changes it."""
    manifest = yaml.safe_load((ROOT / "spaces.yaml").read_text())
    manifest["secrets"] = ["BACKUP_TOKEN"]
    (tmp_path / "app.py").write_text("print()\n")
    (tmp_path / "README.md").write_text("---\ntitle: old\n---\n\n# It\n")
    (tmp_path / "reranker_ui").mkdir()
    (tmp_path / "reranker_ui" / "a.py").write_text("a = 1\n")
    (tmp_path / ".env").write_text(f"BACKUP_TOKEN={CANARY}\n")
    (tmp_path / "my.db").write_text("people's work")
    file = tmp_path / "spaces.yaml"

    def write(**changes):
        for place, value in changes.items():
            part, name = place.split("__") if "__" in place else (None, place)
            (manifest[part] if part else manifest)[name] = value
        file.write_text(yaml.safe_dump(manifest))
        return file

    write()
    return write


def done(hub, file, **more):
    planned = plan(hub, read_manifest(file), file.parent, {"BACKUP_TOKEN": CANARY}, **more)
    for step in planned.steps:
        step.act()
    return planned


def test_a_space_is_made_and_then_nothing_is_left_to_do(checkout):
    hub, file = Hub(), checkout()
    first = done(hub, file)
    assert first.space == "ada/reranker-ui" and first.dollars_an_hour == 0
    assert [call[0] for call in hub.calls] == ["create_bucket", "create_repo", "create_commit"]
    assert hub.calls[0] == ("create_bucket", "ada/reranker-ui-data",
                            {"private": True, "exist_ok": True})  # fmt: skip
    made = hub.calls[1][2]
    assert (made["visibility"], made["space_hardware"]) == ("private", "cpu-basic")
    assert [(one.source, one.mount_path) for one in made["space_volumes"]] == [
        ("ada/reranker-ui-data", "/data")
    ]
    sent = hub.calls[2][1]
    assert sent == ["README.md", "app.py", "reranker_ui/a.py", "spaces.yaml"]
    hub.calls.clear()
    assert done(hub, file).steps == [] and hub.calls == []


def test_each_difference_is_one_step(checkout):
    hub = Hub()
    file = checkout()
    done(hub, file)
    hub.calls.clear()
    variables = {"RERANKER_UI_BACKUP": "/data/backups", "RERANKER_UI_NEWCOMERS": "viewer",
                 "RERANKER_UI_LOG_FORMAT": "json"}  # fmt: skip
    checkout(space__hardware="t4-small", space__sleep_seconds=3600, variables=variables,
             space__visibility="public", secrets=["BACKUP_TOKEN", "OTHER_TOKEN"])  # fmt: skip
    (file.parent / "reranker_ui" / "a.py").unlink()
    planned = plan(hub, read_manifest(file), file.parent, {"OTHER_TOKEN": CANARY})
    assert planned.dollars_an_hour == pytest.approx(0.4)
    words = [step.words for step in planned.steps]
    assert words[:-1] == [
        "Make the Space public", "Set RERANKER_UI_NEWCOMERS to viewer", "Ask for t4-small",
        "Sleep after 3600 s without visitors", "Send the secret OTHER_TOKEN",
    ]  # fmt: skip
    assert CANARY not in str(words) and "and remove 1" in words[-1]
    for step in planned.steps:
        step.act()
    assert hub.calls[-1] == ("create_commit", ["reranker_ui/a.py", "spaces.yaml"])
    assert ("add_space_secret", "OTHER_TOKEN", CANARY) in hub.calls


def test_secrets_are_sent_again_when_asked(checkout):
    hub, file = Hub(), checkout()
    done(hub, file)
    assert [step.words for step in done(hub, file, renew=True).steps] == [
        "Send the secret BACKUP_TOKEN"
    ]


def test_a_secret_without_a_value_is_refused_before_anything_is_done(checkout):
    hub, file = Hub(), checkout()
    with pytest.raises(Refused, match="BACKUP_TOKEN has no value here"):
        plan(hub, read_manifest(file), file.parent, {})
    assert hub.calls == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"space__hardware": "zero-a10g"}, "ZeroGPU is not supported while torch is pinned"),
        ({"space__hardware": "h9000"}, "not a hardware of Spaces"),
        ({"space__colour": "red"}, "Extra inputs"),
        ({"readme__height": 3}, "Extra inputs"),
        ({"readme__hf_oauth": False}, "hf_oauth"),
        ({"variables": {"HF_TOKEN": CANARY}}, "HF_TOKEN is a secret"),
        ({"secrets": [f"A={CANARY}"]}, "secrets"),
        ({"version": 2}, "version"),
    ],
)
def test_what_is_no_manifest(checkout, changes, said):
    with pytest.raises(Refused, match=said):
        read_manifest(checkout(**changes))


@pytest.fixture
def at_a_terminal(monkeypatch):
    """The verb over a Hub of our own; returns the Hub and what is answered."""
    import huggingface_hub

    hub = Hub()
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda token=None: hub)
    monkeypatch.setenv("BACKUP_TOKEN", CANARY)
    answers = io.StringIO("n\n")
    answers.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", answers)
    return hub, answers


def test_it_shows_the_plan_and_asks(checkout, at_a_terminal, capsys):
    hub, answers = at_a_terminal
    file = checkout(space__hardware="t4-small")
    assert main(["deploy", "--manifest", str(file)]) == 0
    said = capsys.readouterr()
    assert "$0.40 an hour while it runs" in said.err and "Do this?" in said.err
    assert hub.calls == []
    answers.write("y\n")
    answers.seek(2)
    assert main(["deploy", "--manifest", str(file), "--json"]) == 0
    assert [call[0] for call in hub.calls] == ["create_bucket", "create_repo", "create_commit"]
    assert main(["deploy", "--manifest", str(file), "--yes"]) == 0
    said = capsys.readouterr()
    assert "Nothing to do" in said.err
    assert CANARY not in said.err + said.out


def test_without_a_terminal_it_stops_at_the_plan(checkout, at_a_terminal, monkeypatch):
    hub, answers = at_a_terminal
    answers.isatty = lambda: False
    assert main(["deploy", "--manifest", str(checkout())]) == 0
    assert hub.calls == []


def test_a_hub_that_does_not_answer_is_a_sentence(checkout, at_a_terminal, capsys, monkeypatch):
    from httpx2 import ConnectError

    def away(_hub):
        raise ConnectError("Connection refused")

    monkeypatch.setattr(Hub, "whoami", away)
    assert main(["deploy", "--manifest", str(checkout())]) == 1
    said = capsys.readouterr().err
    assert "Connection refused" in said and "Deploy again" in said and "Traceback" not in said


def test_zero_gpu_is_refused_with_its_sentence(checkout, at_a_terminal, capsys):
    file = checkout()
    assert main(["deploy", "--manifest", str(file), "--hardware", "zero-a10g"]) == 1
    assert capsys.readouterr().err.strip() == ZERO_GPU


def test_our_own_manifest():
    file = ROOT / "spaces.yaml"
    assert file.read_text().splitlines()[0] == FIRST_LINE
    manifest, readme = read_manifest(file), (ROOT / "README.md").read_text()
    assert with_front_matter(readme, manifest) == readme
    pinned = (ROOT / "requirements.txt").read_text()
    assert f"gradio=={manifest.readme.sdk_version}\n" in pinned
    files = wanted_files(manifest, ROOT)
    assert {"app.py", "requirements.txt", "README.md", "assets/sample/argkp.csv"} <= set(files)
    assert not [name for name in files if name.startswith(("tests", ".")) or ".pyc" in name]
