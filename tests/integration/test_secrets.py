"""Secrets of the environment, passwords and tokens: in no log, process list, file or answer."""

import os
import signal
import time

import psutil
import pytest

from tests.support.serving import PASSWORD, asking, call, with_people

CANARIES = {
    "HF_TOKEN": "hf_CanaryTokenCanaryTokenCanary01",
    "RERANKER_UI_BACKUP_TOKEN": "hf_CanaryBackupCanaryBackupCan02",
    "OAUTH_CLIENT_SECRET": "canary-oauth-secret-03",
    "AWS_SECRET_ACCESS_KEY": "canary/aws/secret/key/04",
    "MY_DATABASE_URL": "postgresql://ada:canary-password-05@db.example/x",
}
MORE = (PASSWORD, "hf_CanaryPushCanaryPushCanary000006")
ROWS = "query,passage,label\n" + "".join(f"query {n // 4},passage {n},{n % 2}\n" for n in range(40))


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """A server that was used: signed in, imported, exported, pushed, backed up, failed."""
    folder = tmp_path_factory.mktemp("secrets")
    one = with_people(
        folder / "home", RERANKER_UI_BACKUP=str(folder / "place"), RERANKER_UI_BACKUP_SECONDS="0.2",
        RERANKER_UI_LOG_FORMAT="json", **CANARIES,
    )  # fmt: skip
    one.start()
    client = asking(one, "admin")
    config = client.get("/config").json()
    seen = []

    def ask(function, payload):
        answer = call(client, function, payload, config)
        seen.append(answer.text)
        return answer.json()

    path = client.post("/gradio_api/upload", files={"files": ("mine.csv", ROWS)}).json()[0]
    token = ask("begin_upload", {"path": path, "name": "mine.csv"})["ok"]["token"]
    commands = _watched(one.process.pid, lambda: ask("upload_state", {"token": token}), "read")
    ask("store_upload", {"token": token, "dataset": "mine"})
    commands |= _watched(one.process.pid, lambda: ask("upload_state", {"token": token}), "stored")
    ask("export", {"dataset": "mine", "format": "jsonl"})
    ask("push_dataset", {"dataset": "mine", "repo": "ada/mine", "token": MORE[1]})
    ask("push", {"run": "1", "repo": "ada/model", "token": MORE[1]})
    client.get("/gradio_api/file=/nothing?token=" + MORE[1])
    client.post("/login", data={"name": "viewer", "password": "wrong " + PASSWORD})
    seen.append(client.get("/config").text + client.get("/health").text + client.get("/").text)
    key = ask("make_key", {"name": "script"})["ok"]["key"]
    seen.pop()  # where the key is shown, this once
    commands |= _commands(one.process.pid)
    one.kill(signal.SIGTERM)
    return folder, seen, commands, [*CANARIES.values(), *MORE, "canary-password-05", key,
                                    client.cookies["reranker_ui_session"]]  # fmt: skip


def _watched(pid, ask, until):
    commands, deadline = set(), time.monotonic() + 40
    while time.monotonic() < deadline:
        commands |= _commands(pid)
        if ask()["ok"]["state"] == until:
            return commands
        time.sleep(0.05)
    raise AssertionError(f"never {until}")


def _commands(pid):
    commands = set()
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            commands.add(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return commands


def test_no_answer_and_no_process_shows_a_secret(used):
    _folder, seen, commands, secrets = used
    assert len(commands) > 1, "no process was seen but the server"
    for secret in secrets:
        assert not [text[:200] for text in seen if secret in text]
        assert not [command for command in commands if secret in command]


def test_no_file_holds_a_secret(used):
    """The log, the database, its backup, uploads, the cache, the export in the upload folder."""
    folder, _seen, _processes, secrets = used
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"home.log", "reranker-ui.db"} <= {path.name for path in files}
    assert any(path.suffix == ".gz" for path in files)
    found = []
    for path in files:
        data = _read(path)
        found += [(path.name, secret) for secret in secrets if secret.encode() in data]
    assert not found
    assert '"request"' in (folder / "home.log").read_text(), "nothing was logged at all"


def _read(path):
    import gzip

    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_a_worker_does_not_get_them(monkeypatch):
    from reranker_ui.settings import worker_environment

    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    environment = worker_environment()
    assert not set(CANARIES) & set(environment) and not set(CANARIES.values()) & set(
        environment.values()
    )
    assert environment["PATH"] == os.environ["PATH"]
