"""On which disk a folder lies, and what that means for an index."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from reranker_ui.core.values.filesystems import remote_kind
from reranker_ui.services.labels import index_file

MOUNTS = {
    "/": "ext4", "/data": "fuse.hf-mount", "/srv/nfs share": "nfs4", "/mnt": "cifs",
    "/over": "fuse.fuse-overlayfs", "/data/local": "xfs",
}  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/ada", None),
        ("/data/home", "fuse.hf-mount"),
        ("/database", None),
        ("/data/local/home", None),
        ("/srv/nfs share/home", "nfs4"),
        ("/over/home", None),
        ("/mnt/home", "cifs"),
    ],
)
def test_the_disk_of_a_folder(monkeypatch, folder, kind):
    mounts = [SimpleNamespace(mountpoint=place, fstype=name) for place, name in MOUNTS.items()]
    hidden = SimpleNamespace(mountpoint="/mnt", fstype="ext4")
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: [hidden, *mounts])
    assert remote_kind(Path(folder)) == kind


def test_a_system_that_reports_no_mounts(tmp_path, monkeypatch):
    assert remote_kind(tmp_path) is None

    def missing(all):
        raise FileNotFoundError("/proc/self/mounts")

    monkeypatch.setattr(psutil, "disk_partitions", missing)
    assert remote_kind(tmp_path) is None


@pytest.mark.parametrize(("kind", "journal"), [(None, "wal"), ("nfs4", "delete")])
def test_an_index_that_machines_share_needs_no_shared_memory(tmp_path, monkeypatch, kind, journal):
    monkeypatch.setattr(index_file, "remote_kind", lambda _folder: kind)
    with index_file.opened(tmp_path) as index:
        assert index.execute("PRAGMA journal_mode").fetchone() == (journal,)
