import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Span

from zonekg.components.aliases import make_aliases
from zonekg.components.relation_rules import claims
from zonekg.components.relations.reading import (
    BUCKETS,
    PAIR_FEATURES,
    PLACES,
    columns,
    read,
)
from zonekg.components.relations.shared_words import WORDS, shared_words
from zonekg.schema import default_schema

BODY = (
    "[[K1|阳泉高新区]]发力\n连日来，[[K1|阳泉高新区]]一片忙碌。\n一、在建项目\n"
    "1.[[P1|甲项目]]和[[P2|乙项目]]由[[O1|丙公司]]、[[O2|丁公司]]分别投资，3个项目投资[[M1|3亿元]]。"
)


@pytest.fixture
def reading(seen):
    (found,) = read(seen(BODY), [])
    return found


def named(doc, found):
    texts = [doc.ents[i].text for i in found.mentions]
    return [(texts[a], texts[b]) for a, b in found.pairs]


def test_all_legal_pairs_of_different_things_and_no_others(seen):
    doc = seen(BODY)
    (found,) = read(doc, [])
    schema, ents = default_schema(), doc.ents
    wanted = {
        (i, j)
        for i, a in enumerate(ents)
        for j, b in enumerate(ents)
        if a.text != b.text
        and any(schema.allows(label, a.label_, b.label_) for label in schema.relations)
    }
    assert {tuple(pair) for pair in found.pairs.tolist()} == wanted
    assert ("阳泉高新区", "阳泉高新区") not in named(doc, found)


def test_where_mentions_stand(seen, reading):
    names = [ent.text for ent in seen(BODY).ents]
    line, _, headline, _, listed, about, often, counted = reading.places.T.tolist()
    assert line == [0, 1, 3, 3, 3, 3, 3]
    assert headline == [1, 0, 0, 0, 0, 0, 0]
    assert listed == [0, 0, 1, 1, 1, 1, 1]
    assert about == [int(name == "阳泉高新区") for name in names]
    assert often[0] > often[2]
    assert counted == [0, 0, 0, 0, 0, 0, 1]


def test_each_mention_knows_its_sentence_and_the_head_of_its_section(seen, reading):
    text = seen(BODY).text
    sentences = [text[a:b].strip() for a, b in reading.sentences]
    # a line feed after a full stop is a stretch of its own
    assert sentences[:3] == ["阳泉高新区发力", "连日来，阳泉高新区一片忙碌。", ""]
    assert sentences[3] == "一、在建项目"
    assert sentences[4].startswith("1.甲项目")
    assert len(sentences) == 5
    assert reading.scopes.tolist() == [[0, 0], [1, 0], *[[4, 3]] * 5]
    line, number, headline, heading, listed = reading.standings.T.tolist()[:5]
    assert line == [0, 1, 1, 2, 3]
    assert number == [0, 1, 2, 3, 4]
    assert headline == [1, 0, 0, 0, 0]
    assert heading == [1, 0, 0, 1, 0]
    assert listed == [0, 0, 0, 1, 1]


def test_the_park_of_the_article_can_be_hidden(seen):
    (found,) = read(seen(BODY), [], home=False)
    assert set(found.places[:, 5].tolist()) == {2}


def test_lists_of_one_length_are_aligned(seen, reading):
    aligned = dict(zip(named(seen(BODY), reading), reading.between[:, -1].tolist(), strict=True))
    assert aligned["丙公司", "甲项目"] == aligned["丁公司", "乙项目"] == 5
    assert aligned["丙公司", "乙项目"] == 4
    assert aligned["甲项目", "3亿元"] == 1


def test_what_names_share_is_told_of_things_not_of_mentions():
    names = ["宁夏晶瞳检测科技有限公司", "晶瞳", "晶瞳光致发光晶圆检测线", "宁夏银行", "3亿元"]
    labels = ["ORG", "ORG", "PROJECT", "ORG", "MONEY"]
    found = shared_words(names, labels, np.array([0, 0, 2, 3, 4]))
    assert found.shape == (5, 5, WORDS)
    length, things, mine, theirs = found[0, 2].tolist()
    assert (length, things, mine, theirs) == (2, 0, 1, 1)  # 晶瞳, which the short name begins with
    assert found[0, 3].tolist() == [2, 0, 1, 1]  # 宁夏
    assert (found[0] == found[1]).all()
    assert not found[4, :4].any()
    assert not found[2, 3].any()


def test_the_rarest_of_what_names_share_is_told():
    names = ["马鞍山瑞恒公司", "马鞍山高新区", "瑞恒马鞍山大厦项目", "马鞍山甲厂", "马鞍山乙厂"]
    labels = ["ORG", "PARK", "PROJECT", "ORG", "ORG"]
    found = shared_words(names, labels, np.arange(5))
    assert found[0, 1].tolist() == [3, 2, 1, 1]  # 马鞍山, in five things
    assert found[0, 2].tolist() == [3, 2, 1, 2]


def test_what_the_rules_claim_stands_with_the_pair(seen):
    doc = seen("[[K1|阳泉高新区]]的[[P1|甲项目]]总投资[[M1|3亿元]]。")
    claim = next(claim for claim in claims(doc) if claim.label == "TOTAL_INVESTMENT")
    (found,) = read(doc, ["another rule", claim.rule])
    rows = dict(zip(named(doc, found), found.rules.tolist(), strict=True))
    assert rows["甲项目", "3亿元"] == [0.0, 1.0]
    assert rows["阳泉高新区", "3亿元"] == [0.0, 0.0]


@given(
    st.lists(
        st.sampled_from(
            [*"，。；、\n１一", "3个", "甲项目", "乙区", "丙公司", "3亿元", "\U00020000"]
        ),
        max_size=60,
    )
)
def test_every_feature_fits_its_table(nlp, parts):
    labels = {"甲项目": "PROJECT", "乙区": "PARK", "丙公司": "ORG", "3亿元": "MONEY"}
    doc = nlp("".join(parts))
    spans, at = [], 0
    for part in parts:
        if part in labels:
            spans.append(doc.char_span(at, at + len(part), label=labels[part]))
        at += len(part)
    doc.set_ents(spans)
    doc.tensor = np.zeros((len(doc), 4), dtype=np.float16)
    for found in read(make_aliases(doc), []):
        assert found.places.shape == (len(found.mentions), PLACES)
        assert found.between.shape == (len(found.pairs), PAIR_FEATURES)
        assert found.words.shape == (len(found.pairs), WORDS)
        for table in (found.places, found.between, found.words, found.standings):
            assert table.min() >= 0
            assert table.max() < BUCKETS
        assert (found.sentences[:, 0] < found.sentences[:, 1]).all()
        assert found.scopes.min() >= 0
        assert found.scopes.max() < len(found.sentences) == len(found.standings)
        assert (found.spans[:, 0] < found.spans[:, 1]).all()
        assert found.spans.max() <= len(found.tokens)


def test_a_long_article_is_read_in_stretches(nlp):
    count = 1000
    doc = nlp("甲区" + "乙项目3元" * count)
    spans = [Span(doc, 0, 2, label="PARK")]
    for i in range(count):
        at = 2 + 5 * i
        spans += [Span(doc, at, at + 3, label="PROJECT"), Span(doc, at + 3, at + 5, label="MONEY")]
    doc.set_ents(spans)
    doc.tensor = np.arange(len(doc), dtype=np.float16)[:, None]
    found = list(read(make_aliases(doc), []))
    assert sorted({int(i) for one in found for i in one.mentions}) == list(range(len(spans)))
    assert all(0 in one.mentions for one in found)
    assert max(len(one.mentions) for one in found) == 240
    assert max(len(one.tokens) for one in found) < 1500
    for one in found:
        vectors = columns(one, doc.tensor)["vectors"]
        for mention, (start, end) in zip(one.mentions, one.spans, strict=True):
            token = doc.ents[mention].start if mention < 60 else None
            assert end > start
            if token is not None:
                assert vectors[start, 0] == doc.tensor[token, 0]


def test_of_very_many_sentences_those_of_mentions_are_read(nlp):
    doc = nlp("甲区发力\n" + "晴。\n" * 2000 + "一、在建\n" + "阴。\n" * 2000 + "乙项目开工。")
    spans = [Span(doc, 0, 2, label="PARK"), Span(doc, len(doc) - 6, len(doc) - 3, label="PROJECT")]
    doc.set_ents(spans)
    (found,) = read(make_aliases(doc), [])
    texts = [doc[a:b].text.strip() for a, b in found.sentences]
    assert texts == ["甲区发力", "一、在建", "乙项目开工。"]
    assert found.scopes.tolist() == [[0, 0], [2, 1]]


def test_a_text_without_pairs_gives_nothing_to_read(seen):
    assert list(read(seen("无"), [])) == list(read(seen("[[M1|3亿元]]"), [])) == []
