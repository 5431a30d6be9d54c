import re
from contextlib import contextmanager
from functools import cache
from itertools import product

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from spacy.tokens import Span
from spacy.training import Example
from thinc.api import Model, fix_random_seed

from windowing import window_of
from zonekg.components.decoding import Mention, decode, viterbi
from zonekg.components.ner import CharNer
from zonekg.components.windows import windows
from zonekg.docs import confidences

TAGS = ["O", *(f"{kind}-{label}" for label in ("ORG", "PARK") for kind in "BILU")]
SMALL = {"width": 24, "rows": 300, "dilations": [1, 2], "maxout_pieces": 2}
SENTENCES = [
    "[[O1|太行世纪]]在[[K1|阳泉高新区]]建设电池项目。",
    "昨日，[[K1|吕梁经开区]]与[[O1|𠮷利汽车]]（中国）签约，\n现场热烈。",
    "[[O1|省商务厅]]指导[[K1|晋城经开区]]招商。",
]

blank = spacy.blank("zh")


def pipeline(window=512):
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_ner", name="ner", config={"window": window, "model": SMALL})
    return nlp


@pytest.fixture(scope="module")
def examples(marked, nlp):
    return [Example(nlp.make_doc(doc.text), doc) for doc in map(marked, SENTENCES)]


@pytest.fixture(scope="module")
def trained(examples):
    """A pipeline that knows three sentences by heart."""
    fix_random_seed(1)
    nlp = pipeline()
    sgd = nlp.initialize(lambda: examples)
    sgd.learn_rate = 0.01
    for _ in range(60):
        nlp.update(examples, sgd=sgd, drop=0.1)
    return nlp


def mentions(doc):
    return [(e.text, e.label_) for e in doc.ents]


PLAIN = [re.sub(r"\[\[..\||\]\]", "", sentence) for sentence in SENTENCES]
LONG = "，全年平稳。\n".join(PLAIN * 3)


# -- labels and tags


def test_four_tags_for_each_label_and_one_for_the_rest():
    ner = blank.create_pipe("zonekg_ner")
    assert ner.tags == ["O"]
    assert [ner.add_label(label) for label in ("ORG", "PARK", "ORG")] == [1, 1, 0]
    assert ner.labels == ("ORG", "PARK")
    assert ner.label_data == ["ORG", "PARK"]
    assert ner.tags == TAGS


def test_labels_come_from_the_examples_or_are_given(examples):
    nlp = pipeline()
    nlp.initialize(lambda: examples)
    assert nlp.get_pipe("ner").labels == ("ORG", "PARK")
    given_labels = pipeline()
    given_labels.get_pipe("ner").initialize(lambda: examples, labels=["PARK", "ORG", "MONEY"])
    assert given_labels.get_pipe("ner").labels == ("PARK", "ORG", "MONEY")


def test_a_trained_net_takes_no_new_label(trained):
    with pytest.raises(ValueError, match="trained for ORG, PARK; train anew"):
        trained.get_pipe("ner").add_label("MONEY")
    assert trained.get_pipe("ner").add_label("ORG") == 0
    assert trained.get_pipe("ner").tags == TAGS


@pytest.mark.parametrize("found", [[], ["甲公司"]])
def test_training_needs_examples_with_mentions(found):
    docs = [Example(blank.make_doc(text), blank.make_doc(text)) for text in found]
    with pytest.raises(ValueError, match="needs annotated examples"):
        pipeline().get_pipe("ner").initialize(lambda: docs)


def test_an_untrained_net_finds_nothing():
    assert mentions(pipeline()("太行世纪在阳泉高新区")) == []


# -- the best path


def legal(path):
    tags = [TAGS[i] for i in path]
    inside = None
    for tag in tags:
        kind, label = tag[0], tag[2:]
        if inside is None and kind not in "OBU":
            return False
        if inside is not None and (kind not in "IL" or label != inside):
            return False
        inside = label if kind in "BI" else None
    return inside is None


def scores(rows):
    return arrays.arrays(
        np.float32, st.tuples(rows, st.just(len(TAGS))), elements=st.floats(-60, 0, width=32)
    )


@cache
def fits(kind, label, before):
    """Whether a tag may follow `before`, a pair like it; the outside is ("O", "")."""
    if before[0] in "BI":
        return kind in "IL" and label == before[1]
    return kind in "OBU"


def best_worth(rows):
    """The worth of the best legal path, by a search over all states, one character at a time."""
    pairs = [(tag[0], tag[2:]) for tag in TAGS]
    worths = {("O", ""): 0.0}
    for row in rows.astype("float64").tolist():
        worths = {
            pair: worth + max(old for before, old in worths.items() if fits(*pair, before))
            for pair, worth in zip(pairs, row, strict=True)
            if any(fits(*pair, before) for before in worths)
        }
    return max(worth for (kind, _), worth in worths.items() if kind in "OLU")


def worth(rows, path):
    return float(rows[range(len(path)), list(path)].astype("float64").sum())


@given(scores(st.integers(0, 12)), st.data())
def test_law_the_short_way_is_never_the_worse_one(rows, data):
    """Where the best tag of each character is on a legal path, or nearly, and anywhere else."""
    tags = data.draw(st.lists(st.sampled_from(range(len(TAGS))), max_size=len(rows)))
    rows[range(len(tags)), tags] = 0.0
    assert worth(rows, viterbi(rows, TAGS)) == pytest.approx(best_worth(rows), abs=1e-2)


@given(st.lists(st.sampled_from(["O", "U-ORG", "B-ORG L-ORG", "B-PARK I-PARK L-PARK"]), max_size=9))
def test_law_a_legal_greedy_path_is_the_path(parts):
    tags = [TAGS.index(tag) for part in parts for tag in part.split()]
    rows = np.full((len(tags), len(TAGS)), -1.0, dtype="float32")
    rows[range(len(tags)), tags] = -0.9
    assert viterbi(rows, TAGS) == tags


@given(scores(st.integers(0, 30)))
def test_law_a_path_is_legal(rows):
    path = viterbi(rows, TAGS)
    assert len(path) == len(rows)
    assert legal(path)


@settings(max_examples=40)
@given(scores(st.integers(1, 3)))
def test_law_no_legal_path_is_better(rows):
    paths = product(range(len(TAGS)), repeat=len(rows))
    best = max(worth(rows, path) for path in paths if legal(path))
    assert best == pytest.approx(best_worth(rows), abs=1e-6)
    assert worth(rows, viterbi(rows, TAGS)) == pytest.approx(best, abs=1e-3)


def test_a_greedy_path_would_be_illegal_here():
    rows = np.full((3, len(TAGS)), -9.0, dtype="float32")
    for i, tag in enumerate(("B-ORG", "I-PARK", "L-ORG")):
        rows[i, TAGS.index(tag)] = 0.0
    assert [TAGS[i] for i in viterbi(rows, TAGS)] == ["B-ORG", "I-ORG", "L-ORG"]


# -- from a path to mentions


def favour(text, *spans):
    """(doc, scores) in which the spans (text, label) get the best tags."""
    doc = blank(text)
    rows = np.full((len(doc), len(TAGS)), -9.0, dtype="float32")
    rows[:, 0] = -0.1
    for name, label in spans:
        start = text.index(name)
        span = doc.char_span(start, start + len(name))
        kinds = "U" if len(span) == 1 else "B" + "I" * (len(span) - 2) + "L"
        for token, kind in zip(span, kinds, strict=True):
            rows[token.i, 0] = -9.0
            rows[token.i, TAGS.index(f"{kind}-{label}")] = -0.5
    return doc, rows


def names(doc, mentions):
    return [(doc[m.start : m.end].text, m.label) for m in mentions]


def decoded(text, *spans):
    doc, rows = favour(text, *spans)
    return names(doc, decode(rows, window_of(doc), TAGS))


def predicted(text, *spans, window=512):
    """What the component finds when its net gives the spans the best tags."""
    doc, rows = favour(text, *spans)

    def give(net, windows, is_train):
        return [rows[window.start : window.end] for window in windows], None

    net = Model("given", give, dims={"nO": len(TAGS)})
    net.set_ref("output", net)
    ner = CharNer(blank.vocab, net, "ner", window=window)
    ner.cfg["labels"] = ["ORG", "PARK"]
    return names(doc, ner.predict([doc])[0].mentions)


def test_mentions_have_their_confidence():
    doc, rows = favour("在甲公司乙", ("甲公司", "ORG"), ("乙", "PARK"))
    sure = pytest.approx(np.exp(-0.5))
    assert decode(rows, window_of(doc), TAGS) == [
        Mention(1, 4, "ORG", sure),
        Mention(4, 5, "PARK", sure),
    ]


def test_the_mentions_of_a_span_count_from_the_start_of_its_doc():
    doc, rows = favour("在甲公司乙\n丙园区丁", ("甲公司", "ORG"), ("丙园区", "PARK"))
    whole = decode(rows, window_of(doc), TAGS)
    assert [m[:3] for m in whole] == [(1, 4, "ORG"), (6, 9, "PARK")]
    assert decode(rows, window_of(doc[:]), TAGS) == whole
    for cut in (4, 5, 6):
        parts = [
            decode(rows[a:b], window_of(doc[a:b]), TAGS) for a, b in ((0, cut), (cut, len(doc)))
        ]
        assert parts[0] + parts[1] == whole


def test_decoding_leaves_the_scores_alone():
    doc, rows = favour("甲公司\n乙", ("甲公司\n乙", "ORG"))
    before = rows.copy()
    decode(rows, window_of(doc), TAGS)
    assert (rows == before).all()


def test_a_line_break_ends_a_mention():
    assert all("\n" not in name for name, _ in decoded("甲公司\n乙园区", ("甲公司\n乙园区", "ORG")))
    assert decoded("甲公司\n乙", ("甲公司", "ORG"), ("乙", "PARK")) == [
        ("甲公司", "ORG"),
        ("乙", "PARK"),
    ]


@pytest.mark.parametrize(
    ("text", "marked", "name"),
    [
        ("在华启（深圳）公司", "华启（深圳", "华启（深圳）"),
        ("在（一期）项目", "一期）项目", "（一期）项目"),
        ("的“源网荷储”项目", "源网荷储”项目", "“源网荷储”项目"),
        ("在（一期）项目", "一期", "一期"),
        ("在华启（深圳公司", "华启（深圳", "华启（深圳"),
        ("《日报》报", "日报》报", "《日报》报"),
    ],
)
def test_brackets_that_a_mention_cuts_are_completed(text, marked, name):
    assert predicted(text, (marked, "ORG")) == [(name, "ORG")]


def test_brackets_are_completed_over_the_edge_of_a_window():
    text, part = "乙（丙，）丁戊己庚", "乙（丙，"
    assert windows(blank(text), 4)[0].text == part
    assert predicted(text, (part, "ORG"), window=4) == [("乙（丙，）", "ORG")]


@pytest.mark.parametrize(
    "cut", [("甲（", "乙）丙"), ("甲（", "）乙"), ("甲（", "）"), ("（甲", "）乙")]
)
def test_brackets_are_not_taken_from_the_neighbour(cut):
    first, second = cut
    found = predicted(first + second, (first, "ORG"), (second, "PARK"))
    assert found == [(first, "ORG"), (second, "PARK")]


@given(st.text(alphabet="甲乙3 \n\r\u3000（）“”《》𠮷", max_size=14), st.data())
def test_law_mentions_keep_to_their_lines_and_to_visible_characters(text, data):
    doc = blank(text)
    mentions = decode(data.draw(scores(st.just(len(doc)))), window_of(doc), TAGS)
    for m in mentions:
        name = doc[m.start : m.end].text
        assert name == name.strip() != ""
        assert "\n" not in name
        assert 0.0 <= m.confidence <= 1.0
    edges = [edge for m in mentions for edge in (m.start, m.end)]
    assert edges == sorted(edges)
    doc.set_ents([Span(doc, m.start, m.end, label=m.label) for m in mentions])


# -- training and prediction


def test_three_sentences_are_learnt_by_heart(trained, examples):
    for example in examples:
        assert mentions(trained(example.reference.text)) == mentions(example.reference)
    assert trained.evaluate(examples)["ents_f"] == 1.0


def test_the_loss_falls(examples):
    fix_random_seed(2)
    nlp = pipeline()
    sgd = nlp.initialize(lambda: examples)
    losses = [nlp.update(examples, sgd=sgd)["ner"] for _ in range(15)]
    assert losses[-1] < losses[0] / 2


def test_the_gradient_of_the_loss_is_the_measured_one(trained, examples):
    ner = trained.get_pipe("ner")
    rng = np.random.default_rng(4)
    rows = [rng.normal(size=(len(eg.predicted), len(TAGS))).astype("float32") for eg in examples]
    _, grads = ner.get_loss(examples, rows)
    for place in [(0, 0), (3, 1), (5, 8)]:
        ends = []
        for step in (1e-2, -1e-2):
            moved = [part.copy() for part in rows]
            moved[1][place] += step
            ends.append(ner.get_loss(examples, moved)[0])
        assert (ends[0] - ends[1]) / 2e-2 == pytest.approx(float(grads[1][place]), abs=0.01)


def test_characters_without_a_gold_tag_teach_nothing(trained):
    doc = blank("太行世纪在阳泉高新区")
    doc.set_ents([Span(doc, 0, 4, label="ORG")], missing=[doc[4:10]], default="missing")
    _, (grad,) = trained.get_pipe("ner").get_loss(
        [Example(blank(doc.text), doc)], [np.zeros((10, len(TAGS)), dtype="float32")]
    )
    assert np.abs(grad[:4]).sum() > 0
    assert np.abs(grad[4:]).sum() == 0


@contextmanager
def windows_of(size, ner):
    old = ner.cfg["window"]
    ner.cfg["window"] = size
    try:
        yield
    finally:
        ner.cfg["window"] = old


@pytest.mark.parametrize("size", [1, 7, 30, 100])
def test_a_doc_has_the_scores_of_its_windows(trained, size):
    ner = trained.get_pipe("ner")
    doc = blank(LONG)
    with windows_of(size, ner):
        (found,) = ner.score_tags([doc])
    alone = np.concatenate([ner.model.predict([span])[0] for span in windows(doc, size)])
    assert found.shape == (len(doc), len(TAGS))
    assert np.allclose(np.exp(found).sum(axis=1), 1, atol=1e-4)
    apart = found - alone  # the same up to what makes them probabilities
    assert np.allclose(apart, apart[:, :1], atol=1e-3)


def test_windows_of_whole_sentences_find_what_one_window_finds(trained):
    ner = trained.get_pipe("ner")
    doc = blank(LONG)
    ((whole, _),) = ner.predict([doc])
    assert len(whole) >= 15
    for size in (30, 60):
        assert len(windows(doc, size)) > 3
        with windows_of(size, ner):
            assert [m[:3] for m in ner.predict([doc])[0].mentions] == [m[:3] for m in whole]


def test_training_in_windows_learns_too(examples):
    fix_random_seed(1)
    nlp = pipeline(window=10)
    sgd = nlp.initialize(lambda: examples)
    sgd.learn_rate = 0.01
    for _ in range(60):
        nlp.update(examples, sgd=sgd)
    assert nlp.evaluate(examples)["ents_f"] > 0.8


def test_a_doc_is_tagged_alike_in_any_batch(trained, model):
    texts = [LONG, "", "阳泉高新区", LONG[::-1], "太行世纪\n"]
    for nlp in (trained, model):
        alone = [nlp(text) for text in texts]
        for size in (1, 2, 5):
            batch = list(nlp.pipe(texts, batch_size=size))
            assert [mentions(doc) for doc in batch] == [mentions(doc) for doc in alone]
            sure = [confidences(doc) for doc in batch]
            flat = [c for row in sure for c in row]
            assert flat == pytest.approx([c for doc in alone for c in confidences(doc)], abs=1e-3)


def test_prediction_touches_nothing(trained):
    doc = blank(LONG)
    before = doc.to_bytes()
    assert trained.get_pipe("ner").predict([doc])[0].mentions
    assert doc.to_bytes() == before


@pytest.mark.parametrize("text", ["", "\n", " ", "\u3000\n \n"])
def test_nothing_to_see(trained, text):
    doc = trained(text)
    assert (mentions(doc), confidences(doc)) == ([], [])


def test_an_empty_example_teaches_nothing_and_stops_nothing(examples):
    nlp = pipeline()
    nlp.initialize(lambda: examples)
    ner = nlp.get_pipe("ner")
    empty = Example(blank(""), blank(""))
    assert ner.update([empty]) == {"ner": 0.0}
    assert ner.update([empty, examples[0], empty]) == ner.update([examples[0]])


def test_astral_characters_count_as_one(trained):
    org = trained("🏭🏭" + PLAIN[1]).ents[-1]
    assert (org.text, org.start_char) == ("𠮷利汽车", 2 + PLAIN[1].index("𠮷"))


def test_the_component_comes_back_from_disk_and_bytes(trained, tmp_path):
    trained.to_disk(tmp_path / "model")
    for again in (
        spacy.load(tmp_path / "model"),
        pipeline().from_bytes(trained.to_bytes()),
    ):
        ner = again.get_pipe("ner")
        assert ner.labels == ("ORG", "PARK")
        assert ner.cfg == trained.get_pipe("ner").cfg
        doc, old = again(LONG), trained(LONG)
        assert mentions(doc) == mentions(old) != []
        assert confidences(doc) == confidences(old)


def test_the_trained_pipeline_finds_names_of_the_schema(model):
    doc = model("晋能集团在阳泉高新技术产业开发区投资建设储能电池生产线项目，总投资12.5亿元。")
    found = dict(mentions(doc))
    assert found["12.5亿元"] == "MONEY"
    assert found["阳泉高新技术产业开发区"] == "PARK"
