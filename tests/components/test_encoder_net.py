import json
import subprocess
import sys
from itertools import permutations

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed

from tiny_encoder import POSITIONS, SETTINGS, SHAPES, learn, pipeline, unigram
from windowing import window_of
from zonekg.components.encoder_net import build_encoder, encoder_shim
from zonekg.components.windows import windows
from zonekg.docs import confidences
from zonekg.errors import ModelError

SENTENCES = [
    "[[O1|太行世纪]]在[[K1|阳泉高新区]]建设电池项目。",
    "昨日，[[K1|吕梁经开区]]与[[O1|𠮷利汽车]]（中国）签约，\n现场热烈。",
    "[[O1|省商务厅]]指导[[K1|晋城经开区]]招商。",
]
WINDOW = 60
ZWJ = "\u200d"
ODD = {
    "nothing": "",
    "white space": " \u3000\n\r\n\t \n",
    "emoji": "👨" + ZWJ + "👩" + ZWJ + "👧🏭🇨🇳",
    "traditional": "臺灣積體電路製造股份有限公司與開發區簽約",
    "beyond the BMP": "𠮷𪚥𫝀龘𬬻",
    "combining": "e\u0301e\u0301 한국 \u0301",
    "wide": "ＡＢＣ１２３．５％（㎡）①",
    "half a markup": "<p class='a><s>&nbsp;[CLS]<unk</b>[[O1|甲",
    "controls": "\0\x01\x7f\ufeff\u200b\u2028\x85",
}


@pytest.fixture(scope="module")
def examples(marked, nlp):
    return [Example(nlp.make_doc(doc.text), doc) for doc in map(marked, SENTENCES)]


@pytest.fixture(scope="module")
def elsewhere(marked, nlp):
    """The same sentences at other places in a text."""
    docs = [marked("平稳。\n\n　" * (i + 1) + s) for i, s in enumerate(SENTENCES * 2)]
    return [Example(nlp.make_doc(doc.text), doc) for doc in docs]


@pytest.fixture(scope="module", params=SHAPES, ids=lambda shape: shape.__name__)
def learnt(request, tmp_path_factory, examples, elsewhere):
    """A pipeline on each shape of encoder that knows three sentences by heart."""
    folder = request.param(tmp_path_factory.mktemp("encoder"))
    return learn(pipeline(folder, window=WINDOW), examples + elsewhere)


@pytest.fixture(scope="module")
def shipped(learnt, tmp_path_factory):
    """(folder, pipeline): the same as it ships, an ONNX graph in int8."""
    folder = tmp_path_factory.mktemp("shipped")
    learnt.to_disk(folder)
    nlp = spacy.load(folder)
    encoder_shim(nlp.get_pipe("ner").model).freeze()
    nlp.to_disk(folder)
    return folder, spacy.load(folder)


@pytest.fixture(params=["torch", "int8"])
def either(request, learnt, shipped):
    return learnt if request.param == "torch" else shipped[1]


@pytest.fixture(scope="module")
def texts(examples):
    plain = [example.reference.text for example in examples]
    return [plain[0], "", "，全年平稳。\n".join(plain * 2), plain[2], "高新区 ", plain[1][::-1]]


def found(doc):
    return [(e.start_char, e.text, e.label_) for e in doc.ents], confidences(doc)


def of_torch(nlp):
    return encoder_shim(nlp.get_pipe("ner").model).net is not None


def check_alike(nlp, docs, others):
    """The same mentions; torch's sums may differ in their last bits, those of int8 may not."""
    for doc, other in zip(docs, others, strict=True):
        (names, sure), (other_names, other_sure) = found(doc), found(other)
        assert names == other_names
        assert sure == (pytest.approx(other_sure, abs=1e-3) if of_torch(nlp) else other_sure)


# -- any encoder by a line of the config


def test_three_sentences_are_learnt_by_heart(either, examples):
    assert either.evaluate(examples)["ents_f"] == 1.0


def test_the_pipeline_comes_back_from_disk_without_the_encoder_s_folder(learnt, tmp_path, texts):
    learnt.to_disk(tmp_path / "model")
    config = (tmp_path / "model" / "config.cfg").read_text()
    folder = learnt.config["components"]["ner"]["model"]["encoder"]
    (tmp_path / "model" / "config.cfg").write_text(config.replace(folder, "no/such/folder"))
    again = spacy.load(tmp_path / "model")
    check_alike(learnt, again.pipe(texts), [learnt(text) for text in texts])


def test_what_ships_needs_nothing_of_what_trains(shipped, texts, tmp_path):
    folder, nlp = shipped
    script = """
import json, sys
for name in ("torch", "transformers", "safetensors", "onnx"):
    sys.modules[name] = None
import spacy
from zonekg.docs import confidences
from zonekg.errors import ModelError
nlp = spacy.load(sys.argv[1])
rows = []
for doc in nlp.pipe(json.load(sys.stdin)):
    rows.append([[[e.start_char, e.text, e.label_] for e in doc.ents], confidences(doc)])
print(json.dumps(rows))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, folder],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = json.loads(json.dumps([found(nlp(text)) for text in texts]))
    assert json.loads(done.stdout) == expected
    assert sum(len(entities) for entities, _ in expected) >= 6


def test_a_window_that_the_encoder_cannot_take_is_refused(learnt, examples):
    folder = learnt.config["components"]["ner"]["model"]["encoder"]
    room = POSITIONS - len(encoder_shim(learnt.get_pipe("ner").model).segmenter("").ids)
    with pytest.raises(ValueError, match=f"ner: a window of {room + 1} .* takes {room} at most"):
        pipeline(folder, window=room + 1).initialize(lambda: examples)
    pipeline(folder, window=room).initialize(lambda: examples)


# -- the same whatever else is to be done


def test_a_doc_is_tagged_alike_beside_any_other(either, texts):
    alone = {text: either(text) for text in texts}
    assert sum(len(doc.ents) for doc in alone.values()) >= 6
    for order in list(permutations(texts))[::97]:
        for size in (1, 4, len(order)):
            docs = either.pipe(order, batch_size=size)
            check_alike(either, docs, [alone[text] for text in order])


def test_and_in_any_number_of_processes(either, texts):
    many = texts * 3
    here, there = either.pipe(many), either.pipe(many, n_process=2, batch_size=4)
    check_alike(either, here, there)


def test_a_window_is_scored_as_if_it_were_the_doc(either, texts):
    ner = either.get_pipe("ner")
    doc = either.make_doc(texts[2] * 3)
    parts = windows(doc, WINDOW)
    assert len(parts) > 3
    (scores,) = ner.score_tags([doc])
    alone = [ner.score_tags([either.make_doc(part.text)])[0] for part in parts]
    assert np.allclose(scores, np.concatenate(alone), rtol=0, atol=1e-3 * of_torch(either))


def test_int8_is_close_to_the_net(learnt, shipped, texts):
    docs = [learnt.make_doc(text) for text in texts]
    whole, small = (nlp.get_pipe("ner").score_tags(docs) for nlp in (learnt, shipped[1]))
    for a, b in zip(whole, small, strict=True):
        assert np.abs(np.exp(a) - np.exp(b)).max(initial=0) < 0.25
    assert [found(learnt(t))[0] for t in texts[:4]] == [found(shipped[1](t))[0] for t in texts[:4]]


# -- tokens and characters


def test_a_token_of_several_characters_has_the_scores_of_its_first(learnt, nlp):
    model = learnt.get_pipe("ner").model
    words = ["太行世纪", "在", "阳泉", "高新区", "𠮷利"]
    spaces = [False, True, False, False, False]
    doc = Doc(nlp.vocab, words, spaces)
    chars = nlp.make_doc(doc.text)
    (rows,) = model.predict([window_of(doc)])
    (single,) = model.predict([window_of(chars)])
    by_offset = {token.idx: row for token, row in zip(chars, single, strict=True)}
    assert np.allclose(rows, np.stack([by_offset[token.idx] for token in doc]), atol=1e-4)
    (inner,) = model.predict([window_of(doc[2:4])])
    (alone,) = model.predict([window_of(nlp.make_doc("阳泉高新区"))])
    assert np.allclose(inner, alone[[0, 2]], atol=1e-4)


def test_the_gradient_of_the_net_is_the_measured_one(tmp_path, nlp):
    fix_random_seed(2)
    model = build_encoder(unigram(tmp_path), **SETTINGS)
    model.set_dim("nO", 5)
    words = ["太行", "世纪", "在", "阳泉", "高新区"]
    found = [window_of(Doc(nlp.vocab, words)), window_of(nlp("昨日 签约。高新区")[3:8])]
    model.initialize(X=found)
    rng = np.random.default_rng(3)
    scores, backprop = model.begin_update(found)
    weights = [rng.normal(size=rows.shape).astype("float32") for rows in scores]
    backprop(weights)
    encoder_shim(model).learner.go_back()
    net = encoder_shim(model).net
    characters = sum(len(window.text) for window in found)
    for parameter in (net.output.weight, net.chars.weight, net.mix[0].linear.weight):
        place = np.unravel_index(int(parameter.grad.abs().argmax()), parameter.shape)
        ends = []
        for step in (1e-2, -1e-2):
            parameter.data[place] += step
            rows = model.predict(found)
            ends.append(sum(float((a * w).sum()) for a, w in zip(rows, weights, strict=True)))
            parameter.data[place] -= step
        measured = (ends[0] - ends[1]) / 2e-2 / characters
        assert measured == pytest.approx(float(parameter.grad[place]), rel=0.02)


# -- odd input


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_input_stops_nothing_and_moves_no_offset(either, examples, odd):
    plain = examples[0].reference
    text = f"{odd}\n{plain.text}\n{odd}"
    doc = either(text)
    assert doc.text == text
    assert all(e.text == text[e.start_char : e.end_char] for e in doc.ents)
    shift = len(odd) + 1
    names = {(e.start_char, e.text, e.label_) for e in doc.ents}
    assert {(e.start_char + shift, e.text, e.label_) for e in plain.ents} <= names
    assert found(either(odd))[0] == [e for e in found(either(odd))[0] if e[1].strip()]


def test_learning_without_torch_says_what_to_install(tmp_path, nlp, monkeypatch):
    monkeypatch.delitem(sys.modules, "zonekg.encoder.net")
    monkeypatch.setitem(sys.modules, "torch", None)
    model = build_encoder("training/encoders/any", **SETTINGS)
    model.set_dim("nO", 5)
    with pytest.raises(ModelError, match=r"any: learning on an encoder needs torch; pip install"):
        model.initialize(X=[window_of(nlp("甲公司"))])
