"""nginx as Debian ships it, in front of a test's server, with the file that the guide prints."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support import IN_CI, ROOT

GUIDE = (ROOT / "assets" / "guide" / "reverse-proxy.md").read_text()


def block(language: str, number: int = 0) -> str:
    """The guide's file for nginx or Caddy, or a later block of it."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)[number]


def upstream(ports: Sequence[int]) -> str:
    """The guide's block of two servers, with those at these ports of this machine."""
    found = block("nginx", 1)
    for number, port in enumerate(ports, 11):
        found = found.replace(f"10.0.0.{number}:7860", f"127.0.0.1:{port}")
    return found


def location(path: str, target: str) -> str:
    """The guide's rules for requests, for those at `path`, which go to `target`."""
    (found,) = re.findall(r"location / \{.*?\n    \}", block("nginx"), re.DOTALL)
    found = found.replace("location / {", f"location {path} {{")
    return found.replace("proxy_pass http://127.0.0.1:7860;", f"proxy_pass {target};")


def program() -> str:
    """Where nginx is; in CI it must be there, elsewhere a missing one skips the test."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not found:
        (pytest.fail if IN_CI else pytest.skip)("no nginx; install one with: apt-get install nginx")
    return str(found)


@contextmanager
def running(folder: Path, servers: str, address: str) -> Iterator[None]:
    """nginx with these server blocks, until the end of the block; it answers at `address`."""
    nginx, file = program(), folder / "nginx.conf"
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n"
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{places}{servers} }}\n"
    )
    process = subprocess.Popen([nginx, "-p", folder, "-c", file, "-e", folder / "error.log"])
    try:
        _wait_for(address)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            httpx.get(address, verify=False)
            return
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError(f"nginx does not answer at {address}")
