"""The tokenizer that engines share: one for equal files, and each text cut where it is asked."""

import gc
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from reranker_ui.core.models.shared_tokenizer import SharedTokenizer, shared_tokenizer

WORDS = ["how", "is", "an", "ice", "cave", "formed", "by", "water"]
TEXT = " ".join(WORDS)


@pytest.fixture
def file(tmp_path):
    vocabulary = {word: number for number, word in enumerate(["[UNK]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


def test_equal_files_have_one_tokenizer_while_it_is_used(file, tmp_path):
    copy = shutil.copy(file, tmp_path / "copy.json")
    first = shared_tokenizer(file)
    assert shared_tokenizer(copy) is first
    other = tmp_path / "other.json"
    other.write_text(file.read_text().replace("water", "snow"))
    assert shared_tokenizer(other) is not first
    mark = first.mark = object()  # an id could be used again
    del first
    gc.collect()
    assert getattr(shared_tokenizer(file), "mark", None) is not mark


def test_each_call_cuts_at_its_own_length(file):
    tokenizer = SharedTokenizer(file)

    def lengths(limit):
        pairs = [(TEXT, TEXT), ("ice", TEXT)]
        return limit, [len(encoding.ids) for encoding in tokenizer.encode(pairs, limit)]

    with ThreadPoolExecutor(8) as threads:
        for limit, found in threads.map(lengths, [4, 9, 12, 100] * 25):
            assert found == [min(16, limit), min(9, limit)]


@pytest.mark.parametrize("limit", [1, 3, 8, 20])
def test_beginnings_end_after_so_many_tokens(file, limit):
    tokenizer = SharedTokenizer(file)
    tokenizer.encode([TEXT], 2)
    assert tokenizer.beginnings([TEXT, ""], limit) == [" ".join(WORDS[:limit]), ""]
