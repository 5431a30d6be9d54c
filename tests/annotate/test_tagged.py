"""Files of tagged characters as Examples."""

import random
from itertools import chain

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.util import registry

from zonekg.annotate.tagged import read_tagged, tagged_docs
from zonekg.errors import AnnotationError

BMES = "常 B-NAME\n良 E-NAME\n任 O\n党 B-ORG\n委 M-ORG\n会 E-ORG\n李 S-NAME\n\n， O\n汉 S-RACE\n"
SCHEMES = {
    "BMES": ("S", "B", "M", "E"),
    "BIOES": ("S", "B", "I", "E"),
    "BIO": ("B", "B", "I", "I"),
}


def write(folder, text):
    path = folder / "a.bmes"
    path.write_bytes(text.encode())
    return path


def read(folder, text, nlp):
    """Text and mentions of each sentence."""
    docs = tagged_docs(write(folder, text), nlp)
    return [(doc.text, [(e.text, e.label_) for e in doc.ents]) for doc in docs]


def refused(folder, text, nlp):
    """The message that a file is refused with, after its path."""
    path = write(folder, text)
    with pytest.raises(AnnotationError) as caught:
        list(tagged_docs(path, nlp))
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(f"{path}:")


# -- reading


def test_sentences_and_their_mentions(tmp_path, nlp):
    assert read(tmp_path, BMES, nlp) == [
        ("常良任党委会李", [("常良", "NAME"), ("党委会", "ORG"), ("李", "NAME")]),
        ("，汉", [("汉", "RACE")]),
    ]


def test_a_doc_knows_the_line_it_begins_on(tmp_path, nlp):
    path = write(tmp_path, "\n\n甲 O\n\n\n乙 O\n丙 O")
    places = [doc.user_data["place"] for doc in tagged_docs(path, nlp)]
    assert places == [(path.as_posix(), 3), (path.as_posix(), 6)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲 B-A\n乙 E-A\n丙 B-A\n丁 I-A\n戊 E-A\n", ["甲乙", "丙丁戊"]),  # BIOES
        ("甲 B-A\n乙 B-A\n丙 I-A\n丁 B-B\n戊 O\n己 B-A\n", ["甲", "乙丙", "丁", "己"]),  # BIO
        ("甲 S-A\n乙 S-A\n", ["甲", "乙"]),
        ("甲 O\n", []),
    ],
)
def test_schemes(tmp_path, nlp, text, found):
    ((_, mentions),) = read(tmp_path, text, nlp)
    assert [mention for mention, _ in mentions] == found


def test_windows_line_ends_tabs_byte_order_mark_and_blanks_after_the_tag(tmp_path, nlp):
    text = "\ufeff" + BMES.replace(" ", "\t").replace("\n", " \r\n")
    assert read(tmp_path, text, nlp) == read(tmp_path, BMES, nlp)


def test_entries_of_several_characters_and_white_space(tmp_path, nlp):
    text = "A股 S-X\n  O\n𠮷 B-Y\n  M-Y\n\u3000 M-Y\n1.5 E-Y\n\t O\n\u2028 O\n"
    assert read(tmp_path, text, nlp) == [
        ("A股 𠮷 \u30001.5\t\u2028", [("A股", "X"), ("𠮷 \u30001.5", "Y")])
    ]


def test_a_label_may_hold_any_marks(tmp_path, nlp):
    assert read(tmp_path, "甲 S-PER.NAM-1\n", nlp) == [("甲", [("甲", "PER.NAM-1")])]


# -- what is refused


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("甲 O\n乙\n", "2: 「乙」 is not a character and its tag"),
        ("甲 O\n\n O\n", "3: 「 O」 is not a character and its tag"),
        ("甲 B\n", "1: 「甲 B」 is not a character and its tag"),
        ("甲 B-\n", "1: 「甲 B-」 is not a character and its tag"),
        ("甲 U-ORG\n", "1: 「甲 U-ORG」 is not a character and its tag"),
        ("甲 o\n", "1: 「甲 o」 is not a character and its tag"),
        ("甲 O\n\u3000\n", "2: 「\u3000」 is not a character and its tag"),
        ("甲 M-A\n乙 E-A\n", "1: M-A goes on with no mention; expected B-A before it"),
        ("甲 I-A\n", "1: I-A goes on with no mention"),
        ("甲 S-A\n乙 E-A\n", "2: E-A goes on with no mention"),
        ("甲 B-A\n乙 E-A\n丙 M-A\n丁 E-A", "3: M-A goes on with no mention"),
        ("甲 B-A\n乙 E-B\n", "1: the mention of A is not ended"),
        ("甲 B-A\n乙 I-B\n", "2: I-B goes on with no mention"),
        ("甲 B-A\n\n乙 I-A\n", "3: I-A goes on with no mention"),
        ("甲 B-A\n乙 M-A\n", "2: the mention of A is not ended; expected E-A or S-A at its end"),
        ("甲 B-A\n乙 O\n丙 S-B\n", "1: the mention of A is not ended"),
        ("甲 B-A\n乙 B-A\n丙 E-A\n", "1: the mention of A is not ended"),
        ("甲 B-A\n乙 I-A\n\n丙 S-A\n", "2: the mention of A is not ended"),
        ("  B-A\n甲 E-A\n", "1: mention 「 甲」 does not begin and end on tokens"),
        ("甲 B-A\n\u3000 E-A\n", "1: mention 「甲\u3000」 does not begin and end on tokens"),
        ("\n \n", " no tagged sentence; expected lines like"),
        ("", " no tagged sentence"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path, nlp, text, message):
    assert refused(tmp_path, text, nlp).startswith(message)


def test_other_tokens_than_characters_are_refused(tmp_path):
    english = spacy.blank("en")
    assert refused(tmp_path, "甲 S-A\n乙 O\n", english).startswith("1: mention 「甲」 does not")
    within = "a O\nb B-A\n  I-A\nc E-A\n"  # its last token alone is whole
    assert refused(tmp_path, within, english).startswith("2: mention 「b c」 does not")


def test_files_that_cannot_be_read(tmp_path, nlp):
    path = tmp_path / "b"
    with pytest.raises(AnnotationError, match="No such file"):
        list(tagged_docs(path, nlp))
    path.write_bytes("甲 O\n".encode("gb18030"))
    with pytest.raises(AnnotationError, match="not UTF-8 at byte 0; save"):
        list(tagged_docs(path, nlp))


# -- broken mentions


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("圣 B-A\n。 M-A\n", [None, None]),
        ("甲 O\n彼 M-A\n得 E-A\n乙 S-B\n", ["O", None, None, "U-B"]),
        ("甲 B-A\n乙 E-B\n丙 O\n", [None, None, "O"]),
        ("甲 S-B\n  B-A\n乙 E-A\n", ["U-B", None]),  # spaCy has a space as part of the token
        ("甲 S-B\n  S-A\n", ["U-B"]),
        ("甲 B-A\n乙 I-B\n", ["U-A", None]),
    ],
)
def test_their_tags_are_unknown_to_a_lenient_reader(tmp_path, nlp, text, tags):
    path = write(tmp_path, text)
    refused(tmp_path, text, nlp)
    (example,) = read_tagged(str(path), lenient=True)(nlp)
    assert example.get_aligned_ner() == tags


def test_a_lenient_reader_refuses_malformed_lines(tmp_path, nlp):
    path = write(tmp_path, "甲 B-A\n乙\n")
    with pytest.raises(AnnotationError, match="not a character and its tag"):
        list(tagged_docs(path, nlp, lenient=True))


# -- the reader


def test_the_reader_gives_the_text_alone_to_the_pipeline(tmp_path, nlp):
    path = write(tmp_path, BMES)
    made = registry.readers.get("zonekg.TaggedCorpus.v1")(path=str(path))
    for examples in (list(made(nlp)), list(made(nlp))):  # it can be read again
        assert [eg.predicted.text for eg in examples] == ["常良任党委会李", "，汉"]
        assert not any(eg.predicted.ents for eg in examples)
        tags = ["B-NAME", "L-NAME", "O", "B-ORG", "I-ORG", "L-ORG", "U-NAME"]
        assert examples[0].get_aligned_ner() == tags


def test_shuffling_gives_the_same_sentences_in_an_order_of_its_own(tmp_path, nlp):
    path = write(tmp_path, "".join(f"{char} O\n\n" for char in "一二三四五六七八九十"))
    reader = read_tagged(str(path), shuffle=True)
    random.seed(3)
    orders = ["".join(eg.reference.text for eg in reader(nlp)) for _ in range(2)]
    assert all(sorted(order) == sorted("一二三四五六七八九十") for order in orders)
    assert len({*orders, "一二三四五六七八九十"}) == 3
    random.seed(3)
    assert "".join(eg.reference.text for eg in reader(nlp)) == orders[0]


# -- there and back

# not U+FEFF either: at the file's beginning it is a byte order mark
CHARS = st.characters(exclude_categories=["Cs"], exclude_characters="\n\ufeff")
ENTRIES = st.text(CHARS, min_size=1)
MENTIONS = st.tuples(
    st.lists(ENTRIES, min_size=1, max_size=4).filter(
        lambda entries: "".join(entries) == "".join(entries).strip()
    ),
    st.sampled_from(["ORG", "NAME", "PER.NAM"]),
)
OUTSIDE = st.tuples(st.lists(ENTRIES, min_size=1, max_size=3), st.just(""))
SENTENCES = st.lists(st.one_of(MENTIONS, OUTSIDE), min_size=1, max_size=5)


TAGS = ["O", *(f"{kind}-{label}" for kind in "BIMES" for label in "XY")]


@given(st.lists(st.tuples(ENTRIES, st.sampled_from(TAGS)), min_size=1, max_size=8))
def test_a_lenient_reader_takes_any_tags(tmp_path_factory, nlp, rows):
    folder = tmp_path_factory.mktemp("tagged")
    path = write(folder, "".join(f"{entry} {tag}\n" for entry, tag in rows))
    (doc,) = tagged_docs(path, nlp, lenient=True)
    assert doc.text == "".join(entry for entry, _ in rows)


def tagged(entries, label, scheme):
    """The lines of a piece of text: a mention, or without a label what is outside."""
    single, begin, inside, end = SCHEMES[scheme]
    kinds = [begin, *[inside] * (len(entries) - 2), end] if len(entries) > 1 else [single]
    tags = [f"{kind}-{label}" if label else "O" for kind in kinds]
    tags += ["O"] * (len(entries) - len(tags))
    return [f"{entry} {tag}\n" for entry, tag in zip(entries, tags, strict=True)]


@given(st.lists(SENTENCES, min_size=1, max_size=3), st.sampled_from(sorted(SCHEMES)))
def test_what_is_written_is_read(tmp_path_factory, nlp, sentences, scheme):
    lines = [chain(*(tagged(*piece, scheme) for piece in pieces)) for pieces in sentences]
    text = "\n".join("".join(sentence) for sentence in lines)
    folder = tmp_path_factory.mktemp("tagged")
    assert read(folder, text, nlp) == [
        (
            "".join(chain(*(entries for entries, _ in pieces))),
            [("".join(entries), label) for entries, label in pieces if label],
        )
        for pieces in sentences
    ]
