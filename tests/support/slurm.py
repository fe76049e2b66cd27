"""A Slurm cluster of one node for a test: munged, slurmctld and slurmd of Debian's packages."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

INSTALL = "apt-get install slurmctld slurmd slurm-client munge"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
WAIT = 60.0  # seconds
CONFIGURATION = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
KillWait=2
OverTimeLimit=0
SchedulerParameters=sched_interval=2
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> list[str]:
    """The programs that this machine does not have."""
    return [name for name in PROGRAMS if found(name) is None]


def found(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


class Cluster:
    """A running cluster; the environment variable SLURM_CONF leads its clients to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "slurm.conf"
        self._daemons: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        host = socket.gethostname().partition(".")[0]
        self.file.write_text(
            CONFIGURATION.format(
                folder=self.folder, user=getpass.getuser(), host=host, ports=free_ports()
            )
        )
        own = [
            f"--{name}-file={self.folder}/munge.{name}" for name in ("key", "pid", "log", "seed")
        ]
        self._run("munged", "--foreground", "--force", f"--socket={self.folder}/munge.socket", *own)
        self._until(lambda: (self.folder / "munge.socket").exists())
        self._run("slurmctld", "-D", "-f", str(self.file))
        self._run("slurmd", "-D", "-f", str(self.file), "-N", host)
        self._until(lambda: self.ask("sinfo", "--noheader", "--format=%T") == "idle")

    def ask(self, *command: str) -> str:
        """What a command of Slurm prints."""
        environment = {**os.environ, "SLURM_CONF": str(self.file)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return done.stdout.strip()

    def stop(self) -> None:
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in self._daemons:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()

    def _run(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.out").open("wb") as out:
            command = [str(found(name)), *arguments]
            self._daemons.append(subprocess.Popen(command, stdout=out, stderr=out))

    def _until(self, holds) -> None:
        until = time.monotonic() + WAIT
        while not holds():
            if time.monotonic() > until:
                logs = [file.read_text()[-800:] for file in self.folder.glob("*.out")]
                self.stop()
                raise AssertionError("Slurm did not start:\n" + "\n".join(logs))
            time.sleep(0.1)


def free_ports() -> tuple[int, int]:
    """Two ports that nothing listens on."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
