"""Pairs in the order of a column: every pair once, in order, forwards and back."""

import itertools

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.datasets import sorting
from reranker_ui.services.datasets.edits import set_label
from reranker_ui.services.datasets.pages import filter_choices, page_of_pairs
from reranker_ui.services.datasets.sorting import Order
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.further_columns import show_columns
from reranker_ui.services.store.access import LOCAL, User
from tests.support.labelling import LINH, MAI

ANN = User("Ann", "annotator")
PRICES = ["9,99", "100", "", "20,5", "soon", "100"]
COLUMNS = ("query", "passage", "label", "split", "source", "updated", "further:Price")


@pytest.fixture
def shop(workspace, tmp_path):
    """24 pairs with ties in every column, some labelled by annotators, two disputed."""
    rows = ["query;passage;label;split;Price"]
    for n in range(24):
        label = ["", "0", "2", "1"][n % 4]
        split = ["train", "dev", "test"][n % 8 % 3]
        rows.append(f"{'Bb aC'[n % 3]} {n % 8};p {n % 5} {n};{label};{split};{PRICES[n % 6]}")
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(rows))
    import_file(workspace, LOCAL, path, "shop")
    show_columns(workspace, LOCAL, "shop", ["Price"])
    for pair in (2, 5, 9):
        annotate(workspace, MAI, pair, 1, f"m{pair}")
    for pair in (5, 9):
        annotate(workspace, LINH, pair, 0, f"l{pair}")
    return workspace


def value(row, column):
    if column == "further:Price":
        text = next((cell["text"] for cell in row["further"]), "")
        number = text.replace(",", ".")
        return (float(number) if number.replace(".", "").isdigit() else 1e300, text)
    if column == "label":
        return -1 if row["effective"] is None else row["effective"]
    if column == "split":
        return ["train", "dev", "test"].index(row["split"])
    return row["updated_at"] if column == "updated" else row[column].lower()


def walk(workspace, order, size=5, user=LOCAL, **filters):
    """All pages, each also reached from the one behind it."""
    page = page_of_pairs(workspace, user, "shop", size=size, order=order, **filters)
    pages = [page]
    while page["more_after"]:
        there = Order(order.column, order.descending, page["last_at"])
        later = page_of_pairs(
            workspace, user, "shop", size=size, order=there, after=page["last"], **filters
        )
        here = Order(order.column, order.descending, later["first_at"])
        back = page_of_pairs(
            workspace, user, "shop", size=size, order=here, before=later["first"], **filters
        )
        assert back["pairs"] == page["pairs"]
        assert later["more_before"]
        pages.append(page := later)
    return [row for page in pages for row in page["pairs"]]


@pytest.mark.both_databases
def test_every_page_follows_the_one_before_it(shop):
    every = page_of_pairs(shop, LOCAL, "shop")["pairs"]
    for column, descending in itertools.product(COLUMNS, (False, True)):
        rows = walk(shop, Order(column, descending))
        expected = sorted(every, key=lambda row: (value(row, column), row["id"]))
        ids = [row["id"] for row in expected]
        assert [row["id"] for row in rows] == (ids[::-1] if descending else ids), column


@pytest.mark.both_databases
def test_filters_hold_in_every_order(shop):
    for filters in ({"search": "p 1"}, {"label": "1"}, {"split": "dev"}, {"annotator": "Mai"}):
        plain = page_of_pairs(shop, LOCAL, "shop", **filters)["pairs"]
        rows = walk(shop, Order("query"), size=2, **filters)
        ids = [row["id"] for row in sorted(plain, key=lambda r: (r["query"].lower(), r["id"]))]
        assert [row["id"] for row in rows] == ids and ids, filters


def test_a_label_that_changes_on_the_way_loses_no_pair(shop):
    """The next page begins behind the value that the last row had when it was shown."""
    first = page_of_pairs(shop, LOCAL, "shop", size=5, order=Order("label"))
    set_label(shop, LOCAL, "shop", [first["last"]], 2)
    there = Order("label", False, first["last_at"])
    later = page_of_pairs(shop, LOCAL, "shop", size=24, order=there, after=first["last"])
    shown = {row["id"] for row in (*first["pairs"], *later["pairs"])}
    assert shown == set(range(1, 25))


def test_labels_that_are_hidden_give_no_order(shop):
    ids = [row["id"] for row in walk(shop, Order("label"), user=ANN)]
    assert ids == sorted(ids)


def test_what_cannot_be_sorted_is_refused(shop, monkeypatch):
    assert filter_choices(shop, LOCAL, "shop")["further"] == ["Price"]
    for order, sentence in (
        (Order("colour"), "cannot be sorted by colour"),
        (Order("further:Colour"), "no column called Colour"),
        (Order('further:a"b'), "to sort by"),
        (Order("label", False, ["a"]), "Sort the pairs again"),
        (Order("query", False, None), "Sort the pairs again"),
    ):
        with pytest.raises(Refused, match=sentence):
            page_of_pairs(shop, LOCAL, "shop", order=order, after=3)
    monkeypatch.setattr(sorting, "MOST", 3)
    with pytest.raises(Refused, match="too many to sort"):
        page_of_pairs(shop, LOCAL, "shop", order=Order("query"), search="p")
