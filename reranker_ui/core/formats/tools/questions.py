"""Which of several questions of an annotation tool has the label."""

from collections.abc import Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.judgments import NotMapped
from reranker_ui.core.formats.structure.cells import is_prose
from reranker_ui.core.formats.structure.roles import names_judgment
from reranker_ui.core.formats.tools import annotation_tools


def question_of(
    tool: str, values: Sequence[Mapping[Any, Any]], file: str, fields: Sequence[Any],
    chosen: str | None,
) -> str | None:  # fmt: skip
    """The question with the label: as chosen, else by its name; None where there is one only.

    Refused where it is not clear: the first question may be about anything. The columns to map
    are then the questions and `fields`.
    """
    names = annotation_tools.questions_of(tool, values)
    labels = [name for name, answers in names.items() if not all(map(is_prose, answers))]
    if chosen is not None and (not names or chosen in names):
        return chosen
    if chosen is None and len(labels) < 2:
        return None
    named = [name for name in labels if plain(name) in KNOWN["label"]]
    judging = named or [name for name in labels if names_judgment(name)]
    if chosen is None and (named or len(judging) == 1):
        return judging[0]
    raise NotMapped(
        f"The tasks of {file} have several questions: {', '.join(labels[:12])}."
        " Say which one has the label (--label QUESTION).",
        [*fields, *labels],
    )
