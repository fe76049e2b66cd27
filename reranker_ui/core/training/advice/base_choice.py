"""Which of the embedded bases a time budget is enough for."""

import json
from dataclasses import replace

import pandas as pd

from reranker_ui.core.bases import multilingual
from reranker_ui.core.bases.base_models import ResolvedBase, resolve_base
from reranker_ui.core.bases.coverage import reads_well
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.models.model_folder import token_limit
from reranker_ui.core.training.advice.budget import needs_speed, work_of
from reranker_ui.core.training.phase import lesson_of
from reranker_ui.core.training.throughput import speed_of
from reranker_ui.core.values.json_files import save
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.recipe import EMBEDDED_ENGLISH, EMBEDDED_MULTILINGUAL, Recipe
from reranker_ui.core.values.run_folder import RunFolder

# Pairs that E5 must learn from, warm start included. Of 1,500 ArgKP labels it learned .889 nDCG@10
# in 6,000 pairs and .764 in 2,250, MiniLM .830 in as much time as those.
ENOUGH = 5_000


def fitting_base(
    folder: RunFolder, recipe: Recipe, base: ResolvedBase, pairs: pd.DataFrame, machine: Machine
) -> ResolvedBase:
    """`base`, or MiniLM where "embedded" is E5, which this machine cannot train enough in time.

    Only for texts that MiniLM reads; cosine stays E5's. The choice is kept in the folder, so that
    a lost run continues with the same base.
    """
    if not _is_open(recipe, base) or not _reads(pairs):
        return base
    if not folder.base_file.is_file():
        lesson = lesson_of(recipe, pairs, folder.scale())
        length = min(recipe.max_length, token_limit(base.path) or recipe.max_length)
        work = work_of(recipe, speed_of(lesson, base.path, length, machine))
        save(folder.base_file, EMBEDDED_MULTILINGUAL if work >= ENOUGH else EMBEDDED_ENGLISH)
    if json.loads(folder.base_file.read_text()) == EMBEDDED_MULTILINGUAL:
        return base
    found = resolve_base(EMBEDDED_ENGLISH, folder.home / "cache")
    notice = (
        "The time budget is too short to train multilingual-e5-small on this machine, so the "
        "embedded MiniLM, which learns faster, is trained instead."
    )
    notices = " ".join(filter(None, (base.notice, notice)))
    return replace(found, requested=base.requested, notice=notices)


def _is_open(recipe: Recipe, base: ResolvedBase) -> bool:
    named = recipe.base == EMBEDDED_MULTILINGUAL
    return base.used == multilingual.NAME and not named and needs_speed(recipe, warms=True)


def _reads(pairs: pd.DataFrame) -> bool:
    return reads_well(embedded_encoder() / "tokenizer.json", pairs_of(pairs))
