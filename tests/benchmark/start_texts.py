"""The texts from which the ranking start learns what its teacher scores.

Debian's package descriptions in twelve languages (a description and its title), XQuAD (CC BY-SA
4.0), ArgKP 2021 (CDLA-Sharing 1.0) and TAT-QA (CC BY 4.0), of these the train splits alone and
never their labels: a positive pair only says which texts lie near each other.
"""

import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

# Language of a translation -> descriptions taken.
DEBIAN = {
    "en": 1500, "it": 350, "fr": 350, "de": 350, "ja": 300, "ko": 250, "pt_BR": 200, "ru": 350,
    "zh_CN": 300, "es": 200, "pl": 150, "vi": 30,
}  # fmt: skip
PAIRS_OF_A_TITLE = 7
XQUAD = {"en": 320, "ru": 320, "vi": 320, "zh": 130}  # characters of a passage at most
OTHERS = {"argkp2021": (900, 6000), "tatqa": (500, 3500)}  # queries, pairs
SENTENCE = re.compile(r"(?<=[.!?。！？])\s*(?=\S)")
CAT = ["/usr/lib/apt/apt-helper", "cat-file"]


class Source(NamedTuple):
    """Texts of one language: (query, its own passage), all passages, and how many pairs to draw."""

    name: str
    own: list[tuple[str, str]]
    passages: list[str]
    pairs: int


def sources(translations: Path, data: Path, seed: int = 0) -> Iterator[Source]:
    """All sources. `translations`: a folder of Debian's Translation-* lists, as apt keeps them."""
    chance = random.Random(seed)
    for language, most in DEBIAN.items():
        yield _debian(translations, language, most, chance)
    for language, longest in XQUAD.items():
        yield _xquad(data, language, longest, chance)
    for name, (queries, pairs) in OTHERS.items():
        rows = _rows(data, name).sample(frac=1, random_state=seed)
        rows["passage"] = rows["passage"].str[:350]
        own = rows.loc[rows["label"] > 0, ["query", "passage"]].itertuples(index=False, name=None)
        passages = list(dict.fromkeys(rows["passage"]))[:700]
        yield Source(name, list(own)[:queries], passages, pairs)


def _debian(folder: Path, language: str, most: int, chance: random.Random) -> Source:
    file = next(folder.glob(f"*_main_i18n_Translation-{language.replace('_', '%5f')}.*"))
    text = subprocess.run([*CAT, str(file)], capture_output=True, check=True).stdout.decode()
    own, passages = [], list[str]()
    for title, paragraphs in _descriptions(text, most, chance):
        parts = [part for one in paragraphs[:2] for part in _windows(one, 320, chance)][:2]
        if parts:
            own.append((title, parts[0]))
            passages += parts
    return Source(
        f"debian-{language}", own, list(dict.fromkeys(passages)), PAIRS_OF_A_TITLE * len(own)
    )


def _descriptions(text: str, most: int, chance: random.Random) -> list[tuple[str, list[str]]]:
    # Titles with their paragraphs; packages that are described alike once.
    found: dict[str, tuple[str, list[str]]] = {}
    for block in text.split("\n\n"):
        if not (head := re.search(r"^Description-[A-Za-z_]+: (.*)$", block, re.MULTILINE)):
            continue
        body = re.split(r"\n \.\n", block[head.end() :].strip("\n"))
        paragraphs = [" ".join(map(str.strip, part.split("\n"))) for part in body]
        if long := [part for part in paragraphs if len(part) >= 40 and not part.startswith("*")]:
            title = head[1].strip()
            found.setdefault(re.sub(r"\W+", " ", title.lower())[:30], (title, long))
    chosen = list(found.values())
    chance.shuffle(chosen)
    return chosen[:most]


def _xquad(data: Path, language: str, longest: int, chance: random.Random) -> Source:
    own, passages = [], set[str]()
    for row in _rows(data, f"xquad_{language}").itertuples():
        parts = _windows(row.passage, longest, chance)
        if row.label:
            own.append((row.query, chance.choice(parts)))
        passages.update(chance.sample(parts, min(3, len(parts))))
    chance.shuffle(own)
    some = sorted(passages)
    chance.shuffle(some)
    return Source(f"xquad-{language}", own[:400], some[:600], 2800)


def _rows(data: Path, name: str) -> pd.DataFrame:
    return pd.read_json(data / name / "train.jsonl.gz", lines=True)


def _windows(text: str, longest: int, chance: random.Random) -> list[str]:
    # One to three sentences each.
    sentences = [one for one in SENTENCE.split(text) if len(one) > 8]
    found = []
    while sentences:
        count = chance.choice((1, 1, 2, 3))
        found.append(" ".join(sentences[:count])[:longest])
        sentences = sentences[count:]
    return found
