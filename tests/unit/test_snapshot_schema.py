"""A restored database has exactly the schema of this app, and its runs come from sound zips."""

import shutil
import sqlite3
import zipfile
from io import BytesIO

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating import run_copies, schema_check, snapshots

PADDING = 30  # bytes of a zip before the name of its first entry


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A database with the current schema and nothing in it."""
    file = tmp_path_factory.mktemp("schema") / "empty.db"
    with snapshots.fresh(file):
        pass
    return file


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("", None),
        ("ANALYZE", None),
        ("CREATE UNIQUE INDEX one ON annotations (pair_id)", 'index "one" of the snapshot'),
        ("DROP INDEX ix_journal_subject", 'index "ix_journal_subject" of the snapshot'),
        ("ALTER TABLE users ADD COLUMN power TEXT AS ('admin')", 'table "users" of the snapshot'),
        ("DROP TABLE leases; CREATE TABLE leases AS SELECT * FROM users", "differs from that"),
        ("PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = replace(sql, 'role TEXT',"
         " 'role TEXT DEFAULT ''admin''') WHERE name = 'users'", 'table "users" of the snapshot'),
        ("UPDATE alembic_version SET version_num = '0001'", "cannot be migrated"),
        ("UPDATE alembic_version SET version_num = 7", "a newer version of this app"),
        ("INSERT INTO alembic_version VALUES ('0002')", "a newer version of this app"),
        ("DROP TABLE alembic_version", "cannot be migrated"),
    ],
)  # fmt: skip
def test_another_schema_is_refused(empty, tmp_path, statement, named):
    file = tmp_path / "snapshot.db"
    shutil.copyfile(empty, file)
    connection = sqlite3.connect(file)
    connection.executescript(statement)
    connection.close()
    snapshots.check(file)
    if named is None:
        schema_check.migrate(file)
    else:
        with pytest.raises(Refused, match=named):
            schema_check.migrate(file)


def test_a_schema_that_is_no_text_is_refused(empty, tmp_path):
    data = empty.read_bytes().replace(b"CREATE TABLE users", b"CREATE TABLE \xff\xff\xff\xff\xff")
    (tmp_path / "snapshot.db").write_bytes(data)
    with pytest.raises(Refused, match="The snapshot is damaged"):
        snapshots.check(tmp_path / "snapshot.db")


def zipped(entries, how=zipfile.ZIP_STORED):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return target.getvalue()


def flipped(how):
    """A zip with a flipped byte in its data."""
    data = bytearray(zipped({"00001/a": "{}" * 500}, how))
    data[PADDING + len("00001/a") + 12] ^= 255
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        zipped({f"00001/{'x' * 300}": ""}),
        zipped({"00001/a": "", "00001/a/b": ""}),
        flipped(zipfile.ZIP_LZMA),
        flipped(zipfile.ZIP_BZIP2),
        flipped(zipfile.ZIP_DEFLATED),
    ],
    ids=["long name", "file and folder", "lzma", "bzip2", "deflate"],
)
def test_a_zip_that_cannot_be_unpacked_is_refused(tmp_path, data):
    file = tmp_path / "run-00001-0.zip"
    file.write_bytes(data)
    (tmp_path / "runs").mkdir()
    with (
        pytest.raises(Refused, match="cannot be unpacked"),
        run_copies._bad_zip_refused(file),
    ):
        run_copies._extract(file, tmp_path / "runs", "00001")
    assert not list((tmp_path / "runs").iterdir())
