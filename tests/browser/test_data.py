"""The Data tab in a real browser: import a file, look at it, edit it, take the edit back."""

import re

from playwright.sync_api import expect

ROWS = ["query,passage,label"]
ROWS += [f"query {q},passage {q} {p},{int(p == 0)}" for q in range(20) for p in range(4)]
ROWS += ["query 1,passage 1 0,1", "query 2,,1", "query 3,late,maybe"]


def bring(page, path) -> None:
    page.locator("#rr-file").set_input_files(str(path))
    expect(page.locator(".rr-import-foot")).to_be_visible(timeout=30_000)


def test_import_look_edit_undo(server, new_page, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(ROWS) + "\n")
    page = new_page(f"{server.url}/?tab=data")
    page.locator("#rr-file").focus()
    bring(page, path)
    expect(page.locator(".rr-read-as")).to_contain_text("CSV, UTF-8, comma, quotes on, 83 records")
    expect(page.locator(".rr-strip > b")).to_be_focused()
    report = page.locator(".rr-import-side").nth(1)
    for word, count in {"Kept": 80, "Duplicates": 1, "Blank": 1, "Bad label": 1}.items():
        expect(report).to_contain_text(re.compile(f"{word}{count}"))
    expect(page.locator(".rr-left tbody tr")).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("button", name="rejects.csv").click()
    assert download.value.path().read_text("utf-8-sig").count("\n") == 4
    page.get_by_label("Import as").fill("mine")
    page.get_by_role("button", name="Import 80 pairs").click()
    arrival = page.locator(".rr-arrival")  # the new dataset is opened and current, on its pairs
    expect(arrival).to_contain_text("80 pairs added", timeout=30_000)
    expect(arrival.locator("b")).to_be_focused()
    expect(page.locator(".rr-toast")).to_have_text("mine: 80 pairs added")
    expect(page.locator(".rr-switch")).to_contain_text(re.compile("mine.*80 pairs", re.DOTALL))
    expect(page.locator(".rr-tiles")).to_contain_text("25.0%")
    expect(arrival.get_by_role("button")).to_have_text(["Check", "Annotate", "Train", ""])
    pairs = page.locator(".rr-pairs-table tbody tr")
    expect(pairs).to_have_count(50)
    expect(pairs.nth(1).locator(".rr-chip")).to_have_text("0")
    pairs.nth(1).locator(".rr-chip-button").click()
    page.get_by_role("menuitem", name="Relevant 1", exact=True).click()
    expect(pairs.nth(1).locator(".rr-chip")).to_have_text("1")
    page.locator(".rr-toast").get_by_role("button", name="Undo").click()
    expect(pairs.nth(1).locator(".rr-chip")).to_have_text("0")

    passages = page.get_by_role("columnheader", name="Passage")
    passages.get_by_role("button").click()
    expect(passages).to_have_attribute("aria-sort", "ascending")
    expect(pairs.nth(1).locator("td.passage")).to_have_text("passage 0 1")
    passages.get_by_role("button").click()
    expect(pairs.first.locator("td.passage")).to_have_text("passage 9 3")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(pairs).to_have_count(30)
    expect(pairs.last.locator("td.passage")).to_have_text("passage 0 0")
    sort = page.get_by_role("button", name="Sort: Passage")
    expect(sort).to_have_attribute("aria-haspopup", "menu")
    expect(sort).to_have_attribute("aria-expanded", "false")
    sort.click()
    expect(sort).to_have_attribute("aria-expanded", "true")
    page.get_by_role("menuitem", name="Order of import").click()
    expect(pairs).to_have_count(50)
    label = page.locator(".rr-filter").filter(has_text="Label")
    expect(label).to_have_attribute("aria-haspopup", "menu")
    label.click()
    expect(label).to_have_attribute("aria-expanded", "true")
    page.get_by_role("menuitem", name="1, relevant").click()
    expect(label).to_have_text("Label: 1")
    expect(pairs).to_have_count(20)
    for name in ("aria-haspopup", "aria-expanded"):  # it frees the pairs at once
        expect(label).not_to_have_attribute(name, re.compile(""))
    label.click()
    expect(pairs).to_have_count(50)
    expect(label).to_have_attribute("aria-expanded", "false")

    expect(page.locator(".rr-tools")).to_contain_text("1–50 of 80")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 80 that match").click()
    selected = page.get_by_role("toolbar", name="Selected pairs")
    expect(selected).to_contain_text("80 selected")
    expect(selected).to_contain_text("30 not on this page")
    selected.get_by_role("button", name="Clear the selection").click()
    page.get_by_placeholder("Search queries and passages").fill("passage 19 2")
    expect(pairs).to_have_count(1)
    pairs.locator("td.passage").dblclick()
    page.locator("td.editing textarea").fill("passage seven")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")  # back to the text, which is as it was typed
    expect(page.locator("td.editing textarea")).to_have_value("passage seven")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Correction: keep the label")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".rr-toast")).to_contain_text("the label stays")
    page.get_by_placeholder("Search queries and passages").fill("seven")
    expect(pairs).to_have_count(1)
    expect(pairs.locator("td.passage")).to_have_text("passage seven")
    expect(pairs.locator(".rr-chip")).to_have_text("0")

    pairs.locator("td.query").dblclick()
    page.locator("td.editing textarea").fill("another question")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="New meaning: remove the label").click()
    expect(page.locator(".rr-toast")).to_contain_text("Changed the query of 4 pairs")
    expect(pairs.locator(".rr-chip")).to_have_text("none")
    page.locator(".rr-toast").get_by_role("button", name="Undo").click()
    expect(pairs.locator(".rr-chip")).to_have_text("0")

    page.reload()
    expect(pairs).to_have_count(50)
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Format").select_option("jsonl")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export", exact=True).click()
    assert "passage seven" in download.value.path().read_text()
    expect(dialog).to_contain_text("80 pairs written")


def test_payloads_are_shown_as_text(server, new_page, data_folder):
    page = new_page(f"{server.url}/?tab=data")
    bring(page, data_folder / "hostile" / "xss_payloads.csv")
    page.get_by_label("Import as").fill("payloads")
    page.get_by_role("button", name="Import 30 pairs").click()
    expect(page.locator(".rr-pairs-table tbody tr")).to_have_count(30)
    expect(page.locator(".rr-pairs-table")).to_contain_text("<script>window.__xss=1</script>")
    assert page.evaluate("window.__xss === undefined")
    assert "62615533" not in page.content()


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(server, new_page, data_folder):
    page = new_page(f"{server.url}/?tab=data", width=390)
    page.locator("#rr-file").set_input_files(str(data_folder / "hostile" / "png_renamed.csv"))
    expect(page.get_by_role("alert")).to_contain_text("PNG picture", timeout=30_000)
    page.get_by_role("button", name="Another file").click()
    expect(page.locator(".rr-drop")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    page.keyboard.press("Control+k")  # a phone's rules hold in dialogs, which lie on the body
    expect(page.locator(".rr-dialog-head")).to_have_css("padding-left", "16px")


def test_a_finding_leads_to_its_rows_and_is_mended(server, new_page, tmp_path):
    rows = ["query,passage,label,split"]
    rows += [f"ask {q},answer {q} {p},{int(p == 0)},train" for q in range(12) for p in range(3)]
    rows += [
        "ask 3,late answer,0,test",
        "ask 4,late answer,0,dev",
        "say 9,p,1,test",
        "say 8,p,1,dev",
    ]
    path = tmp_path / "leaky.csv"
    path.write_text("\n".join(rows) + "\n")
    page = new_page(f"{server.url}/?tab=data")
    bring(page, path)
    page.get_by_role("button", name="Import 40 pairs").click()
    expect(page.locator(".rr-two-sides")).to_have_text("2 queries in two splits", timeout=30_000)
    page.locator(".rr-arrival").get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Check this dataset").click()
    finding = page.locator(".rr-finding", has_text="2 queries are in more than one split")
    finding.get_by_role("button", name="Show 8 rows").click(timeout=60_000)
    expect(page.locator(".rr-pairs-table tbody tr")).to_have_count(8)
    page.get_by_role("tab", name="Quality").click()
    finding.get_by_role("button", name="Move to one split").click()
    sides = page.locator(".rr-tile-below", has_text="in two splits")
    expect(sides).to_have_text("no query is in two splits", timeout=30_000)
    expect(finding).to_have_count(0, timeout=60_000)
    page.get_by_role("tab", name="History").click()
    page.locator(".rr-history tr", has_text="to one split each").get_by_role("button").click()
    expect(page.locator(".rr-two-sides")).to_have_text("2 queries in two splits", timeout=30_000)


def test_keys_set_all_that_is_selected_and_back_leads_back(server, new_page, tmp_path):
    path = tmp_path / "back.csv"
    path.write_text("query,passage,label\n" + "".join(f"ask {n},say {n},0\n" for n in range(6)))
    page = new_page(f"{server.url}/?tab=data")
    bring(page, path)
    page.get_by_role("button", name="Import 6 pairs").click()
    for number in range(3):
        page.get_by_label("Select this pair").nth(number).check()
    bar = page.locator(".rr-selection")
    assert bar.evaluate("bar => bar.offsetHeight") < 60  # one line
    page.keyboard.press("1")
    expect(page.locator(".rr-toast")).to_contain_text("Label set to 1 on 3 pairs")
    page.get_by_role("tab", name="History").click()
    expect(page.locator(".rr-history")).to_be_visible()
    page.get_by_role("tab", name="Train").click()
    expect(page).to_have_url(re.compile(r"tab=train"))
    assert "view=" not in page.url and "open=" not in page.url  # what other tabs read stays out
    page.go_back()
    expect(page.locator(".rr-history")).to_be_visible()
    page.go_back()
    expect(page.locator(".rr-pairs-table")).to_be_visible()
    page.go_back()
    expect(page.locator(".rr-datasets")).to_be_visible()
    page.go_forward()
    expect(page.locator(".rr-pairs-table")).to_be_visible()

    page.get_by_role("button", name="Datasets").click()
    bring(page, path)  # again: what it changes is said before, and alike afterwards
    foot = page.locator(".rr-import-foot")
    expect(foot).to_contain_text("There is a dataset called back with 6 pairs")
    foot.get_by_role("button", name="Add to it").click()
    known = "0 added, 0 new labels, 6 already there"
    expect(foot).to_contain_text(f"back: {known}.")
    foot.get_by_role("button", name="Add 0 pairs").click()
    expect(page.locator(".rr-arrival")).to_contain_text(known, timeout=30_000)
    expect(page.locator(".rr-toast")).to_have_text(f"back: {known}")
    page.get_by_role("tab", name="History").click()
    expect(page.locator(".rr-history")).to_contain_text(f"Imported back.csv: {known}")


def test_columns_that_are_not_read_are_confirmed_or_chosen(server, new_page, tmp_path):
    path = tmp_path / "sides.csv"
    rows = [f"how is stone {n},a good text {n},a poor text {n},S-{n}" for n in range(6)]
    path.write_text("\n".join(["question,answer,other,sku", *rows]) + "\n")
    page = new_page(f"{server.url}/?tab=data")
    bring(page, path)
    unread = page.get_by_role("group", name="Columns that are not read")
    expect(unread).to_contain_text("1 column not read")
    expect(page.locator(".rr-import")).not_to_contain_text("Nothing is left out")
    go = page.get_by_role("button", name=re.compile("Import 6 pairs"))
    expect(go).to_be_disabled()
    unread.get_by_role("checkbox").check()
    expect(go).to_be_enabled()
    page.get_by_text("Negatives: none").click()
    page.get_by_label("Negatives: other").check()
    expect(page.get_by_text("Negatives: other")).to_be_visible(timeout=30_000)
    page.get_by_text("Positives: none").click()
    page.get_by_label("Positives: answer").check()
    expect(page.get_by_text("Positives: answer")).to_be_visible(timeout=30_000)
    expect(unread).to_have_count(0)
    page.get_by_label("Import as").fill("sides")
    kept = page.get_by_role("group", name="1 further column kept with each pair")
    expect(kept.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Import 12 pairs").click()
    expect(page.locator(".rr-further").first).to_contain_text("S-0", timeout=30_000)
    expect(page.locator(".rr-tiles")).to_contain_text("50.0%", timeout=30_000)

    cell = page.locator("td.passage").first
    before = cell.inner_text()
    cell.press("Enter")
    page.keyboard.press("Escape")
    expect(cell).to_have_text(before, use_inner_text=True)  # with its further column
    cell.press("Enter")
    cell.get_by_role("textbox").fill(" ")
    page.keyboard.press("Control+Enter")
    cell.get_by_role("button", name="Correction: keep the label").click()
    expect(page.locator(".rr-toast")).to_contain_text("cannot be empty")
    cell.locator("p").dblclick()  # the question stays, and so does what was typed
    cell.get_by_role("button", name="Back").click()
    expect(cell.get_by_role("textbox")).to_have_value(" ")


def test_the_scale_is_chosen_named_changed_and_undone(server, new_page, tmp_path):
    path = tmp_path / "shop.csv"
    labels = [*[0, 1, 2, 3] * 30, 7]
    rows = [f"query {n // 4},product {n},{label}" for n, label in enumerate(labels)]
    path.write_text("\n".join(["query,passage,label", *rows]))
    page = new_page(f"{server.url}/?tab=data")
    bring(page, path)
    histogram = page.locator(".rr-histogram-row")
    expect(histogram).to_have_count(5)
    expect(histogram.last).to_have_text("7outside of the scale, rejected Accept1")
    histogram.last.get_by_role("button").click()
    expect(histogram.nth(7)).to_have_text("71")
    expect(page.get_by_role("button", name="Import 121 pairs")).to_be_visible()
    page.get_by_label("Highest grade").fill("3")
    page.get_by_label("Highest grade").press("Enter")
    expect(histogram).to_have_count(5)
    for label, name in enumerate(["Irrelevant", "Related", "Good", "Exact"]):
        page.get_by_label(f"Name of label {label}").fill(name)
    page.get_by_label("Relevant from").focus()
    page.get_by_label("Relevant from").select_option("2")  # reads the file again; names stay
    expect(page.locator(".rr-import-side").nth(1)).to_contain_text("Labels from 2 on are relevant")
    expect(page.get_by_label("Relevant from")).to_be_focused()
    page.get_by_label("Import as").fill("s" * 90)
    expect(page.locator(".rr-target-sentence")).to_contain_text("This name has 90 characters")
    page.get_by_label("Import as").fill("shop of grades")
    page.get_by_role("button", name="Import 120 pairs").click()
    chips = page.locator(".rr-pairs-table tbody .rr-chip")
    expect(chips.nth(3)).to_have_text("3Exact", timeout=30_000)
    expect(page.locator(".rr-tiles")).to_contain_text("from 2 Good")

    page.get_by_role("button", name="Settings").click()
    dialog = page.locator("dialog")
    dialog.get_by_role("button", name="binary").click()
    expect(dialog.locator(".rr-moved")).to_contain_text("3 Exact (30 labels) becomes")
    dialog.get_by_role("button", name="Save").click()
    expect(chips.nth(3)).to_have_text("1")
    page.locator(".rr-toast").get_by_role("button", name="Undo").click()
    expect(chips.nth(3)).to_have_text("3Exact")
    page.locator(".rr-opened-acts").get_by_role("button", name="Annotate").click()
    answers = page.locator(".rr-an-answer span:not(.rr-pips)")
    expect(answers).to_have_text(["Irrelevant", "Related", "Good", "Exact"])
