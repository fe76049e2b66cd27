"""The file of a search index."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from reranker_ui.services.labels.index_file import opened


def test_several_make_a_new_index_at_once(tmp_path):
    def read(folder, start):
        start.wait()
        with opened(folder) as index:
            return index.execute("SELECT count(*) FROM filled").fetchone()

    with ThreadPoolExecutor(3) as pool:
        for number in range(100):
            start = Barrier(3)
            readers = [pool.submit(read, tmp_path / str(number), start) for _ in range(3)]
            assert [reader.result() for reader in readers] == [(0,)] * 3
