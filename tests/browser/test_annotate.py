"""The Annotate tab in a real Chromium: keys, outbox, undo, notes, disputes, phone."""

import re
import time

import pytest
from sqlalchemy import func, select

from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.settings import stream_settings
from reranker_ui.services.labels.guidelines import edit_guidelines
from reranker_ui.services.store.database import annotations, decisions, leases, pairs
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support.labelling import ADMIN, LINH, MAI, seed
from tests.support.server_calls import SERVER_CALLS, hold_calls, labels_saved

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def home(server):
    """The served home, opened beside the server as a command line would."""
    space = open_workspace(Settings(home=server.home))
    yield space
    space.engine.dispose()


@pytest.fixture
def open_annotate(server, new_page):
    def opened(dataset, **options):
        page = new_page(f"{server.url}/?tab=annotate&dataset={dataset}", **options)
        page.wait_for_selector("#rr-annotate .rr-an-card :is(.rr-an-query, .rr-empty)")
        return page

    return opened


def rows(space, ids):
    with space.reading() as connection:
        query = select(annotations.c.pair_id, annotations.c.label, annotations.c.note)
        query = query.where(annotations.c.pair_id.in_(ids)).order_by(annotations.c.pair_id)
        return [tuple(row) for row in connection.execute(query)]


def labels(space, ids):
    return {pair: label for pair, label, _ in rows(space, ids)}


def passage(page):
    return page.locator(".rr-an-card .rr-an-passage")


def test_ten_keys_label_ten_pairs(home, open_annotate):
    ids = seed(home, "ten", 40)
    page = open_annotate("ten")
    for number, key in enumerate("0110s10101"):
        expect(passage(page)).to_have_text(f"Passage {number} on ice caves.")
        page.keyboard.press(key)
    labels_saved(page)
    given = [0, 1, 1, 0, None, 1, 0, 1, 0, 1]
    assert labels(home, ids) == dict(zip(ids, given, strict=False))
    expect(page.locator(".rr-an-progress")).to_contain_text("9 of 40")
    expect(page.locator(".rr-an-count")).to_contain_text("9 of 40 · 9 today")


def test_the_next_pair_does_not_wait_for_the_server(home, open_annotate):
    ids = seed(home, "held", 40)
    page = open_annotate("held")
    expect(page.locator(".rr-an-candidate")).to_have_count(3)
    release = hold_calls(page)
    for number, key in enumerate("101"):
        expect(passage(page)).to_have_text(f"Passage {number} on ice caves.")
        page.keyboard.press(key)
    expect(passage(page)).to_have_text("Passage 3 on ice caves.")
    expect(page.locator(".rr-an-state")).to_have_text("3 waiting")
    assert rows(home, ids) == []
    release()
    labels_saved(page)
    assert list(labels(home, ids).values()) == [1, 0, 1]


def test_offline_labels_are_kept_and_sent(home, open_annotate):
    ids = seed(home, "away", 40)
    page = open_annotate("away")
    expect(page.locator(".rr-an-candidate")).to_have_count(3)
    page.context.offline = True  # the console tells of failed requests now
    page.context.set_offline(True)
    for key in "1100":
        page.keyboard.press(key)
    expect(page.locator(".rr-an-state")).to_have_text("Offline, 4 saved in this browser")
    expect(page.locator(".rr-banner")).to_contain_text("Can't reach the server")
    assert rows(home, ids) == []
    page.context.set_offline(False)
    labels_saved(page)
    expect(page.locator(".rr-banner")).to_be_hidden()
    expect(page.get_by_label("This query", exact=True)).to_contain_text("1 of 3 labelled by you")
    expect(page.locator(".rr-an-last tbody tr")).to_have_count(4)
    assert list(labels(home, ids).values()) == [1, 1, 0, 0]


def test_labels_that_were_not_sent_are_sent_when_the_page_is_opened_again(home, open_annotate):
    ids = seed(home, "again", 40)
    page = open_annotate("again")
    page.route(SERVER_CALLS, lambda route: route.abort())
    page.context.offline = True
    warned = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.keyboard.press("1")
    page.keyboard.press("0")
    expect(page.locator(".rr-an-state")).to_have_text("Offline, 2 saved in this browser")
    page.reload()
    assert warned == ["beforeunload"]
    page.unroute(SERVER_CALLS)
    page.reload()
    page.wait_for_selector(".rr-an-query")
    labels_saved(page)
    assert labels(home, ids) == {ids[0]: 1, ids[1]: 0}


def test_undo_goes_on_after_a_reload(home, open_annotate):
    ids = seed(home, "undo", 40)
    page = open_annotate("undo")
    for key in "101":
        page.keyboard.press(key)
    labels_saved(page)
    page.keyboard.press("u")
    expect(passage(page)).to_have_text("Passage 2 on ice caves.")
    labels_saved(page)
    assert list(labels(home, ids)) == ids[:2]
    page.reload()
    expect(passage(page)).to_have_text("Passage 2 on ice caves.")
    expect(page.locator(".rr-an-last tbody tr")).to_have_count(2)
    page.keyboard.press("u")
    expect(passage(page)).to_have_text("Passage 1 on ice caves.")
    labels_saved(page)
    assert list(labels(home, ids)) == ids[:1]
    page.keyboard.press("1")
    labels_saved(page)
    assert labels(home, ids) == {ids[0]: 1, ids[1]: 1}


def test_keys_are_off_while_typing_and_the_note_goes_with_the_label(home, open_annotate):
    ids = seed(home, "note", 40)
    page = open_annotate("note")
    page.keyboard.press("n")
    page.keyboard.type("10 s u: says how")
    page.keyboard.press("Enter")
    expect(page.locator(".rr-an-noted")).to_have_text("10 s u: says how")
    page.keyboard.press("Control+1")
    expect(passage(page)).to_have_text("Passage 0 on ice caves.")
    page.keyboard.press("1")
    labels_saved(page)
    assert rows(home, ids) == [(ids[0], 1, "10 s u: says how")]
    expect(page.locator(".rr-an-noted")).to_have_count(0)


def test_keys_are_off_in_a_hidden_tab_and_under_a_dialog(home, open_annotate):
    ids = seed(home, "hidden", 40)
    page = open_annotate("hidden")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_contain_text("Skip: no label")
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Train").click()
    expect(page.locator("#rr-annotate")).to_be_hidden()
    page.keyboard.press("1")
    page.get_by_role("tab", name="Annotate").click()
    expect(passage(page)).to_have_text("Passage 0 on ice caves.")
    assert rows(home, ids) == []


def test_a_label_is_changed_in_its_place(home, open_annotate):
    ids = seed(home, "change", 40, scale=("graded", 3.0))
    page = open_annotate("change")
    for key in "302":
        page.keyboard.press(key)
    page.locator(".rr-an-last tbody tr").nth(1).locator(".rr-an-chip").click()
    page.get_by_role("menuitem", name="Grade 3").click()
    expect(page.locator(".rr-an-last .rr-an-chip").first).to_be_focused()
    labels_saved(page)
    assert labels(home, ids) == {ids[0]: 3, ids[1]: 3, ids[2]: 2}
    expect(passage(page)).to_have_text("Passage 3 on ice caves.")
    chip = page.locator(".rr-an-last .rr-an-chip").first
    chip.click()
    page.get_by_role("menuitem", name="Can't tell").click()
    expect(chip).to_have_text("can't tell")
    labels_saved(page)
    assert labels(home, ids) == {ids[0]: 3, ids[1]: None, ids[2]: 2}


def test_a_score_is_given_in_five_steps(home, open_annotate):
    ids = seed(home, "score", 40, scale=("score", 1.0))
    page = open_annotate("score")
    for key in "01234":
        page.keyboard.press(key)
    for key, code in (("&", "Digit1"), ("ы", "KeyS"), ("S", "KeyS")):  # French, Russian, Caps Lock
        press = "([key, code]) => document.dispatchEvent(new KeyboardEvent('keydown', {key, code}))"
        page.evaluate(press, [key, code])
    labels_saved(page)
    assert list(labels(home, ids).values()) == [0, 0.25, 0.5, 0.75, 1, 0.25, None, None]


def test_text_is_text(home, open_annotate):
    evil = (
        "${document.body.setAttribute('data-run', 1)} <img src=x onerror=alert(1)> C:\\new\\u {{q}}"
    )
    seed(home, "evil", 2, texts=[(f"query {evil}", f"passage {evil}"), ("q", "p")])
    edit_guidelines(home, ADMIN, "evil", f"# {evil}\n\n[x](javascript:alert(1)) <b>no</b>")
    page = open_annotate("evil")
    expect(page.locator("h2.rr-an-query")).to_have_text(f"query {evil}")
    expect(passage(page)).to_have_text(f"passage {evil}")
    page.keyboard.press("g")
    expect(page.locator("dialog .rr-an-md")).to_contain_text("<b>no</b>")
    assert page.locator("dialog .rr-an-md :is(img, a, b, script)").count() == 0
    assert page.evaluate("document.body.dataset.run") is None


def test_words_of_the_query_are_marked(home, open_annotate):
    texts = [
        ("How are glacier caves formed?", "A cave forms in the ice of the glaciers, how nice.")
    ]
    seed(home, "marks", 1, texts=texts)
    page = open_annotate("marks")
    assert page.locator(".rr-an-passage mark").all_text_contents() == ["cave", "forms", "glaciers"]


def test_right_to_left_and_tall_scripts(home, open_annotate):
    texts = [
        ("كيف تتشكل الكهوف؟", "تتشكل الكهوف في الجليد."),
        ("冰川洞穴", "夏季融水沿裂隙流入冰层。"),
    ]
    seed(home, "scripts", 2, texts=texts)
    page = open_annotate("scripts")
    assert passage(page).evaluate("node => getComputedStyle(node).direction") == "rtl"
    page.keyboard.press("1")
    expect(passage(page)).to_have_attribute("lang", "zh")
    line, size = passage(page).evaluate(
        "node => [getComputedStyle(node).lineHeight, getComputedStyle(node).fontSize]"
    )
    assert float(line[:-2]) / float(size[:-2]) >= 1.6


def test_guidelines_are_edited_and_versioned(home, open_annotate):
    seed(home, "guide", 4)
    page = open_annotate("guide")
    page.get_by_role("button", name="Write").click()
    page.get_by_label("Guidelines in Markdown").fill("Is it **useful**?\n\n- short")
    page.get_by_role("button", name="Save guidelines").click()
    expect(page.locator(".rr-an-rail .rr-an-md strong")).to_have_text("useful")
    page.keyboard.press("1")
    labels_saved(page)


def test_a_dispute_is_ended_by_one_key(home, open_annotate):
    ids = seed(home, "dispute", 40, overlap=2)
    for pair in ids[:2]:
        annotate(home, MAI, pair, 1, f"m{pair}", note="says how")
        annotate(home, LINH, pair, 0, f"l{pair}")
    page = open_annotate("dispute")
    page.get_by_role("button", name="Review 2").click()
    expect(page.locator(".rr-an-votes tbody tr")).to_have_count(2)
    expect(page.locator(".rr-an-votes")).to_contain_text("says how")
    page.get_by_role("tab", name="Data").click()
    expect(page).to_have_url(re.compile("tab=data"))
    page.go_back()  # the view is in the address
    expect(page).to_have_url(re.compile("review=disputed"))
    expect(page.locator(".rr-an-votes tbody tr")).to_have_count(2)
    page.get_by_label("Reason").fill("guideline 2")
    page.get_by_label("Reason").blur()
    page.keyboard.press("1")
    expect(page.locator(".rr-an-list h2")).to_have_text("1 disputed pair")
    page.keyboard.press("x")
    expect(page.locator(".rr-toast")).to_contain_text("Left out of training")
    expect(page.locator(".rr-an-review")).to_contain_text("No disputed pairs")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".rr-an-list h2")).to_have_text("1 disputed pair")
    page.get_by_role("button", name="Back to labelling").first.click()
    expect(page.get_by_role("button", name="Review 1")).to_be_visible()
    expect(passage(page)).to_be_visible()
    with home.reading() as connection:
        stored = connection.execute(select(decisions).join(pairs).where(pairs.c.id.in_(ids))).all()
    assert [(row.pair_id, row.label, row.reason) for row in stored] == [(ids[0], 1, "guideline 2")]


def test_a_long_passage_is_folded(home, open_annotate):
    seed(home, "long", 2, texts=[("ice", "All on ice. " * 900 + "The end."), ("q", "short")])
    page = open_annotate("long", width=390, height=844, has_touch=True)
    page.get_by_role("button", name="Show all 10,808 characters").tap()
    expect(passage(page)).to_have_class(re.compile("open"))
    page.get_by_role("button", name="Collapse passage").tap()
    expect(passage(page)).not_to_have_class(re.compile("open"))
    page.keyboard.press("1")
    expect(passage(page)).to_have_text("short")
    expect(page.get_by_role("button", name=re.compile("Show all"))).to_have_count(0)


def test_the_answers_stay_in_sight_below_long_texts(home, open_annotate):
    query = "what is a cave that somebody described at length " * 14
    seed(home, "both long", 1, texts=[(query, "All on ice. " * 900)])
    page = open_annotate("both long")
    expect(page.locator("h2.rr-an-query")).to_have_class(re.compile("cut"))
    expect(page.locator(".rr-an-answer").first).to_be_in_viewport(ratio=1)
    page.locator("h2.rr-an-query").evaluate("query => query.scrollTo(0, 9999)")
    expect(page.locator("h2.rr-an-query")).not_to_have_class(re.compile("cut"))


def test_the_owner_chooses_how_a_dataset_is_labelled(home, open_annotate):
    ids = seed(home, "rules", 6, label=lambda number: 1.0)
    page = open_annotate("rules")
    held(home, ids, 6)
    page.get_by_role("button", name="Review").click()
    held(home, ids, 0)
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_label("Annotators per pair").select_option("2")
    page.get_by_role("checkbox", name="Hide what others think").uncheck()
    page.get_by_role("radio", name="By query").check()
    page.get_by_label("Name of another annotator").fill("Mai")
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Mai decides disputed pairs").check()
    page.get_by_role("checkbox", name="Mai is offered test pairs").check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".rr-toast")).to_contain_text("saved for everyone")
    settings = stream_settings(home, ADMIN, "rules")
    assert (settings["overlap"], settings["order"], settings["blind"]) == (2, "query", False)
    assert settings["adjudicators"] == settings["test_annotators"] == ["Mai"]
    annotate(home, LINH, ids[0], 0, "l0")
    held(home, ids, 0)
    page.get_by_role("button", name="Back to labelling").click()
    held(home, ids, 6)
    page.get_by_role("tab", name="Data").click()
    held(home, ids, 0)
    page.get_by_role("tab", name="Annotate").click()
    expect(page).to_have_url(re.compile("tab=annotate"))
    page.reload()
    expect(page.locator(".rr-an-others")).to_have_text("Imported label1Linh0")
    expect(page.get_by_role("button", name="by query")).to_have_attribute("aria-pressed", "true")
    uncertain = page.get_by_role("button", name="model-uncertain first")
    expect(uncertain).to_have_attribute("aria-haspopup", "menu")
    expect(uncertain).to_have_attribute("aria-expanded", "false")
    uncertain.click()
    expect(page.get_by_role("menuitem", name="Cosine, without a run")).to_be_focused()
    expect(uncertain).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(uncertain).to_have_attribute("aria-expanded", "false")


def held(space, ids, count):
    """Wait until so many of the pairs are reserved."""
    query = select(func.count()).select_from(leases).where(leases.c.pair_id.in_(ids))
    deadline = time.monotonic() + 15
    while (found := _count(space, query)) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def _count(space, query):
    with space.reading() as connection:
        return connection.scalar(query)


def test_an_open_page_follows_new_guidelines_and_a_label_keeps_the_version_it_was_given_under(
    home, open_annotate
):
    ids = seed(home, "versions", 6)
    edit_guidelines(home, ADMIN, "versions", "Is it **short**?")
    page = open_annotate("versions")
    expect(page.locator(".rr-an-question")).to_have_text("Is it short?")
    edit_guidelines(home, ADMIN, "versions", "Is it long?")
    page.keyboard.press("1")  # the page has not heard of them yet
    expect(page.locator(".rr-toast")).to_contain_text("version 2")
    expect(page.locator(".rr-an-question")).to_have_text("Is it long?")
    page.keyboard.press("1")
    labels_saved(page)
    with home.reading() as connection:
        query = select(annotations.c.guidelines_version).where(annotations.c.pair_id.in_(ids))
        assert list(connection.scalars(query.order_by(annotations.c.pair_id))) == [1, 2]
    page.keyboard.press("g")
    page.get_by_role("button", name="Earlier versions").click()
    expect(page.locator("dialog strong")).to_have_text("short")


def test_agreement_annotators_and_taking_back(home, open_annotate):
    ids = seed(home, "people", 24, overlap=2)
    for number, pair in enumerate(ids):
        annotate(home, MAI, pair, number % 2, f"pm{pair}", seconds=4)
        annotate(home, LINH, pair, 1 if number < 4 else number % 2, f"pl{pair}", seconds=2)
    page = open_annotate("people")
    page.get_by_role("button", name="Review 2").click()
    page.get_by_role("button", name="Agreement", exact=True).click()
    tiles = page.locator(".rr-an-tiles")
    expect(tiles).to_contain_text("92%")
    expect(tiles.get_by_text(re.compile(r"0\.\d\d to [01]\.\d\d \(95% CI\)"))).to_have_count(2)
    expect(page.locator(".rr-an-between tbody tr")).to_contain_text(["24"])
    expect(page.locator(".rr-an-matrix tbody td")).to_have_text(["10", "2", "", "12"])
    page.get_by_label("Whose labels").select_option("Linh")
    expect(page.locator(".rr-an-matrix tbody td")).to_have_text(["10", "0", "2", "12"])

    page.get_by_role("button", name="Annotators").click()
    row = page.locator(".rr-an-people tbody tr").filter(has_text="Linh")
    expect(row.locator("td")).to_contain_text(["Linh", "24", "24", "", "2", "92%", "0"])
    row.get_by_role("button", name="More about Linh").click()
    page.get_by_role("menuitem", name="Revert labels").click()
    expect(page.locator("dialog [role=status]")).to_contain_text("24 labels since then")
    page.get_by_role("button", name="Revert 24").click()
    expect(page.locator(".rr-toast")).to_contain_text("24 labels of Linh reverted")
    expect(row).to_have_count(0)
    assert [who for (who,) in annotators_of(home, ids)] == ["Mai"]
    page.get_by_role("button", name="Restore").click()
    expect(row).to_have_count(1)
    assert [who for (who,) in annotators_of(home, ids)] == ["Linh", "Mai"]


def annotators_of(space, ids):
    with space.reading() as connection:
        query = select(annotations.c.annotator).where(annotations.c.pair_id.in_(ids)).distinct()
        return connection.execute(query.order_by(annotations.c.annotator)).all()


def test_the_history_of_a_pair(home, open_annotate):
    ids = seed(home, "history", 4, overlap=2)
    annotate(home, MAI, ids[0], 1, "t1", note="says how")
    annotate(home, MAI, ids[0], 0, "t2")
    page = open_annotate("history")
    page.locator(".rr-an-candidate").first.click()
    page.keyboard.press("h")
    lines = page.locator("dialog .rr-an-history li")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("Imported from caves.csv")
    expect(lines.nth(1)).to_contain_text("Mai labelled1says how")
    expect(lines.nth(2)).to_contain_text("Mai changed the label1→0")
    page.keyboard.press("Escape")
    page.keyboard.press("1")  # the keys are on again
    expect(passage(page)).to_have_text("Passage 1 on ice caves.")
    labels_saved(page)


def test_pairs_are_added_by_hand(home, open_annotate):
    texts = [("how do caves form", "Caves form in ice."), ("what is ice", "Ice is frozen water.")]
    seed(home, "adding", 2, texts=texts)
    page = open_annotate("adding")
    page.get_by_role("button", name="Add passages to this query").click()
    found = page.locator(".rr-an-found li")
    page.get_by_role("textbox", name="Query", exact=True).fill("what is ice made of")
    expect(found).to_have_count(2)
    found.filter(has_text="Ice is frozen").get_by_role("checkbox").check()
    page.get_by_label("Or write passages").fill("Water.\nSnow.")
    page.get_by_role("button", name="Add 3 pairs").click()
    expect(page.locator(".rr-toast")).to_contain_text("3 pairs added")
    for _ in range(2):
        page.keyboard.press("1")
    expect(page.locator(".rr-an-candidate")).to_have_count(3)
    expect(page.locator("h2.rr-an-query")).to_have_text("what is ice made of")
    page.get_by_role("button", name="Undo").first.click()


def test_the_end_says_what_comes_next(home, open_annotate):
    seed(home, "end", 3)
    page = open_annotate("end")
    for key in "01s":
        page.keyboard.press(key)
    expect(page.locator(".rr-an-card")).to_contain_text("1 skipped pair is left")
    page.get_by_role("button", name="Review 1 skipped").click()
    expect(passage(page)).to_have_text("Passage 2 on ice caves.")
    page.keyboard.press("1")
    expect(page.locator(".rr-an-card")).to_contain_text("No skipped pairs")
    page.get_by_role("button", name="Back to labelling").click()
    page.get_by_role("button", name="Train a reranker").click()
    expect(page).to_have_url(re.compile("tab=train"))


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_answers_are_tapped_in_a_dock_and_pairs_are_read_in_full(
    home, open_annotate, server, width
):
    ids = seed(home, f"phone{width}", 40)
    page = open_annotate(f"phone{width}", width=width, height=700, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Relevant", exact=True).tap()
    page.get_by_role("button", name="Not relevant").tap()
    page.get_by_role("button", name="Skip", exact=True).tap()
    labels_saved(page)
    assert list(labels(home, ids).values()) == [1, 0, None]
    for answer in page.locator(".rr-an-answer").all():
        box = answer.bounding_box()
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= 700
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto(f"{server.url}/?tab=data&open=phone{width}")
    passages = page.locator("td.passage")
    passages.nth(5).tap()  # a finger has no double click
    pair = page.get_by_role("dialog")
    expect(pair.locator("section.passage")).to_contain_text("Passage 5 on ice caves.")
    pair.locator("section.passage").get_by_role("button", name="Edit").tap()
    pair.get_by_role("textbox", name="Passage").fill("")
    pair.get_by_role("button", name="Save").tap()
    expect(pair.locator(".rr-toast")).to_contain_text("cannot be empty")  # over the dialog
    pair.get_by_role("textbox", name="Passage").fill("Passage 5 on ice.")
    pair.get_by_role("button", name="Save").tap()
    expect(page.locator("body > .rr-toast")).to_contain_text("Changed the passage of 1 pair")
    expect(passages.nth(5)).to_have_text("Passage 5 on ice.")


def test_a_killed_server_loses_no_label(new_server, new_page):
    server = new_server()
    space = open_workspace(Settings(home=server.home))
    ids = seed(space, "killed", 40)
    seed(space, "other", 2, texts=[("what is snow", "Snow is frozen water."), ("q", "p")])
    page = new_page(f"{server.url}/?tab=annotate&dataset=killed")
    page.wait_for_selector(".rr-an-query")
    for key in "110":
        page.keyboard.press(key)
    labels_saved(page)
    page.context.offline = True
    server.kill()
    for key in "01":
        page.keyboard.press(key)
    expect(page.locator(".rr-an-state")).to_have_text("Offline, 2 saved in this browser")
    page.get_by_title("Choose a dataset").click()
    page.get_by_role("menuitem", name="other").click()
    expect(page.locator(".rr-an-errors")).to_contain_text("Can't reach the server")
    expect(page.locator(".rr-an-rail > *")).to_have_count(3)
    expect(page.locator(".rr-an-rail > :visible")).to_have_count(0)  # of the dataset before
    server.start()
    expect(passage(page)).to_have_text("Snow is frozen water.", timeout=40_000)
    expect(page.locator(".rr-an-errors")).to_be_empty()
    expect(page.locator(".rr-an-state")).to_have_text("Saved", timeout=40_000)
    assert list(labels(space, ids).values()) == [1, 1, 0, 0, 1]
    space.engine.dispose()
