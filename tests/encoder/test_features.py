import contextlib
import io
import pickle
import random
import shutil

import numpy as np
import onnxruntime
import pytest
import spacy
import spacy_pkuseg
import srsly
import torch
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import Example

from tiny_encoder import POSITIONS, learn, make_net, pipeline
from zonekg.components.encoder_net import encoder_shim
from zonekg.encoder.export import to_onnx
from zonekg.encoder.features import (
    NameMatches,
    WordPlaces,
    columns,
    read_features,
    restore_features,
)
from zonekg.encoder.net import TaggingNet, collate, tokenizer
from zonekg.encoder.shim import EncoderShim
from zonekg.errors import InputError
from zonekg.head_nouns import KINDS
from zonekg.lexicon import MAX_WORD, words

WORDS = ["太行世纪 在 阳泉 高新区 建设 项目 。", "昨日 ， 吕梁 经开区 与 汽车 签约 。"]
NAMES = """# comment 昨日
阳泉\tcity
太行世纪\t太行世纪股份有限公司
高\t芳纶纤维
压力传感器
温度传感器
图像传感器
"""
TEXTS = ["太行世纪在阳泉高新区建设项目", "", "高新区", "昨日， 吕梁经开区\n与𠮷利汽车签约 2024 "]
ODD = [
    "",
    " ",
    "\u3000\n \r\n\x1c\x85",
    "𠮷𠮷利",
    "e\u0301",
    "\0\ufeff\u200b乙",
    "-._,|/*:",
    "ＡＢ１２，",
]

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
zone_text = st.text("太行世纪股份有限公司芳纶纤维传感器产业园在阳泉高新区 \u3000\n𠮷2", max_size=60)
texts = st.one_of(any_text, zone_text, st.sampled_from(ODD))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A model of spacy-pkuseg that knows two sentences, and lists of names."""
    folder = tmp_path_factory.mktemp("features")
    text = folder / "words.txt"
    text.write_text("".join(line + "\n" for line in WORDS * 20), encoding="utf-8")
    random.seed(1)
    with contextlib.redirect_stdout(io.StringIO()):
        spacy_pkuseg.train(str(text), str(text), str(folder / "words"), train_iter=5)
    (folder / "names").mkdir()
    (folder / "names" / "names.tsv").write_text(NAMES, encoding="utf-8")
    return {"words": str(folder / "words"), "gazetteer": str(folder / "names")}


@pytest.fixture(scope="module")
def features(folders):
    return read_features(folders)


@pytest.fixture(scope="module")
def rows(features):
    return [feature.rows for feature in features.values()]


@pytest.fixture
def cut(unigram_folder, features):
    """A function: text -> Characters with features."""
    segmenter = tokenizer(unigram_folder, POSITIONS)
    return lambda text: segmenter(text)._replace(features=columns(features.values(), text))


# -- places in words


def test_places_are_those_of_the_words(features):
    for line in WORDS:
        expected = "".join("S" if len(w) == 1 else f"B{'M' * (len(w) - 2)}E" for w in line.split())
        found = features["words"](line.replace(" ", "")).tolist()
        assert "".join("BMES"[place] for place in found) == expected


def test_white_space_is_by_itself_and_ends_words(features):
    found = features["words"](" 高新\n区　建设\t").tolist()
    assert [found[i] for i in (0, 3, 5, 8)] == [3] * 4
    assert found[1] in (0, 3)
    assert found[2] in (2, 3)
    assert found[4] == 3


@given(texts)
def test_law_each_character_has_one_legal_number_of_each_feature(features, text):
    for feature in features.values():
        found = feature(text)
        assert found.shape == (len(text),)
        assert found.dtype == np.int64
        assert ((found >= 0) & (found < feature.rows)).all()
        assert (feature(text) == found).all()
    assert columns(features.values(), text).shape == (len(text), 2)


# -- matches


def matched(feature, text):
    """(begins, ends, inside) of each character."""
    return [(n // 18, n // 3 % 6, n % 3) for n in feature(text).tolist()]


def test_a_name_a_word_and_what_is_none(features):
    known = {"高新区", "建设"} & words()
    assert known == {"高新区", "建设"}
    # 太行 and 世纪 are words, 太行世纪 is a name
    name = [(5, 0, 0), (0, 1, 2), (1, 0, 2), (0, 5, 0)]
    assert matched(features["gazetteer"], "太行世纪") == name
    assert matched(features["gazetteer"], "囗建设") == [(0, 0, 0), (1, 0, 0), (0, 1, 0)]


def test_names_are_the_cells_and_the_nouns_that_three_end_in(features):
    found = features["gazetteer"].data.decode().split("\n")
    names = ["阳泉", "太行世纪", "太行世纪股份有限公司", "芳纶纤维"]
    sensors = ["压力传感器", "温度传感器", "图像传感器"]
    assert found == sorted([*names, *sensors, "传感器"])


def test_without_a_folder_there_are_the_lexicon_and_the_kinds():
    bare = NameMatches.read("")
    assert matched(bare, "产业园")[0][0] == 5
    assert "产业园" in KINDS
    assert matched(bare, "太行世纪")[3] != (0, 5, 0)


@given(zone_text)
def test_law_matches_are_what_a_search_finds(features, text):
    feature = features["gazetteer"]
    names = set(feature.data.decode().split("\n")) | KINDS
    expected = np.zeros((len(text), 3), dtype=int)
    for start in range(len(text)):
        for end in range(start + 2, len(text) + 1):
            part = text[start:end]
            value = 5 if part in names else min(len(part), 5) - 1
            if part in names or (part in words() and len(part) <= MAX_WORD):
                expected[start, 0] = max(expected[start, 0], value)
                expected[end - 1, 1] = max(expected[end - 1, 1], value)
                kind = 2 if part in names else 1
                expected[start + 1 : end - 1, 2] = np.maximum(
                    expected[start + 1 : end - 1, 2], kind
                )
    assert matched(feature, text) == [tuple(row) for row in expected.tolist()]


# -- reading and storing


def test_features_come_back_from_their_data(features):
    stored = {name: feature.data for name, feature in features.items()}
    again = restore_features(srsly.msgpack_loads(srsly.msgpack_dumps(stored)))
    assert list(again) == ["words", "gazetteer"]
    copies = pickle.loads(pickle.dumps(features))
    for text in TEXTS:
        expected = columns(features.values(), text)
        assert (columns(again.values(), text) == expected).all()
        assert (columns(copies.values(), text) == expected).all()


def test_equal_folders_give_equal_bytes(folders, features):
    for name, feature in read_features(folders).items():
        assert feature.data == features[name].data


def test_a_copy_does_not_carry_the_open_segmenter(features):
    features["words"]("高新区")
    assert len(pickle.dumps(features["words"])) < len(features["words"].data) + 200


def test_what_can_t_be_read(tmp_path):
    with pytest.raises(
        InputError, match=r"features\.msgpack: can't be read: No such file .* model"
    ):
        WordPlaces.read(str(tmp_path))
    with pytest.raises(InputError, match="no names; expected TSV"):
        NameMatches.read(str(tmp_path))
    with pytest.raises(ValueError, match="no feature 'word'; expected words or gazetteer"):
        read_features({"word": ""})


# -- in the net


def test_without_features_the_net_and_its_bytes_know_of_none(unigram_folder, make_shim):
    shim = make_shim()
    assert "features" not in shim.net.shape
    assert not [name for name in shim.net.state_dict() if name.startswith("features")]
    assert shim.cut("高新区").features is None
    assert "features" not in srsly.msgpack_loads(shim.to_bytes())


@pytest.fixture
def net(unigram_folder, rows):
    characters = tokenizer(unigram_folder, POSITIONS).characters
    return make_net(unigram_folder, characters, features=rows).eval()


def test_each_feature_is_seen(net, cut):
    found = cut(TEXTS[0])
    (base,) = net(collate([found], 1))
    for column in range(2):
        changed = found.features.copy()
        changed[3, column] = (changed[3, column] + 1) % 4
        (other,) = net(collate([found._replace(features=changed)], 1))
        assert (other[3] - base[3]).abs().max() > 1e-4, column


def test_a_text_has_its_own_scores_in_any_batch(net, cut):
    together = net(collate([cut(text) for text in TEXTS], 1))
    for i, text in enumerate(TEXTS):
        (alone,) = net(collate([cut(text)], 1))
        assert torch.allclose(together[i, : len(text)], alone, atol=1e-5)


def test_features_that_are_missing_are_noticed(net, cut):
    with pytest.raises(ValueError, match="zip"):
        net(collate([cut(TEXTS[0])._replace(features=None)], 1))


def test_a_net_comes_back_from_its_shape(net, cut):
    again = TaggingNet.of_shape(net.encoder.config.to_dict(), net.shape).eval()
    again.load_state_dict(net.state_dict())
    batch = collate([cut(TEXTS[0])], 1)
    assert torch.allclose(again(batch), net(batch), atol=1e-5)


def test_the_graph_scores_as_the_net(net, cut):
    for int8, atol in ((False, 1e-4), (True, 0.1)):
        session = onnxruntime.InferenceSession(
            to_onnx(net, int8=int8), providers=["CPUExecutionProvider"]
        )
        inputs = ["ids", "chars", "piece", "place", "features"]
        assert [put.name for put in session.get_inputs()] == inputs
        for text in map(cut, [*TEXTS, (TEXTS[0] * 20)[: POSITIONS - 5]]):
            if len(text.chars):
                (scores,) = session.run(None, {name: getattr(text, name)[None] for name in inputs})
                with torch.inference_mode():
                    assert np.allclose(scores[0], net(collate([text], 1))[0], atol=atol)


# -- in a pipeline


@pytest.fixture(scope="module")
def learnt(unigram_folder, folders, marked, nlp, tmp_path_factory):
    """(pipeline, examples, folder): learnt by heart, stored, and what it was made from gone."""
    gone = tmp_path_factory.mktemp("gone")
    copies = {name: shutil.copytree(path, gone / name) for name, path in folders.items()}
    docs = [
        marked("[[O1|太行世纪]]在[[K1|阳泉高新区]]建设项目。"),
        marked("昨日，[[K1|吕梁经开区]]签约。"),
    ]
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    made = pipeline(unigram_folder, window=60, features={k: str(v) for k, v in copies.items()})
    learn(made, examples)
    shutil.rmtree(gone)
    folder = tmp_path_factory.mktemp("learnt") / "model"
    made.to_disk(folder)
    return made, examples, folder


def named(doc):
    return [(e.start_char, e.text, e.label_) for e in doc.ents]


def test_a_pipeline_learns_with_features_and_needs_no_folder_later(learnt):
    made, examples, folder = learnt
    assert made.evaluate(examples)["ents_f"] == 1.0
    assert made.config["components"]["ner"]["model"]["features"].keys() == {"words", "gazetteer"}
    again = spacy.load(folder)
    shipped = spacy.load(folder)
    encoder_shim(shipped.get_pipe("ner").model).freeze()
    shipped = spacy.blank("zh").from_config(shipped.config).from_bytes(shipped.to_bytes())
    assert encoder_shim(shipped.get_pipe("ner").model).net is None
    for text in [*(example.reference.text for example in examples), *TEXTS]:
        assert named(again(text)) == named(made(text))
    assert shipped.evaluate(examples)["ents_f"] == 1.0
    many = [example.reference.text for example in examples] * 4
    for nlp in (again, shipped):
        here = [named(doc) for doc in nlp.pipe(many)]
        assert [named(doc) for doc in nlp.pipe(many, n_process=2, batch_size=2)] == here


def test_the_shim_stores_its_features(learnt):
    shim = encoder_shim(learnt[0].get_pipe("ner").model)
    again = EncoderShim(shim.learning).from_bytes(shim.to_bytes())
    assert again.to_bytes() == shim.to_bytes()
    for text in TEXTS:
        assert (again.cut(text).features == shim.cut(text).features).all()
    bare = again.from_bytes(EncoderShim({}).to_bytes())
    assert bare.features == {}
