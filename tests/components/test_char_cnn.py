import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import fix_random_seed, get_current_ops

from windowing import window_of
from zonekg.components.char_cnn import build_char_cnn, char_features, dilated_window

nlp = spacy.blank("zh")
texts = st.text(alphabet="高新区山西太原公司项目1２a３．，（）“ \n\u3000𠮷🏭", max_size=60)


def features(text):
    return char_features(window_of(nlp(text)))


# -- the dilated window


def window(x, step, *, is_train=False):
    return dilated_window(step)(get_current_ops().asarray2f(x), is_train)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 8])
def test_rows_stand_beside_their_neighbours(step):
    x = np.arange(1, 13, dtype="float32").reshape(6, 2)
    y, _ = window(x, step)
    zero = np.zeros(2)
    for i in range(6):
        left = x[i - step] if i >= step else zero
        right = x[i + step] if i + step < 6 else zero
        assert y[i].tolist() == [*left, *x[i], *right]


@given(st.integers(0, 7), st.integers(1, 9), st.integers(1, 3), st.integers(0, 99))
def test_law_the_gradient_of_the_window_is_the_measured_one(rows, step, width, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-5, 6, (rows, width)).astype("float32")
    dy = rng.integers(-5, 6, (rows, 3 * width)).astype("float32")
    y, backprop = window(x, step, is_train=True)
    dx = backprop(dy)
    assert dx.shape == x.shape
    for place in np.ndindex(x.shape):  # linear, so that steps of 1 measure exactly
        moved = x.copy()
        moved[place] += 1
        assert float(((window(moved, step)[0] - y) * dy).sum()) == dx[place]


def test_backprop_leaves_its_input_alone():
    dy = np.ones((4, 3), dtype="float32")
    _, backprop = window(np.zeros((4, 1), dtype="float32"), 1, is_train=True)
    backprop(dy)
    assert dy.tolist() == np.ones((4, 3)).tolist()


# -- the features


@given(st.text(alphabet=[chr(code) for code in range(0x21, 0x7F)] + ["甲", "区"], max_size=30))
def test_law_full_width_equals_half_width(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if ord(c) < 0x7F else c for c in text)
    assert features(wide).tolist() == features(text).tolist()


def test_a_full_width_space_between_names_is_a_space():
    assert features("甲\u3000乙")[-1].tolist() == features("甲 乙")[-1].tolist()


@pytest.mark.parametrize(
    ("a", "b", "column"),
    [
        ("甲乙丙", "甲丁丙", 0),
        ("甲乙丙", "丁乙丙", 1),
        ("甲乙丙", "甲乙丁", 2),
        ("甲3丙", "甲三丙", 3),
        ("我公司好", "我公同好", 4),
        ("甲𠮷丙", "甲𠮶丙", 0),
    ],
)
def test_every_column_tells_texts_apart(a, b, column):
    assert features(a)[1][column] != features(b)[1][column]


def test_left_and_right_bigrams_of_one_pair_differ():
    ((_, left, right, *_),) = features("甲")  # a blank on both sides
    assert left != right
    pair = features("甲乙")
    assert pair[1][1] != pair[0][2]


def test_the_lexicon_feature_marks_words():
    inside = features("，开发区，")[:, 4].tolist()
    assert inside[0] == inside[4] == 0
    assert len(set(inside[1:4])) == 3


def test_no_characters_no_features():
    assert features("").shape == (0, 5)


# -- the net


@pytest.fixture
def net():
    fix_random_seed(3)
    model = build_char_cnn(width=8, rows=50, dilations=[1, 2], maxout_pieces=2)
    model.get_ref("output").set_dim("nO", 5)
    model.initialize(X=[window_of(nlp("山西太原公司项目"))])
    output = model.get_ref("output")  # zero before training
    shape = output.get_param("W").shape
    rng = np.random.default_rng(3)
    output.set_param("W", rng.normal(size=shape).astype("float32"))
    return model


def test_a_row_of_scores_for_each_character(net):
    docs = [nlp("高新区"), nlp("山西太原公司项目"), nlp("")]
    assert [scores.shape for scores in net.predict([window_of(doc) for doc in docs])] == [
        (3, 5),
        (8, 5),
        (0, 5),
    ]


def test_the_net_sees_as_far_as_its_dilations_reach(net):
    def scores(text):
        return net.predict([window_of(nlp(text))])[0]

    reach = 1 + 2
    # features look one character further
    here = scores("甲" * 20)
    far, near = list("甲" * 20), list("甲" * 20)
    far[10 + reach + 2], near[10 + reach] = "乙", "乙"
    assert np.allclose(scores("".join(far))[10], here[10], atol=1e-6)
    assert not np.allclose(scores("".join(near))[10], here[10], atol=1e-6)


def test_training_hides_characters_and_prediction_does_not():
    text = "山西太原公司项目" * 50
    spans = [window_of(nlp(text))]
    whole = features(text)
    for rate, share in ((0.0, 0.0), (0.3, 0.3), (1.0, 1.0)):
        fix_random_seed(6)
        model = build_char_cnn(width=8, rows=50, dilations=[1], blank_rate=rate)
        extract = model.layers[0]
        assert extract.name == "char_features"
        assert (extract.predict(spans)[0] == whole).all()
        rows, _ = extract.begin_update(spans)
        hidden = (rows[0][:, :3] == 0).all(axis=1)
        assert hidden.mean() == pytest.approx(share, abs=0.1)
        assert (rows[0][~hidden] == whole[~hidden]).all()
        assert (rows[0][:, 3:] == whole[:, 3:]).all()


def test_the_gradient_of_the_net_is_the_measured_one(net):
    span = window_of(nlp("山西太原公司"))
    rng = np.random.default_rng(5)
    scores, backprop = net.begin_update([span])
    weights = [rng.normal(size=rows.shape).astype("float32") for rows in scores]
    backprop(weights)
    checked = 0
    for node in net.walk():
        for name in node.param_names:
            if not node.has_grad(name):
                continue
            value, grad = node.get_param(name), node.get_grad(name)
            place = np.unravel_index(np.abs(grad).argmax(), grad.shape)
            step = 1e-2
            ends = []
            for sign in (1, -1):
                moved = value.copy()
                moved[place] += sign * step
                node.set_param(name, moved)
                found = net.predict([span])
                ends.append(sum(float((a * w).sum()) for a, w in zip(found, weights, strict=True)))
            node.set_param(name, value)
            measured = (ends[0] - ends[1]) / (2 * step)
            assert measured == pytest.approx(float(grad[place]), rel=0.1, abs=0.02), (
                node.name,
                name,
            )
            checked += 1
    assert checked > 10
