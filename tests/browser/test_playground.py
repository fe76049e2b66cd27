"""The Playground in a real browser: rank, compare, label, open again by its link."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from reranker_ui.services.store.database import annotations, pairs
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support.labelling import seed, started_run
from tests.support.server import Server

QUERY = "how is cave 1 formed?"
SLOW = 60_000  # ms; the first use of a model imports torch and loads it
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> ${document.title='owned'} C:\\new\\table"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("playground") / "home"


@pytest.fixture(scope="module")
def space(home):
    """Test queries with a relevant passage that BM25 finds and three others, two of 14."""
    space = open_workspace(Settings(home=home))
    texts = [
        (f"how is cave {n} formed?", passage)
        for n in range(4)
        for passage in (f"Cave {n} is formed by water.", "Cats sleep.", HOSTILE, f"Ice {n}")
    ]
    texts += [(QUERY, f"Other passage {n}") for n in range(10)]
    label = {number: float(number % 4 == 0) for number in range(16)}
    seed(space, "caves", len(texts), texts=texts, label=label.get, split=lambda _: "test")
    yield space
    space.engine.dispose()


@pytest.fixture(scope="module")
def site(space, home):
    server = Server(home)
    yield server.start().url
    server.kill()


def ranked(page, letter="b"):
    page.wait_for_selector(".rr-lists", timeout=SLOW)
    return page.locator(f".rr-result.{letter} .rr-passage").all_inner_texts()


def test_a_query_is_ranked_twice_and_its_link_opens_again(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves")
    page.get_by_text("No run has finished yet").wait_for()
    page.locator(".rr-start").filter(has_text=QUERY).click()
    assert ranked(page, "a")[0] == "Cave 1 is formed by water."
    assert page.get_by_label("Query", exact=True).input_value() == QUERY
    assert page.locator(".rr-side.a .rr-ndcg").inner_text() == "1.000"
    assert re.search(r"A .+ ms · B .+ ms for 14 passages on", page.locator(".rr-took").inner_text())
    assert page.locator(".rr-gap path").count() >= 10
    assert "not a probability" in page.locator(".rr-side.b").inner_text()
    shown = ranked(page)
    again = new_page(page.url)
    assert ranked(again) == shown
    assert page.title() == again.title() == "Playground · caves · Reranker UI"


def test_a_label_given_here_is_a_row_and_can_be_taken_back(site, new_page, space):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&q={QUERY[:-1]}%3F")
    ranked(page)
    page.set_viewport_size({"width": 1100, "height": 900})
    page.locator(".rr-result.b").nth(1).click()
    tops = "all => all.map((one) => one.offsetTop)"  # both answers are on one line
    assert len(set(page.locator(".rr-result.b.focus .rr-give").evaluate_all(tops))) == 1
    page.keyboard.press("1")
    page.get_by_text("Labelled 1 in caves").wait_for()
    with space.reading() as connection:
        row = connection.execute(annotations.select()).one()
    assert (row.label, row.source) == (1, "playground")
    page.get_by_role("button", name="Undo").click()
    page.locator(".rr-result.b.focus .rr-give.on.pos").wait_for(state="detached")
    with space.reading() as connection:
        assert connection.execute(annotations.select()).all() == []


def test_a_pasted_passage_that_is_labelled_joins_the_dataset(site, new_page, space):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&from=paste")
    page.get_by_label("Query", exact=True).fill("walrus")
    page.get_by_label("Passages").fill(f"A walrus.\n{HOSTILE}")
    page.locator("#rr-rank").click()
    assert ranked(page) == ["A walrus.", HOSTILE]
    page.keyboard.press("Escape")
    page.locator(".rr-result.b").first.click()
    page.keyboard.press("1")
    page.get_by_text("Labelled 1 in caves").wait_for()
    with space.reading() as connection:
        row = connection.execute(pairs.select().where(pairs.c.query == "walrus")).one()
    assert (row.passage, row.source) == ("A walrus.", "playground")


def test_a_refusal_says_what_to_do(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25")
    page.get_by_label("Query", exact=True).fill("ice")
    page.keyboard.press("Enter")
    page.get_by_text("caves has no pair with this query").wait_for()
    page.get_by_role("button", name="Use BM25 candidates").click()
    page.wait_for_selector(".rr-lists")
    assert all("Ice" in passage for passage in ranked(page))
    page.get_by_role("button", name="similar by meaning").click()
    page.locator(".rr-result.b").nth(9).wait_for(timeout=SLOW)  # BM25 found four
    assert "from=meaning" in page.url
    page.get_by_role("button", name="BM25 from caves").click()
    page.get_by_label("Query", exact=True).fill("")
    page.keyboard.press("Enter")
    page.get_by_text("The query is empty").wait_for()


@pytest.fixture
def started(space):
    """A run that has started, for one test."""
    number, folder = started_run(space)
    yield number, folder
    shutil.rmtree(folder.model, ignore_errors=True)  # a test that failed may have none
    folder.emit("cancelled")


def test_a_refusal_stays_when_a_run_ends(site, new_page, started, tiny_model):
    number, folder = started
    address = f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&from=dataset&q=zebra"
    with folder.lock():
        page = new_page(address)
        refusal = page.get_by_text("No passage of caves shares a word with this query")
        refusal.wait_for()
        expect(page.locator(".rr-runchip")).to_contain_text(f"run {number}")
        shutil.copytree(tiny_model, folder.model)
        folder.emit("finished", metrics={})
    ranker = page.get_by_label("Ranker B").locator(f"option[value='{number}']")
    expect(ranker).to_be_enabled()  # the runs were read again
    expect(refusal).to_be_visible()


@pytest.mark.parametrize("query", ["", QUERY])
def test_an_id_that_is_being_typed_stays_when_a_run_ends(
    site, new_page, started, tiny_model, query
):
    number, folder = started
    with folder.lock():
        page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&q={query}")
        page.locator(".rr-lists" if query else ".rr-start").first.wait_for()
        expect(page.locator(".rr-runchip")).to_contain_text(f"run {number}")
        page.get_by_label("Ranker B").select_option(label="A model of the Hub…")
        field = page.get_by_label("Hub id")
        page.keyboard.type("owner/del")
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        shutil.copytree(tiny_model, folder.model)
        folder.emit("finished", metrics={})
    ranker = page.get_by_label("Ranker A").locator(f"option[value='{number}']")
    expect(ranker).to_be_enabled()  # the heads were drawn again
    expect(field).to_be_focused()
    page.keyboard.type("mo")
    expect(field).to_have_value("owner/model")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Ranker B")).to_be_focused()


def test_a_query_asked_while_the_server_was_away_is_ranked_when_it_is_back(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25")
    page.locator(".rr-start").first.wait_for()
    page.context.offline = True  # the console reports requests that fail
    page.context.set_offline(True)
    page.get_by_label("Query", exact=True).fill(QUERY)
    page.keyboard.press("Enter")
    page.locator(".rr-play-outage").wait_for()
    page.context.set_offline(False)
    assert "Cave 1 is formed by water." in ranked(page)


def test_test_queries_by_gain(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=cosine")
    page.get_by_role("button", name="Browse test queries").click()
    page.get_by_text("better,").wait_for(timeout=SLOW)
    assert page.locator(".rr-query-row").count() == 4
    means = page.locator(".rr-means")  # four queries can show nothing: no gain has a colour
    expect(means.locator("tbody tr").first).to_contain_text(" to ")
    expect(means.locator(".rr-gain, .rr-loss")).to_have_count(0)
    page.get_by_label("Filter queries").fill("cave 3")
    page.locator(".rr-query-row").click()
    assert "Cave 3 is formed by water." in ranked(page)
    assert not page.locator(".rr-queries").is_visible()


def test_on_a_phone_one_list_at_a_time(site, new_page):
    address = f"{site}/?tab=playground&dataset=caves&a=bm25&b=cosine&q={QUERY[:-1]}%3F"
    page = new_page(address, width=390, height=844)
    page.wait_for_selector(".rr-lists", timeout=SLOW)
    assert not page.locator(".rr-side.a").is_visible()
    page.locator(".rr-ab button").first.click()
    assert page.locator(".rr-side.a").is_visible()
    assert not page.locator(".rr-side.b").is_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_third_ranker_and_long_candidates_are_in_the_link(site, new_page):
    may = {"permissions": ["clipboard-read", "clipboard-write"]}
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&from=paste", **may)
    passages = [f"Walrus number {n} sleeps on the ice of a very cold sea." for n in range(60)]
    page.get_by_label("Query", exact=True).fill("walrus number 7")
    page.get_by_label("Passages").fill("\n".join(passages))
    page.locator("#rr-rank").click()
    assert ranked(page)[0] == passages[7]
    page.get_by_label("More about BM25").first.click()
    page.get_by_role("menuitem", name="Add a third ranker").click()
    page.get_by_role("button", name="Show ranker C").wait_for()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied: it opens").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "c=cosine" in link and "#p=" in link
    again = new_page(link)
    assert ranked(again)[0] == passages[7]
    again.get_by_role("button", name="Show ranker C").click()
    again.locator(".rr-side.b").get_by_text("cosine, not a probability").wait_for()
    assert again.get_by_label("Passages").input_value() == "\n".join(passages)
    again.set_viewport_size({"width": 1920, "height": 1000})
    again.locator(".rr-sides.three").wait_for()
    from_the_right = """all => all.map((head) =>
        head.getBoundingClientRect().right - head.lastElementChild.getBoundingClientRect().right)"""
    assert max(again.locator(".rr-side-head").evaluate_all(from_the_right)) <= 20


def test_pasted_passages_outlast_a_reload_and_a_link_has_those_ranked(site, new_page):
    may = {"permissions": ["clipboard-read", "clipboard-write"]}
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&from=paste", **may)
    passages = [f"Walrus number {n} sleeps on the ice of a very cold sea." for n in range(60)]
    page.get_by_label("Query", exact=True).fill("walrus number 7")
    page.get_by_label("Passages").fill("\n".join(passages))
    page.locator("#rr-rank").click()
    assert ranked(page)[0] == passages[7]
    page.reload()
    assert ranked(page)[0] == passages[7]
    page.get_by_label("Passages").fill("A text that was not ranked")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied: it opens").wait_for()
    again = new_page(page.evaluate("navigator.clipboard.readText()"))
    assert ranked(again)[0] == passages[7]
    assert "#p=" in again.url
    again.reload()
    assert ranked(again)[0] == passages[7]
    again.get_by_label("Passages").fill("Walrus number 7\nAnother walrus")
    again.locator("#rr-rank").click()
    again.wait_for_url(lambda url: "#p=" not in url)


def test_why_a_passage_scores_and_what_other_words_would(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=cosine&q={QUERY[:-1]}%3F")
    ranked(page)
    page.get_by_role("button", name="Show more").click()
    row = page.locator(".rr-result.b").filter(has_text=HOSTILE).first
    row.locator(".rr-passage").click()
    row.get_by_role("button", name="Why this score").click()
    row.locator(".rr-why-text").wait_for()
    assert row.locator(".rr-why-text").inner_text() == HOSTILE
    row.get_by_role("button", name="Try another wording").click()
    row.get_by_label("Passage in other words").fill(QUERY)
    row.get_by_text("→ 1", exact=False).first.wait_for()
    row.get_by_label("Passage in other words").fill(" ")
    expect(row.locator(".rr-why-scores")).to_be_empty()
    assert page.title() == "Playground · caves · Reranker UI"


def test_a_passage_without_words_is_explained(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=cosine&from=paste")
    page.get_by_label("Query", exact=True).fill("walrus")
    page.get_by_label("Passages").fill("A walrus.\n!!!")
    page.locator("#rr-rank").click()
    ranked(page)
    row = page.locator(".rr-result.b").filter(has_text="!!!")
    row.locator(".rr-passage").click()
    row.get_by_role("button", name="Why this score").click()
    row.get_by_text("No word of this passage changes the score").wait_for()


def test_what_nobody_judged_is_sent_to_annotate(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&q={QUERY[:-1]}%3F")
    ranked(page)
    send = page.locator(".rr-send")
    send.and_(page.get_by_role("button", name="Queue 10 for labelling")).click()
    page.get_by_text("10 passages wait in Annotate, 0 new to caves").wait_for()
    page.get_by_text("10 queued for labelling").wait_for()
    send.wait_for(state="detached")


def test_its_keys_are_shown(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&q={QUERY[:-1]}%3F")
    ranked(page)
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("Next result").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def test_use_this_model(site, new_page):
    page = new_page(f"{site}/?tab=playground&dataset=caves&a=bm25&b=bm25&q={QUERY[:-1]}%3F")
    ranked(page)
    page.get_by_label("More about BM25").first.click()
    page.get_by_role("menuitem", name="Use this model").click()
    dialog = page.get_by_role("dialog")
    assert f'base_url="{site}"' in dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
