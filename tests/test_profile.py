import json
import math
import re
from hashlib import sha256

import pytest
import spacy

from zonekg.annotate.corpus import read_docs
from zonekg.docs import Relation, set_confidences, set_relations
from zonekg.errors import ModelError, OutputError, SchemaError
from zonekg.profile import (
    NAMED,
    ArticleTraits,
    MentionTraits,
    Profile,
    build_profile,
    digest,
    find_profile,
    read_profile,
    write_profile,
)

TRAIN = (
    "[[O1|康佳集团股份有限公司]]在[[K1|阳泉高新区]]建[[P1|智慧科技城项目（一期）]]，投资[[M1|3亿元]]。",
    "[[O1|“海信”集团]]和[[O2|康佳集团]]签约。",
)


@pytest.fixture
def profile(marked):
    return build_profile([marked(text) for text in TRAIN], [])


# -- what a profile holds


def test_names_heads_and_characters_are_those_of_the_training_documents(profile):
    keys = {"ORG": {"康佳", "海信"}, "PARK": {"阳泉高新区"}, "PROJECT": {"智慧科技城项目一期"}}
    assert profile.names == {
        label: {sha256(key.encode()).hexdigest()[:8] for key in found}
        for label, found in keys.items()
    }
    assert profile.heads == {
        "ORG": {"集团": 2, "公司": 1},
        "PARK": {"高新区": 1},
        "PROJECT": {"项目": 1},
    }
    plain = _plain(TRAIN)
    narrow = str.maketrans("（），", "(),")
    assert profile.characters == set("".join(plain).translate(narrow))
    assert profile.documents == {sha256(text.encode()).hexdigest()[:16] for text in plain}
    assert profile.dev == ()


def _plain(texts):
    return [re.sub(r"\[\[\w+\||\]\]", "", text) for text in texts]


def test_spellings_of_a_name_are_seen_and_another_name_is_not(profile):
    assert profile.seen("ORG", "康佳集团有限公司")
    assert profile.seen("PARK", "阳泉高新技术产业开发区")
    assert not profile.seen("ORG", "阳泉高新区")  # seen as a park
    assert not profile.seen("PARK", "大同高新区")
    with pytest.raises(SchemaError, match="no names of MONEY are kept; expected ORG, PARK, PROJ"):
        profile.seen("MONEY", "3亿元")


def test_a_text_that_was_trained_on_is_known_again(profile):
    (_, second) = _plain(TRAIN)
    assert profile.trained_on(second)
    assert not profile.trained_on(second + "\n")
    assert digest(second) in profile.documents


def test_the_traits_of_an_article(profile, marked):
    text = "[[O1|康佳集团]]与[[O2|鑫磊集团]]、[[O3|鑫磊集团]]签约，\n投资[[M1|3亿元]]。"
    doc = marked(text)
    set_confidences(doc, [0.9, 0.5, 0.25, 1.0])
    set_relations(doc, [Relation(0, 1, "COOPERATES_WITH")])
    found = profile.traits(doc)
    assert found == ArticleTraits(
        characters=23,  # the line feed is none
        unknown=6,  # 与鑫磊、鑫磊
        relations=1,
        mentions=(
            MentionTraits("ORG", "集团", True, True, 0.9),
            MentionTraits("ORG", "集团", False, True, 0.5),
            MentionTraits("ORG", "集团", False, False, 0.25),
            MentionTraits("MONEY", "", False, False, 1.0),
        ),
    )


def test_wide_letters_and_digits_are_known_when_narrow_ones_are(profile, marked):
    assert profile.traits(marked("３亿元")).unknown == 0
    assert profile.traits(marked("９亿元")).unknown == 1
    assert profile.traits(marked("　 \n")).characters == 0
    wide = build_profile([marked("总投资３亿元（Ａ）")], [])
    assert wide.traits(marked("3亿元(A)")).unknown == 0


def test_full_width_letters_of_a_file_are_known_as_half_width_ones(profile):
    data = profile.to_dict() | {"characters": "Ａ３\u3000"}
    assert Profile.from_dict(data).characters == {"A", "3"}


def test_the_order_of_documents_does_not_matter(marked):
    train, dev = [marked(text) for text in TRAIN], [marked(text) for text in TRAIN[::-1]]
    one, other = build_profile(train, dev), build_profile(train[::-1], dev[::-1])
    assert one == other
    assert json.dumps(one.to_dict()) == json.dumps(other.to_dict())
    assert [row.characters for row in one.dev] == sorted(row.characters for row in one.dev)


def test_a_profile_of_nothing():
    empty = build_profile([], [])
    assert Profile.from_dict(empty.to_dict()) == empty
    assert not empty.seen("ORG", "康佳集团")


# -- on disk


def test_what_is_written_is_read_back(marked, tmp_path):
    train = [marked(text) for text in TRAIN]
    hostile = marked("[[O1|\u202e</script>\x7f𠮷集团]]。")
    set_confidences(hostile, [0.1234])
    made = build_profile([*train, hostile], [hostile, *train])
    path = write_profile(tmp_path, made)
    assert path == tmp_path / "profile.json"
    assert read_profile(tmp_path) == read_profile(str(tmp_path)) == made
    text = path.read_text(encoding="utf-8")
    assert '"高新区":1' in text  # readable, but for names
    assert "智慧科技城" not in text
    assert "𠮷" in text
    assert [file.name for file in tmp_path.iterdir()] == ["profile.json"]
    assert write_profile(tmp_path, made).read_text(encoding="utf-8") == text


def test_a_loaded_pipeline_knows_its_folder(profile, tmp_path):
    spacy.blank("zh").to_disk(tmp_path / "model")
    write_profile(tmp_path / "model", profile)
    assert read_profile(spacy.load(tmp_path / "model")) == profile
    with pytest.raises(ModelError, match="came from no folder"):
        read_profile(spacy.blank("zh"))


def test_a_profile_is_found_where_there_is_one(profile, tmp_path):
    spacy.blank("zh").to_disk(tmp_path / "model")
    nlp = spacy.load(tmp_path / "model")
    assert find_profile(nlp) is None
    assert find_profile(spacy.blank("zh")) is None
    write_profile(tmp_path / "model", profile)
    assert find_profile(nlp) == profile


def test_a_damaged_profile_is_not_taken_for_none(tmp_path):
    spacy.blank("zh").to_disk(tmp_path)
    nlp = spacy.load(tmp_path)
    (tmp_path / "profile.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"profile\.json: not a model's profile"):
        find_profile(nlp)
    (tmp_path / "profile.json").unlink()
    (tmp_path / "profile.json").mkdir()
    with pytest.raises(ModelError, match=r"profile\.json: can't be read"):
        find_profile(nlp)


def test_a_model_without_a_profile_is_told(tmp_path):
    with pytest.raises(ModelError, match=r"profile\.json: can't be read \(No such file.*train the"):
        read_profile(tmp_path)


def test_no_folder_to_write_to_is_told(profile, tmp_path):
    with pytest.raises(OutputError, match=r"profile\.json: can't be written"):
        write_profile(tmp_path / "nothing", profile)


DAMAGE = {
    "no JSON": lambda data: "{",
    "no object": lambda data: [],
    "nothing": lambda data: {},
    "another version": lambda data: data | {"version": 1},
    "names of other labels": lambda data: data | {"names": {"ORG": []}},
    "names that are no texts": lambda data: data | {"names": {key: [1] for key in NAMED}},
    "a negative count": lambda data: _with_count(data, -1),
    "a count that is none": lambda data: _with_count(data, True),
    "no characters": lambda data: data | {"characters": None},
    "a dev row without mentions": lambda data: data | {"dev": [{"characters": 1}]},
    "an unknown label": lambda data: _with_mention(data, ["X", "", 0, 0, 1.0]),
    "a confidence over 1": lambda data: _with_mention(data, ["ORG", "", 0, 0, 1.5]),
    "a confidence that is no number": lambda data: _with_mention(data, ["ORG", "", 0, 0, math.nan]),
    "a short mention": lambda data: _with_mention(data, ["ORG", ""]),
}


def _with_count(data, count):
    return data | {"heads": {key: {"公司": count} for key in NAMED}}


def _with_mention(data, row):
    return data | {"dev": [{"characters": 1, "unknown": 0, "relations": 0, "mentions": [row]}]}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_profile_is_told_in_one_line(profile, tmp_path, what):
    data = DAMAGE[what](profile.to_dict())
    text = data if isinstance(data, str) else json.dumps(data)
    (tmp_path / "profile.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"profile\.json: not a model's profile \(.*again") as told:
        read_profile(tmp_path)
    assert "\n" not in str(told.value)


def test_bytes_that_are_no_text_are_told(tmp_path):
    (tmp_path / "profile.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="not a model's profile"):
        read_profile(tmp_path)


def test_the_profile_of_the_shipped_corpus_is_small(root, nlp, tmp_path):
    train = list(read_docs(root / "annotations" / "train", nlp))
    made = build_profile(train, [])
    assert len(made.documents) == len(train)
    assert write_profile(tmp_path, made).stat().st_size < 600 * len(train)
    assert made.heads["PARK"]["开发区"] > 300
    for doc in read_docs(root / "annotations" / "dev", nlp):
        assert not made.trained_on(doc.text)
