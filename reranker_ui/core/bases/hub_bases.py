"""Bases that the advisor suggests: well maintained, free to use, no custom code.

Facts are those of the models' cards, read in November 2026. Left out: models under licences that
forbid commercial use (jina-reranker-v2 and v3). A model that runs code from the Hub is refused when
it is loaded.
"""

from dataclasses import dataclass

from reranker_ui.core.bases import multilingual
from reranker_ui.core.values.recipe import DEFAULT_BASE, EMBEDDED_MULTILINGUAL


@dataclass(frozen=True)
class HubBase:
    """A cross-encoder on the Hub, or one bundled with the app.

    `weights` in millions, with the embeddings of tokens; `work`: time for a pair, as a multiple of
    ms-marco-MiniLM-L6-v2, from the multiplications in its layers.
    """

    name: str
    licence: str
    weights: int
    languages: str
    work: float

    @property
    def facts(self) -> str:
        """Licence, size, languages and time, in words."""
        size = f"{self.weights / 1000:g} billion" if self.weights >= 1000 else f"{self.weights}"
        unit = "" if self.weights >= 1000 else " million"
        return f"{self.licence}, {size}{unit} weights, {self.languages}, {self.work:g}x the time"


MMARCO = HubBase("cross-encoder/mmarco-mMiniLMv2-L12-H384-v1", "Apache-2.0", 118, "14 languages", 2)
BGE_M3 = HubBase("BAAI/bge-reranker-v2-m3", "Apache-2.0", 568, "over 100 languages", 28)
GTE = HubBase(
    "Alibaba-NLP/gte-multilingual-reranker-base", "Apache-2.0", 306, "over 70 languages", 11
)
E5 = HubBase(EMBEDDED_MULTILINGUAL, "MIT", 118, "about 100 languages", 2)  # offline too
MINILM = HubBase(DEFAULT_BASE, "Apache-2.0", 23, "English", 1)
ETTIN_17M = HubBase("cross-encoder/ettin-reranker-17m-v1", "Apache-2.0", 17, "English", 0.4)
ETTIN_32M = HubBase("cross-encoder/ettin-reranker-32m-v1", "Apache-2.0", 32, "English", 1.2)
ETTIN_150M = HubBase("cross-encoder/ettin-reranker-150m-v1", "Apache-2.0", 150, "English", 10)
# By budget, for English texts and for others.
ENGLISH = {"quick": MINILM, "quality": ETTIN_32M, "thorough": ETTIN_150M}
OTHER = {"quick": MMARCO, "quality": MMARCO, "thorough": MMARCO}
ALTERNATIVES = {True: (E5, ETTIN_17M, ETTIN_150M), False: (E5, GTE, BGE_M3)}


def suggested(english: bool, budget: str) -> tuple[HubBase, str]:
    """The base for texts that are `english` or not, and why, with others, in sentences."""
    base = (ENGLISH if english else OTHER)[budget]
    why = "These texts are in English" if english else "MiniLM does not read these texts well"
    if english and budget != "quick":
        why += ", and the budget is enough for a larger base"
    left_out = (base,) if multilingual.is_installed() else (base, E5)
    others = [other for other in ALTERNATIVES[english] if other not in left_out]
    listed = "; ".join(f"{other.name} ({other.facts})" for other in others)
    return base, f"{why}. This base: {base.facts} of MiniLM-L6. Others: {listed}."
