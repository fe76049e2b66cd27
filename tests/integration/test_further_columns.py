"""Further columns: kept at import, shown as the owner chooses, searched, exported, read again."""

import json

import pytest
import sqlalchemy as sa

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.datasets import filters
from reranker_ui.services.datasets.export import export_dataset
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.datasets.pair_details import pair_details
from reranker_ui.services.imports.duplicate import duplicate
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.further_columns import further_columns, show_columns
from reranker_ui.services.ranking.candidates import by_bm25, labelled
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import pairs
from reranker_ui.services.store.workspace import open_workspace

ANN = User("Ann", "annotator")
HEADER = "query;Titel;Beschreibung;Artikelnummer;Preis;Notiz;=Bild;label;split"
ROWS = [
    "schuhe;Laufschuh;Leicht und rot;SKU-1;49,90;sicher;https://img.example.com/a.JPG?w=2;1;train",
    'schuhe;Stiefel;"Warm; wasserdicht";=SKU-2;;unklar;https://other.example.com/b.jpg;0;train',
    "tee;Sencha;;SKU-3;12,50;sicher;https://img.example.com/c;1;test",
]


@pytest.fixture
def shop(workspace, tmp_path):
    file = tmp_path / "shop.csv"
    file.write_bytes("\r\n".join([HEADER, *ROWS, ""]).encode("cp1252"))
    options = ReadOptions(passage_template="{Titel}\n{Beschreibung}")
    report = import_file(workspace, LOCAL, file, "shop", options)
    assert [column["column"] for column in report["further"]] == [
        "Artikelnummer", "Preis", "Notiz", "=Bild"
    ]  # fmt: skip
    return workspace


def extras(workspace, name) -> dict[str, dict]:
    with workspace.reading() as connection:
        dataset = sa.text("SELECT id FROM datasets WHERE name = :name").bindparams(name=name)
        mine = pairs.c.dataset_id == connection.scalar(dataset)
        return dict(
            connection.execute(
                sa.select(pairs.c.passage, pairs.c.extra).where(mine).order_by(pairs.c.id)
            ).all()
        )


def beside(workspace, user, **asked) -> list[dict[str, str]]:
    rows = page_of_pairs(workspace, user, "shop", **asked)["pairs"]
    return [{cell["column"]: cell["text"] for cell in row["further"]} for row in rows]


@pytest.mark.both_databases
def test_columns_are_kept_and_shown_as_the_owner_chooses(shop):
    assert list(extras(shop, "shop")) == ["Laufschuh\nLeicht und rot", "Stiefel\nWarm; wasserdicht",
                                          "Sencha"]  # fmt: skip
    assert beside(shop, LOCAL)[1] == {
        "Artikelnummer": "=SKU-2", "Notiz": "unklar", "=Bild": "https://other.example.com/b.jpg"
    }  # fmt: skip
    assert beside(shop, ANN) == [{}, {}, {}]  # a column may hold labels
    assert pair_details(shop, ANN, 1)["extra"] == {}
    assert len(pair_details(shop, LOCAL, 1)["extra"]) == 4
    assert [one["shown"] for one in further_columns(shop, LOCAL, "shop")] == [True] * 4
    show_columns(shop, LOCAL, "shop", ["Preis", "Artikelnummer", "Preis"])
    chosen = [{"Preis": "49,90", "Artikelnummer": "SKU-1"}, {"Artikelnummer": "=SKU-2"},
              {"Preis": "12,50", "Artikelnummer": "SKU-3"}]  # fmt: skip
    assert beside(shop, LOCAL) == beside(shop, ANN) == chosen
    assert history(shop, LOCAL, "shop")["lines"][0]["text"] == (
        "Changed the columns beside the pairs"
    )
    handed = next_pairs(shop, ANN, "shop", imported=True)["pairs"]
    assert [cell["text"] for cell in handed[0]["further"]] == ["49,90", "SKU-1"]
    assert pair_details(shop, ANN, 1)["extra"] == {"Preis": "49,90", "Artikelnummer": "SKU-1"}
    with pytest.raises(Refused, match="Up to 12 columns"):
        show_columns(shop, LOCAL, "shop", [str(n) for n in range(13)])


def test_a_word_of_hidden_columns_alone_makes_nobody_read_texts(shop, monkeypatch):
    looked = []
    monkeypatch.setattr(filters, "filtered_rows", lambda *asked: looked.append(asked) or [])
    assert beside(shop, ANN, search="sicher") == [] and looked == []


@pytest.mark.both_databases
def test_further_columns_are_searched_by_those_who_see_them(shop):
    for user, word, count in (
        (LOCAL, "SKU-3", 1), (LOCAL, "sicher", 2), (ANN, "SKU-3", 0), (ANN, "laufschuh", 1),
    ):  # fmt: skip
        assert len(beside(shop, user, search=word)) == count, (user, word)
    show_columns(shop, LOCAL, "shop", ["Artikelnummer"])
    assert len(beside(shop, ANN, search="sku-3")) == 1
    assert beside(shop, ANN, search="sicher") == []


@pytest.mark.both_databases
@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "parquet", "datasets"])
def test_further_columns_come_back(form, shop, tmp_path):
    suffix = ".zip" if form == "datasets" else f".{form}"
    done = export_dataset(shop, LOCAL, "shop", form, tmp_path / f"out{suffix}")
    assert done["lost"] == []
    import_file(shop, LOCAL, tmp_path / f"out{suffix}", "again")
    assert extras(shop, "again") == extras(shop, "shop")
    again = export_dataset(shop, LOCAL, "again", form, tmp_path / f"again{suffix}")
    assert again["lost"] == []
    duplicate(shop, LOCAL, "shop", "copy")
    assert extras(shop, "copy") == extras(shop, "shop")


def test_what_a_format_leaves_out_is_named(shop, tmp_path):
    done = export_dataset(shop, LOCAL, "shop", "cohere", tmp_path / "out.jsonl")
    assert done["lost"][-1] == "Not exported: Artikelnummer, Preis, Notiz, =Bild"


def test_a_passage_is_made_of_several_columns(workspace, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("query,title,text,brand,label\nq,T {1},Body,B,1\nq,,Only body,,0\nq,,,,1\n")
    options = ReadOptions(passage_template="{title} – {{{brand}}}\n{Text}")
    report = import_file(workspace, LOCAL, file, "d", options)
    assert list(extras(workspace, "d")) == ["T {1} – {B}\nBody", "Only body"]
    assert (report["blank"], report["further"]) == (1, [])
    for template, why in (
        ("{nothing}", "has no column nothing"), ("{title", "cannot be read"),
        ("title", "names no column"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            import_file(workspace, LOCAL, file, "e", ReadOptions(passage_template=template))


def test_the_command_line_combines_and_shows_columns(home, command, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("query,title,text,sku,label\nq,Title,Body,S-1,1\nq,Other,,S-2,0\n")
    code, _out, err = command(
        "import", str(file), "--dataset", "d", "--passage-template", "{title}\\n{text}",
        "--show-column", "sku",
    )  # fmt: skip
    assert code == 0 and "Kept with each pair: sku." in err
    workspace = open_workspace()
    assert list(extras(workspace, "d")) == ["Title\nBody", "Other"]
    (first, _) = page_of_pairs(workspace, ANN, "d")["pairs"]
    assert first["further"] == [{"column": "sku", "text": "S-1", "image": False}]
    workspace.engine.dispose()


def test_images_are_shown_of_allowed_hosts_only(shop):
    def images() -> list[str]:
        rows = page_of_pairs(shop, LOCAL, "shop")["pairs"]
        return [cell["text"] for row in rows for cell in row["further"] if cell["image"]]

    assert images() == []
    shop.settings.image_hosts = "img.example.com, cdn.example.com"
    assert images() == ["https://img.example.com/a.JPG?w=2"]


def test_the_playground_shows_them_too(shop):
    show_columns(shop, LOCAL, "shop", ["Artikelnummer"])
    for candidates in (labelled(shop, LOCAL, "schuhe", "shop"),
                       by_bm25(shop, LOCAL, "warm rot", "shop", 9)):  # fmt: skip
        texts = {cell["text"] for cells in candidates.further for cell in cells}
        assert texts == {"SKU-1", "=SKU-2"}


def test_records_of_lists_keep_their_plain_columns(workspace, tmp_path):
    file = tmp_path / "lists.jsonl"
    record = {"query": "how tall is it", "positive": ["a tall tower"], "negative": ["a low hut"],
              "id": 7, "url": "https://example.com", "meta": {"x": 1}}  # fmt: skip
    file.write_text(json.dumps(record) + "\n")
    report = import_file(workspace, LOCAL, file, "d")
    assert set(map(str, extras(workspace, "d").values())) == {
        "{'id': 7, 'url': 'https://example.com'}"
    }
    assert "Not read: meta." in report["notes"]
