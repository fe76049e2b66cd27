"""What a search finds: words with their tones, CJK substrings, phrases, unfinished words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.search_terms import read_search


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("caves", "How are glacier Caves formed?", True),
        ("formed glacier", "How are glacier caves formed?", True),
        ("glac", "glacier caves", True),  # a word that is still being typed
        ("glac ", "glacier caves", False),  # and one that is not
        ("gl", "glacier caves", False),
        ('"glacier caves"', "glacier caves are caves", True),
        ('"caves glacier"', "glacier caves are caves", False),
        ('"glacier cav', "glacier caves", True),
        ("mà", "con ma", False),
        ("ma", "con mà", False),
        ("mã", "con mã", True),
        ("ma\u0303", "con mã", True),  # the same letter, written as two
        ("花呗", "蚂蚁花呗怎么还款", True),
        ("呗花", "蚂蚁花呗怎么还款", False),
        ("花", "蚂蚁花呗怎么还款", True),
        ("STRASSE", "Straße", True),
        ("don't", "I don't know", True),
        ("100%_", "100 per cent", True),
        ("ёлка", "елка", False),
        ("हिन्दी", "यह हिन्दी है", True),
    ],
)
def test_finds(typed, text, found):
    search = read_search(typed)
    assert search is not None
    assert search.finds(text, "") is found
    assert search.finds("other", text) is found


def test_all_phrases_are_needed_in_either_text():
    assert read_search("glacier ice").finds("glacier caves", "made of ice")
    assert not read_search("glacier sand").finds("glacier caves", "made of ice")
    assert not read_search('"caves made"').finds("glacier caves", "made of ice")


@pytest.mark.parametrize("typed", ["", "  ", '"', "%_", "?!", '" "'])
def test_nothing_to_search_for(typed):
    assert read_search(typed) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_text_is_found_by_itself(query, passage):
    if (search := read_search(f"{query} ".replace('"', " "))) is not None:
        assert search.finds(query, passage)


def test_a_search_is_bounded():
    with pytest.raises(Refused, match="1,001 characters"):
        read_search("a" * 1_001)
    words = [f"w{number}" for number in range(65)]
    with pytest.raises(Refused, match="65 words"):
        read_search(" ".join(words))
    with pytest.raises(Refused, match="65 words"):
        read_search("洞" * 65)
    assert len(read_search(" ".join(words[:64])).phrases) == 64
    assert len(read_search("a b c d " * 100).phrases) == 4  # each word once, and the unfinished
