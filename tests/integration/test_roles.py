"""Every function of the page, event and address over raw HTTP, as nobody and as each role."""

import json
import re

import pytest

from reranker_ui.services.store.access import ROLES
from tests.support.addresses import addresses_of_gradio, addresses_of_ours
from tests.support.roles import ADDRESSES, EVENTS, FUNCTIONS, OPEN
from tests.support.serving import asking, with_people

PAIR = {"pair": 1, "ids": [1], "pairs": [1], "id": "0" * 20, "label": 1, "labels": [1]}
# What gets any handler as far as its service; "no such" names nothing.
ASKED = {
    "dataset": "no such", "name": "no such", "role": "viewer", "password": "no such password",
    "present": "no such password", "places": 1, "token": "0" * 32, "path": "/etc/passwd",
    "format": "csv", "said": {}, "after": 0, "split": "dev", "query": "no such",
    "passage": "no such", "passages": ["no such"], "text": "no such", "order": "unlabelled",
    "n": 1, "have": [], "imported": False, "since": 0, "midnight": 0, "edit": 0, "offer": True,
    "annotator": "no such", "what": "cancel", "run": "999", "number": 0, "models": ["bm25", "999"],
    "client_id": "0" * 20, "repo": "no/such", "grades": [1], "scores": [[1.0]], "limit": 1, **PAIR,
}  # fmt: skip
MORE = {
    "rr-header": {
        "withdraw": {"id": 0},
        "end_key": {"id": 0},
        "set_demo": {"title": "", "queries": []},
    },
    "rr-train": {"run_price": {"what": "again"}},
    "rr-train_runs": {
        "run_price": {"what": "again"},
        "rows": {"have": {}},
        **{
            name: {"runs": ["998", "999"]}
            for name in ("archive_runs", "delete_runs", "compare_runs")
        },
    },
    "rr-train_form": {
        "fill_by_name": {"recipe": "quick"},
        **{
            name: {"name": "quick", "base": "embedded", "values": {}}
            for name in ("plan_run", "start_run")
        },
    },
    "rr-data": {
        "edit_text": {"id": 0, "labels": "keep"},
        "import_preview": {"into": "add"},
        "mark_gold": {"gold_pair": True},
        "show_columns": {"columns": []},
        **{name: {"scale": {"kind": "binary"}} for name in ("change_scale", "preview_scale")},
    },
    "rr-annotate": {name: {"run": 999} for name in ("score_pairs", "scoring", "set_stream")},
    "rr-playground": {"save_cutoff": {"goal": "precision:0.9"}, "undo_result": {"pair_id": 1}},
}

CHANGING = (
    "start_run",
    "set_metric",
    "delete_dataset",
    "check_quality",
    "join_sides",
    "score_pairs",
    "embed_passages",
    "change_scale",
    "rename_dataset",
    "describe_dataset",
    "duplicate_dataset",
    "mark_gold",
    "show_columns",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("roles") / "home"
    one = with_people(home, RERANKER_UI_RATE_LIMIT="0")
    yield one.start()
    one.kill()


@pytest.fixture(scope="module")
def clients(server):
    return {role: asking(server, role) for role in ROLES}


@pytest.fixture(scope="module")
def config(clients):
    return clients["admin"].get("/config").json()


def allowed(least: str) -> list[str]:
    return list(ROLES[ROLES.index(least) :])


def test_every_function_of_the_page(server, clients, config):
    widgets = {
        part["props"]["elem_id"]: part
        for part in config["components"]
        if part["props"].get("server_fns")
    }
    there = {name: set(part["props"]["server_fns"]) for name, part in widgets.items()}
    rows = {name: set(functions) for name, functions in FUNCTIONS.items()}
    new = {name: there[name] - rows.get(name, set()) for name in there}
    assert not any(new.values()), f"no row in tests/support/roles.py for {new}"
    data = next(part for name, part in widgets.items() if name == "rr-header")
    datasets = _ask(clients["viewer"], data, "overview", {}).json()["ok"]["datasets"]
    asked = {**ASKED, "dataset": datasets[0]["name"]}
    asked["path"] = _upload(clients["admin"]).json()[0]
    wrong = []
    for name, part in widgets.items():
        for function in sorted(there[name]):
            payload = {**asked, **MORE.get(name, {}).get(function, {})}
            if _ask(asking(server), part, function, payload).status_code != 401:
                wrong.append((name, function, "nobody"))
            for role in ROLES:
                if function == "set_password":
                    payload["name"] = role  # one's own
                if role == "admin" and function in CHANGING:
                    payload["dataset"] = "no such"  # the admin's call shall change nothing
                answer = _ask(clients[role], part, function, payload)
                may = "needs the role" not in answer.text
                if may != (role in allowed(FUNCTIONS[name][function])):
                    wrong.append((name, function, role, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))


def _upload(client):
    file = {"files": ("mine.csv", b"query,passage,label\na,b,1\n")}
    return client.post("/gradio_api/upload", files=file)


def test_only_admins_upload(server, clients):
    answers = {role: _upload(client).status_code for role, client in clients.items()}
    assert answers == {"viewer": 403, "annotator": 403, "admin": 200}
    assert _upload(asking(server)).status_code == 401


def _ask(client, part, function, payload):
    body = {"component_id": part["id"], "fn_name": function, "session_hash": "x", "data": payload}
    return client.post("/gradio_api/component_server", json=body)


def test_every_event_of_the_page(server, clients, config):
    # Gradio numbers those of one name: give, give_1, give_2.
    named = [(re.sub(r"_[0-9]+$", "", one["api_name"]), one)
             for one in config["dependencies"] if one["backend_fn"]]  # fmt: skip
    new = {name for name, _ in named} - set(EVENTS)
    assert not new, f"no row in tests/support/roles.py for {new}"
    values = {part["id"]: part["props"].get("value") for part in config["components"]}
    wrong = []
    for name, event in named:
        given = [values.get(number) for number in event["inputs"]]
        body = {"data": given, "fn_index": event["id"], "session_hash": f"roles-{event['id']}"}
        if asking(server).post("/gradio_api/queue/join", json=body).status_code != 401:
            wrong.append((name, "nobody"))
        for role in ROLES:
            output = _result(clients[role], {**body, "session_hash": f"{event['id']}-{role}"})
            if ("needs the role" in output) == (role in allowed(EVENTS[name])):
                wrong.append((name, role, output))
    assert not wrong, "\n".join(map(str, wrong))


def _result(client, body) -> str:
    assert client.post("/gradio_api/queue/join", json=body).status_code == 200
    address = f"/gradio_api/queue/data?session_hash={body['session_hash']}"
    with client.stream("GET", address, timeout=30) as lines:
        for line in lines.iter_lines():
            if "process_completed" in line:
                return str(json.loads(line.removeprefix("data: "))["output"])
    return ""


def test_every_address(server, clients, workspace):
    ours = [f"{method} {path}" for method, path in addresses_of_ours(workspace)]
    assert set(ours) <= set(ADDRESSES), (
        f"no row in tests/support/roles.py for {set(ours) - set(ADDRESSES)}"
    )
    nobody, wrong = asking(server), []
    for one in ours:
        method, path = one.split(" ")
        known = nobody.request(method, _filled(path)).status_code != 401
        if known != (ADDRESSES[one] == "anyone"):
            wrong.append(one)
    known = {path for _, path in addresses_of_ours(workspace)}
    of_gradio = set(addresses_of_gradio(workspace))
    assert ("POST", "/gradio_api/queue/join") in of_gradio
    for method, path in sorted(of_gradio):
        if path in OPEN or path.rstrip("/") in known or not path.startswith("/"):
            continue
        answer = nobody.request(method, _filled(path))
        if answer.status_code != 401:
            wrong.append((method, path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


def test_no_role_over_http_has_a_folder_loaded(clients, config, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    part = next(
        one for one in config["components"] if one["props"].get("elem_id") == "rr-playground"
    )
    body = {"query": "a", "passages": "b\nc", "source": "pasted"}
    for role in ROLES:
        for model in (str(tmp_path), "/etc", "../home", "tests/unit"):
            compared = _ask(
                clients[role], part, "compare", {**body, "models": [model, "bm25"]}
            ).json()
            assert "refused" in compared and "fault" not in compared, (role, model, compared)
            asked = {"model": model, "query": "a", "documents": ["b"]}
            answer = clients[role].post("/v2/rerank", json=asked)
            assert 400 <= answer.status_code < 500, (role, model, answer.text)
        compared = _ask(clients[role], part, "compare", {**body, "models": ["org/model", "bm25"]})
        may = "needs the role" not in compared.text
        assert may == (role == "admin") and "refused" in compared.json(), compared.text
        compared = _ask(clients[role], part, "compare", {**body, "models": ["bm25", "bm25"]})
        assert "ok" in compared.json(), compared.text
