from time import process_time

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from windowing import window_of
from zonekg.components.windows import windows
from zonekg.docs import sentence_bounds

nlp = spacy.blank("zh")
texts = st.one_of(
    st.text("甲乙丙。！？；，、：” \n\u3000𠮷👨\u200d3a", max_size=80),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
sizes = st.integers(1, 40)


def spread(text, step):
    """A doc in words of `step` characters, some with a space behind."""
    words = [text[i : i + step] for i in range(0, len(text), step)]
    return Doc(nlp.vocab, words, [i % 3 == 0 for i in range(len(words))])


@given(texts, sizes)
def test_law_windows_cover_a_doc_without_gap_or_overlap(text, size):
    doc = nlp(text)
    found = windows(doc, size)
    assert [i for window in found for i in range(window.start, window.end)] == [*range(len(doc))]
    assert all(0 < window.end - window.start <= size for window in found)


@given(texts, sizes, st.integers(1, 4))
def test_law_so_do_windows_of_words(text, size, step):
    doc = spread(text, step)
    found = windows(doc, size)
    assert [i for window in found for i in range(window.start, window.end)] == [*range(len(doc))]
    assert all(0 < window.end - window.start <= size for window in found)


@given(texts, sizes)
def test_law_a_sentence_that_fits_stays_whole(text, size):
    doc = nlp(text)
    found = windows(doc, size)
    home = {i: n for n, window in enumerate(found) for i in range(window.start, window.end)}
    for start, end in sentence_bounds(text):
        tokens = [token.i for token in doc if start <= token.idx < end]
        if len(tokens) <= size:
            assert len({home[i] for i in tokens}) <= 1


@given(texts)
def test_law_a_doc_that_fits_is_one_window(text):
    doc = nlp(text)
    assert [window.text for window in windows(doc, max(1, len(doc)))] == (
        [doc[:].text] if len(doc) else []
    )


@given(texts)
def test_law_a_window_has_the_text_and_offsets_of_its_tokens(text):
    doc = nlp(text)
    for window in windows(doc, 7):
        expected = window_of(doc[window.start : window.end])
        assert window.at.tolist() == expected.at.tolist()
        assert window[:3] == expected[:3]


def cut(text, size):
    return [window.text for window in windows(nlp(text), size)]


@pytest.mark.parametrize(
    ("text", "size", "found"),
    [
        ("", 5, []),
        ("甲乙丙丁戊己", 4, ["甲乙丙丁", "戊己"]),
        ("甲乙，丙丁戊己", 4, ["甲乙，", "丙丁戊己"]),
        ("甲乙丙丁，戊己", 4, ["甲乙丙丁", "，戊己"]),
        ("，，，，，", 2, ["，，", "，，", "，"]),
        ("甲。乙。丙。丁。", 5, ["甲。乙。", "丙。丁。"]),
        ("甲乙丙丁戊。己", 6, ["甲乙丙丁戊。", "己"]),
        ("甲。\n乙丙丁戊", 5, ["甲。\n", "乙丙丁戊"]),
    ],
)
def test_where_windows_end(text, size, found):
    assert cut(text, size) == found


def test_windows_of_a_doc_have_about_one_length():
    lengths = [len(window.at) for window in windows(nlp("他们签约。" * 101), 100)]
    assert len(lengths) == 6
    assert max(lengths) - min(lengths) <= 20


def seconds(doc):
    """The less of two measurements."""
    taken = []
    for _ in range(2):
        start = process_time()
        assert len(windows(doc, 384)) >= len(doc) // 384
        taken.append(process_time() - start)
    return min(taken)


def test_the_time_is_linear():
    """A megabyte takes some ten times as long as a tenth, not a hundred times."""
    kinds = "甲" * 12_000 + "甲，" * 6_000 + ("甲" * 39 + "。") * 300
    small, large = (Doc(nlp.vocab, list(kinds * n), [False] * len(kinds) * n) for n in (1, 10))
    assert len(large.text.encode()) > 1_000_000
    assert seconds(large) < 30 * max(seconds(small), 0.001)
