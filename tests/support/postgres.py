"""A PostgreSQL of the tests' own: Debian's binaries, a temporary folder, loopback, no root."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.server import free_port

INSTALL = "sudo apt-get install -y postgresql"
PATIENCE = 60  # seconds for a start


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`; Debian keeps them out of the path."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parts[-2])
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    return next((p for p in [*reversed(known), *folders] if (p / "postgres").exists()), None)


@dataclass
class Cluster:
    """A running server. It fsyncs nothing: what it holds is thrown away with it."""

    folder: Path
    process: subprocess.Popen
    port: int
    password: str
    made: int = 0
    template: str = "template0"

    def url(self, database: str) -> str:
        """An address as `RERANKER_UI_DATABASE_URL` takes it."""
        return f"postgresql+psycopg://tests:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database with the newest schema; returns its address."""
        if self.template == "template0":
            self._create("made", "template0")
            _with_schema(self.url("made"))
            self.template = "made"
        self.made += 1
        self._create(f"test_{self.made}", self.template)
        return self.url(f"test_{self.made}")

    def stop(self) -> None:
        """End the server and everything it wrote."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _create(self, name: str, template: str) -> None:
        import psycopg

        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")


def start(folder: Path, **changed: str) -> Cluster:
    """Start a server of its own in a new folder below /tmp; raises RuntimeError if it cannot.

    changed: settings of PostgreSQL.
    """
    home = Path(tempfile.mkdtemp(prefix="rr-pg-"))
    as_user = _somebody(home)
    password, log = secrets.token_hex(16), (folder / "postgres.log").open("wb")
    (home / "password").write_text(password)
    (home / "password").chmod(0o600)
    if as_user:
        shutil.chown(home / "password", *as_user.values())
    common = {"cwd": home, "stdout": log, "stderr": log, "env": {"LC_ALL": "C.UTF-8"}, **as_user}
    made = subprocess.run(
        [
            *(folder_of("initdb"), "-D", home / "data", "-U", "tests", "--pwfile=password"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"),
        ],
        **common,
    )
    if made.returncode:
        raise RuntimeError((folder / "postgres.log").read_text())
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": home,
        "fsync": "off",
        "full_page_writes": "off",
        "max_wal_size": "128MB",
        "max_connections": 100,
        **changed,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = subprocess.Popen([folder_of("postgres"), "-D", home / "data", *options], **common)
    cluster = Cluster(home, process, port, password)
    if not _answers(cluster):
        cluster.stop()
        raise RuntimeError((folder / "postgres.log").read_text())
    return cluster


def folder_of(program: str) -> Path:
    """Where one of PostgreSQL's programs is."""
    found = binaries()
    if found is None:
        raise RuntimeError("There is no PostgreSQL on this machine.")
    return found / program


def _somebody(home: Path) -> dict[str, int]:
    """PostgreSQL refuses to run as root: then it runs as Debian's user for it, or nobody."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    shutil.chown(home, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid}


def _answers(cluster: Cluster) -> bool:
    import psycopg

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and cluster.process.poll() is None:
        try:
            psycopg.connect(cluster.url("postgres").replace("+psycopg", "")).close()
            return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False


def _with_schema(url: str) -> None:
    from reranker_ui.services.store import migrations
    from reranker_ui.services.store.engine import open_engine

    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
