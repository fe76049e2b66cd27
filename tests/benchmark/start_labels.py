"""The labels that the ranking start learns from: which parts of a paragraph answer a question.

XQuAD (CC BY-SA 4.0, Artetxe et al. 2020) marks its answers in paragraphs of twelve languages. Its
questions here are those of the train split of xquad_en alone, so no article of dev or test occurs.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

# Questions of each language: (their paragraph in sentences, in windows of one to three of them).
QUESTIONS = {"en": (764, 400)} | dict.fromkeys(
    ["ru", "vi", "zh", "de", "es", "ar", "tr", "th", "hi", "el", "ro"], (190, 75)
)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？।])")
PHRASE = re.compile(r"(?<=\S{3}) (?=\S)")  # Thai has a space between phrases, and no full stop
LONGEST, LONGEST_WINDOW = 400, 320  # characters
POSITIVES, NEAR, FAR = 2, 4, 2  # at most: parts with the answer, others beside it, of the article


class Labelled(NamedTuple):
    """A question and the parts to tell apart: their texts, and 1 for those with the answer."""

    query: str
    passages: list[str]
    labels: list[float]


class Part(NamedTuple):
    """A text of a paragraph, and where it stands there."""

    begin: int
    end: int
    text: str


def answers(xquad: Path, data: Path, seed: int = 1) -> list[Labelled]:
    """The lists of all languages, shuffled.

    xquad: the folder with xquad.en.json and the others, as published; data: that of the sets.
    """
    chance = random.Random(seed)
    train = set(pd.read_json(data / "xquad_en" / "train.jsonl.gz", lines=True)["query_id"])
    found = []
    for language, counts in QUESTIONS.items():
        articles = json.loads((xquad / f"xquad.{language}.json").read_text())["data"]
        asked = [one for one in _asked(articles) if one[0]["id"] in train]
        for count, windows in zip(counts, (False, True), strict=True):
            for question, place, paragraphs in chance.sample(asked, count):
                parts = [_parts(text, language, windows, chance) for text in paragraphs]
                if labelled := _labelled(question, place, parts, chance):
                    found.append(labelled)
    chance.shuffle(found)
    return found


def _asked(articles: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], int, list[str]]]:
    # Each question with the place of its paragraph among those of its article.
    for article in articles:
        paragraphs = [paragraph["context"] for paragraph in article["paragraphs"]]
        for place, paragraph in enumerate(article["paragraphs"]):
            for question in paragraph["qas"]:
                yield question, place, paragraphs


def _labelled(
    question: dict[str, Any], place: int, parts: list[list[Part]], chance: random.Random
) -> Labelled | None:
    begins = {answer["answer_start"] for answer in question["answers"]}
    own = [(part.text, any(part.begin <= at < part.end for at in begins)) for part in parts[place]]
    positive = [text for text, answered in own if answered][:POSITIVES]
    near = [text for text, answered in own if not answered]
    others = [part.text for number, some in enumerate(parts) if number != place for part in some]
    negative = chance.sample(near, min(NEAR, len(near)))
    negative += chance.sample(others, min(FAR, len(others)))
    if not positive or not negative:
        return None
    labels = [1.0] * len(positive) + [0.0] * len(negative)
    return Labelled(question["question"], [*positive, *negative], labels)


def _parts(text: str, language: str, windows: bool, chance: random.Random) -> list[Part]:
    sentences = list(_sentences(text, PHRASE if language == "th" else SENTENCE))
    if not windows:
        return [part._replace(text=part.text[:LONGEST]) for part in sentences]
    found = []
    while sentences:
        count = chance.choice((1, 2, 2, 3))
        some, sentences = sentences[:count], sentences[count:]
        joined = " ".join(part.text for part in some)[:LONGEST_WINDOW]
        found.append(Part(some[0].begin, some[-1].end, joined))
    return found


def _sentences(text: str, end: re.Pattern[str]) -> Iterator[Part]:
    begin = 0
    for sentence in end.split(text):
        begin = text.index(sentence, begin)
        if len(sentence.strip()) >= 8:
            yield Part(begin, begin + len(sentence), sentence.strip())
        begin += len(sentence)
