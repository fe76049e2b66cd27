"""Markdown becomes a tree of allowed tags; no text becomes markup."""

from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.values.markdown import tree
from reranker_ui.services.labels.guidelines import question_of

ALLOWED = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td", "s", "hr", "br", "code", "pre", "a"),
}


def test_what_guidelines_are_made_of():
    assert tree("**Relevant** means `x`.\n\n- one\n- two") == [
        ["p", {}, [["strong", {}, ["Relevant"]], " means ", ["code", {}, ["x"]], "."]],
        ["ul", {}, [["li", {}, ["one"]], ["li", {}, ["two"]]]],
    ]


def test_html_and_scripts_stay_text():
    html = str(tree("<script>x</script>\n\na <b onclick=y>b</b> [c](javascript:z) ![d](http://e)"))
    assert "['script'" not in html
    assert "['b'" not in html
    assert "href" not in html
    assert "img" not in html
    assert "<script>x</script>" in html


def test_links_to_the_web_are_links():
    assert tree("[a](https://example.org/b)") == [
        ["p", {}, [["a", {"href": "https://example.org/b"}, ["a"]]]]
    ]


@given(st.text(alphabet=st.sampled_from("ab#*_`[]()<>!|-\n $\\{}\"'&:/.0"), max_size=60))
def test_any_text_gives_allowed_tags_only(text):
    def walk(nodes):
        for node in nodes:
            if isinstance(node, str):
                continue
            tag, attributes, children = node
            assert tag in ALLOWED
            assert all(
                name == "href" and value.startswith(("http://", "https://"))
                for name, value in attributes.items()
            )
            walk(children)

    walk(tree(text))


def test_the_question_is_taken_from_the_guidelines():
    assert question_of("", "binary") == "Does the passage answer the query?"
    assert question_of("", "graded") == "How relevant is the passage to the query?"
    assert question_of("# Rules\n\n**Is it useful?**\n\nMore?", "graded") == "Is it useful?"
    assert question_of("有用吗？", "binary") == "有用吗？"
    assert (
        question_of("Rules.\n- Is it *very* [useful](https://a.org)?\n", "binary")
        == "Is it very useful?"
    )


def test_long_paragraphs_and_large_tables_are_text():
    assert tree("[" * 5_001) == [["p", {}, ["[" * 5_001]]]
    assert tree(f"{'**a** ' * 900}\n\n**b**")[1] == ["p", {}, [["strong", {}, ["b"]]]]
    assert tree(f"{'**a** ' * 900}")[0][2][0].startswith("**a** **a**")
    few, many = ("a|b\n-|-\n" + "1|2\n" * count for count in (10, 5_000))
    assert tree(few)[0][0] == "table" and tree(many)[0][0] == "p"


def test_a_text_is_rendered_once():
    text = "[" * 2_000
    assert tree(text) is tree("[" * 2_000)
