"""How the command line ends."""

import argparse
import io
import os
import sys

import pytest

from reranker_ui import __main__ as command_line
from reranker_ui.commands import runs, waiting
from reranker_ui.services.runs.listing import CONTRACT


def test_a_closed_output_ends_quietly(monkeypatch):
    arguments = argparse.Namespace(run=lambda _: ("x" * 100_000, 0), json=True)
    parser = argparse.Namespace(parse_args=lambda _: arguments)
    monkeypatch.setattr(command_line, "parser", lambda: parser)
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        assert command_line.main([]) == 141


def test_an_interrupted_wait_says_that_the_run_continues(monkeypatch, capsys):
    def interrupted(*_, seen):
        for step in (0, 40, 80):
            seen({"name": "run 7", "status": "running", "step": step, "steps": 100, "left": 75.2})
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting.lifecycle, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        waiting.wait_for(None, 7)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "run 7: running, step 0 of 100, 1:15 left"
    assert said[1:] == [
        "run 7 continues in the background. To stop it: python -m reranker_ui stop 7"
    ]


@pytest.mark.parametrize(
    ("options", "terminal", "answer", "deletes"),
    [
        ([], True, "n\n", False),
        ([], True, "", False),
        ([], True, "y\n", True),
        ([], False, "", True),
        (["--yes"], True, "", True),
    ],
)
def test_deleting_runs_asks_at_a_terminal(options, terminal, answer, deletes, monkeypatch, capsys):
    row = dict.fromkeys(CONTRACT) | {"id": 3, "name": "run 3"}
    deleted = []
    monkeypatch.setattr(runs, "open_workspace", lambda: None)
    monkeypatch.setattr(runs.lifecycle, "find_run", lambda *_: row)
    monkeypatch.setattr(runs.several, "delete_runs", lambda *parts: deleted.append(parts[-1]))
    stdin = io.StringIO(answer)
    stdin.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stdin", stdin)
    code = command_line.main(["delete-run", "3", *options])
    said = capsys.readouterr()
    assert (code, deleted) == ((0, [[3]]) if deletes else (1, []))
    assert ("It cannot be undone. [y/N]" in said.err) == (terminal and not options)


def test_candidates_are_at_least_one(capsys):
    words = ["rank", "--model", "bm25", "--query", "ice", "--dataset", "caves", "--candidates"]
    for number in ("0", "-7", "many"):
        with pytest.raises(SystemExit):
            command_line.main([*words, number])
        assert f"{number} is not a whole number of at least 1" in capsys.readouterr().err
