"""How the command line ends."""

import argparse
import os
import sys

from reranker_ui import __main__ as command_line


def test_a_closed_output_ends_quietly(monkeypatch):
    arguments = argparse.Namespace(run=lambda _: ("x" * 100_000, 0), json=True)
    parser = argparse.Namespace(parse_args=lambda _: arguments)
    monkeypatch.setattr(command_line, "parser", lambda: parser)
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        assert command_line.main([]) == 141
