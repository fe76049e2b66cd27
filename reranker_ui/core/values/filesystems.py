"""What kind of filesystem a folder lies on: a database needs one with locks and real syncs."""

from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
# Bucket mounts come as fuse; fuse-overlayfs is a container's own disk, fuseblk a local NTFS disk.
REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs")
LOCAL_FUSE = ("fuse.fuse-overlayfs", "fuseblk")


def remote_kind(folder: Path, table: Path = TABLE) -> str | None:
    """The kind of a network or bucket mount that `folder` lies on; None for a local disk.

    None too where the system does not tell, as outside of Linux.
    """
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return None
    best, kind = Path("/"), None
    for line in lines:
        mounted, _, more = line.partition(" - ")
        place = Path(mounted.split()[4].replace("\\040", " "))
        if folder.resolve().is_relative_to(place) and len(place.parts) >= len(best.parts):
            best, kind = place, more.split()[0]
    if kind is None or kind in LOCAL_FUSE:
        return None
    return kind if kind in REMOTE or kind.startswith("fuse") else None
