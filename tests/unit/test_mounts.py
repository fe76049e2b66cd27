"""On which disk a folder lies, by the system's table of mounts."""

from pathlib import Path

import pytest

from reranker_ui.core.values.filesystems import remote_kind

TABLE = """\
24 30 0:22 / / rw,relatime - ext4 /dev/sda1 rw
25 24 0:23 / /data rw shared:1 - fuse.hf-mount hf rw
26 24 0:24 / /srv/nfs\\040share rw - nfs4 server:/x rw
27 24 0:25 / /over rw - fuse.fuse-overlayfs fuse-overlayfs rw
28 25 0:26 / /data/local rw - xfs /dev/sdb1 rw
29 24 0:27 / /mnt rw - cifs //server/x rw
"""


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
def test_the_disk_of_a_folder(tmp_path, folder, kind):
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    assert remote_kind(Path(folder), table) == kind


def test_a_system_that_does_not_tell(tmp_path):
    assert remote_kind(tmp_path, tmp_path / "none") is None
    assert remote_kind(tmp_path) is None
