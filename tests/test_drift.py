import json
import math
import random
import shutil
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from zonekg.annotate.corpus import read_docs
from zonekg.cli import app
from zonekg.docs import Relation, set_confidences, set_relations
from zonekg.drift import BINS, Measure, drift, jensen_shannon
from zonekg.drift.words import Shown, figure, shown, verdict_sentence
from zonekg.errors import ModelError
from zonekg.extraction import extract
from zonekg.ingest import read_page
from zonekg.profile import build_profile, read_profile, write_profile

# -- the divergence

counts = st.integers(min_value=1, max_value=8).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.integers(0, 1000), min_size=n, max_size=n).filter(any)] * 2,
    )
)


@given(counts)
def test_the_divergence_is_symmetric_and_between_0_and_1(pair):
    p, q = pair
    found = jensen_shannon(p, q)
    assert found == jensen_shannon(q, p)
    assert 0 <= found <= 1


@given(counts, st.integers(1, 9))
def test_equal_shares_are_0_apart_and_nothing_shared_is_1(pair, times):
    p, q = pair
    assert jensen_shannon(p, p) == 0
    assert jensen_shannon(p, [times * n for n in p]) == pytest.approx(0, abs=1e-12)
    nothing = [0] * len(p)
    assert jensen_shannon([*p, *nothing], [*nothing, *q]) == pytest.approx(1)


def test_the_divergence_by_hand():
    # m = (3/4, 1/4): half of log2(4/3), half of 1/2 log2(2/3) + 1/2 log2(2)
    by_hand = (math.log2(4 / 3) + math.log2(2 / 3) / 2 + 1 / 2) / 2
    assert jensen_shannon([1, 0], [1, 1]) == pytest.approx(by_hand)


def test_nothing_has_no_divergence():
    assert math.isnan(jensen_shannon([0, 0], [1, 1]))
    assert math.isnan(jensen_shannon([1], [0]))


# -- articles made by lot

FIRMS = ("蓝海", "金禾", "东升", "华宇", "明德", "天成", "瑞丰", "安泰", "恒力", "长城")
KINDS = ("公司", "集团", "银行", "大学", "研究院")
PARKS = ("高新区", "经开区", "产业园")


@pytest.fixture(scope="module")
def articles(marked):
    """A function: seed, number -> that many articles of one kind, with confidences."""

    def make(seed, number, *, kinds=KINDS, low=0.6, filler="双方今日签约。"):
        lots = random.Random(seed)
        docs = []
        for i in range(number):
            lines = []
            for _ in range(lots.randint(2, 6)):
                firm = lots.choice(FIRMS) + lots.choice(kinds)
                park = lots.choice(FIRMS) + lots.choice(PARKS)
                money = lots.randint(1, 9)
                lines.append(f"[[O1|{firm}]]入驻[[K1|{park}]]，投[[M1|{money}亿元]]。{filler}")
            lines = [_numbered(line, j) for j, line in enumerate(lines)]
            doc = marked("\n".join(lines), source=f"{seed}-{i:03}.txt")
            set_confidences(doc, [round(lots.uniform(low, 1), 4) for _ in doc.ents])
            set_relations(
                doc, [Relation(j, j + 1, "LOCATED_IN") for j in range(0, len(doc.ents), 3)]
            )
            docs.append(doc)
        return docs

    return make


def _numbered(line, j):
    return line.replace("O1|", f"O{j}|").replace("K1|", f"K{j}|").replace("M1|", f"M{j}|")


@pytest.fixture(scope="module")
def profile(articles):
    return build_profile(articles("train", 40), articles("dev", 40))


def by_name(found):
    return {(m.name, m.label): m for m in found.measures}


def verdicts(found):
    return {m.verdict for m in found.measures}


def as_json(found):
    """The JSON form, which must have no NaN."""
    return json.loads(json.dumps(found.to_dict(), allow_nan=False))


# -- verdicts


def test_the_development_documents_are_as_expected_everywhere(profile, articles):
    found = drift(articles("dev", 40), profile)
    assert (found.further, found.verdict) == (0, "as expected")
    for measure in found.measures:
        if measure.label == "PROJECT" and measure.name != "mentions":
            assert measure.verdict == "not measured"  # there is none
            continue
        assert measure.verdict == "as expected"
        assert measure.here == measure.dev
        assert measure.p >= 0.4
    assert found.here | {"trained_on": 0} == found.dev | {"trained_on": 0}


def test_articles_of_the_same_kind_are_mostly_as_expected(profile, articles):
    """Each measure errs in one of twenty samples; here over 12 samples of 24 measures."""
    found = [drift(articles(f"new{i}", 15), profile) for i in range(12)]
    measured = sum(m.p is not None for one in found for m in one.measures)
    assert measured > 200
    assert sum(one.further for one in found) <= 0.1 * measured
    assert sum(one.verdict == "further than chance" for one in found) <= 2


def test_other_kinds_of_names_are_further_by_their_heads_alone(profile, articles):
    found = drift(articles("other", 15, kinds=("俱乐部", "剧团")), profile)
    heads = by_name(found)["head nouns", "ORG"]
    assert heads.verdict == "further than chance"
    assert heads.here > heads.high > heads.dev
    assert heads.p == 0.001
    assert by_name(found)["head nouns", "PARK"].verdict == "as expected"
    assert by_name(found)["mean confidence", "ORG"].verdict == "as expected"
    assert by_name(found)["unseen names", "ORG"].verdict == "further than chance"


def test_a_less_sure_model_is_further_by_its_confidence(profile, articles):
    found = by_name(drift(articles("new", 15, low=0.2), profile))
    for label in ("ORG", "PARK", "MONEY"):
        mean, under = found["mean confidence", label], found["confidence under 0.5", label]
        assert mean.verdict == under.verdict == "further than chance"
        assert mean.here < mean.low < mean.dev
        assert mean.high is None
        assert found["confidence histogram", label].verdict == "further than chance"
    assert found["head nouns", "ORG"].verdict == "as expected"


def test_a_surer_model_is_not_further_by_its_mean(profile, articles):
    found = by_name(drift(articles("new", 15, low=0.99), profile))
    assert found["mean confidence", "ORG"].verdict == "as expected"
    assert found["confidence histogram", "ORG"].verdict == "further than chance"


def test_unknown_characters_and_thin_text_are_further(profile, articles):
    found = drift(
        articles("new", 15, filler="灣區龍頭企業籌備擴產，眾多鄉親熱烈歡迎。" * 5), profile
    )
    measures = by_name(found)
    assert measures["unknown characters", ""].here > 0.5
    for name in ("unknown characters", "article length", "mentions", "relations"):
        assert measures[name, ""].verdict == "further than chance"
    assert measures["mentions", ""].here < measures["mentions", ""].low
    assert found.verdict == "further than chance"


def test_a_small_sample_has_a_wide_limit(profile, articles):
    few, many = (by_name(drift(articles("new", n), profile)) for n in (2, 40))
    for key in (("head nouns", "ORG"), ("confidence histogram", "PARK"), ("unseen names", "ORG")):
        assert few[key].high > many[key].high
    assert few["mean confidence", "ORG"].low < many["mean confidence", "ORG"].low
    assert few["mentions", ""].high - few["mentions", ""].low > 0


def test_mentions_that_repeat_each_other_count_as_one_article(marked):
    """Every second article has only unseen names; three of them in a row are one chance in ten."""
    known = marked("".join(f"[[O{i}|蓝海集团]]" for i in range(20)))
    unseen = marked("".join(f"[[O{i}|金禾集团]]" for i in range(20)))
    profile = build_profile([known], [known, unseen] * 20)
    found = by_name(drift([unseen] * 3, profile))["unseen mentions", "ORG"]
    assert (found.here, found.dev, found.count) == (1, 0.5, 60)
    assert found.verdict == "as expected"
    assert 0.05 < found.p < 0.25
    assert by_name(drift([unseen] * 12, profile))["unseen mentions", "ORG"].p < 0.05


def test_a_handful_of_development_documents_can_prove_nothing(articles):
    profile = build_profile(articles("train", 40), articles("dev", 3))
    found = drift(articles("new", 2, kinds=("俱乐部",), low=0.1), profile)
    assert verdicts(found) <= {"as expected", "not measured"}


def test_the_number_of_mentions_alone_moves_no_head_noun(profile, articles, marked):
    """Three mentions are far from any long list of kinds; chance has to be asked for three too."""
    sparse = [marked("[[O1|蓝海公司]]来了。"), marked("[[O1|东升银行]]、[[O2|明德大学]]来了。")]
    heads = by_name(drift(sparse, profile))["head nouns", "ORG"]
    everything = by_name(drift(articles("new", 40), profile))["head nouns", "ORG"]
    assert heads.here > everything.high
    assert heads.verdict == "as expected"


# -- little or nothing to measure


def test_no_article_at_all(profile):
    found = drift([], profile)
    assert verdicts(found) == {"not measured"}
    assert (found.verdict, found.further, found.articles) == ("not measured", 0, ())
    assert as_json(found)["here"]["articles"] == 0


@pytest.mark.parametrize("text", ["蓝海今日签约。", " "])
def test_articles_without_a_mention(profile, marked, text):
    found = drift([marked(text, source=f"{i}.txt") for i in range(5)], profile)
    as_json(found)
    measures = by_name(found)
    assert measures["article length", ""].verdict == "further than chance"
    for label in ("ORG", "PARK", "MONEY"):
        assert measures["mean confidence", label].here is None
        assert measures["mean confidence", label].verdict == "not measured"
    if text.strip():
        assert measures["mentions", ""].here == 0
        assert measures["mentions", ""].verdict == "further than chance"
    assert [row.mean_confidence for row in found.articles] == [None] * 5


def test_one_article(profile, articles):
    found = drift(articles("new", 1), profile)
    assert found.verdict == "as expected"
    assert as_json(found)["here"]["articles"] == len(found.articles) == 1
    assert min(m.p for m in found.measures if m.p is not None) > 1 / 42 - 0.02


def test_a_label_that_one_side_lacks(profile, marked):
    found = by_name(drift([marked("[[P1|蓝海项目]]开工。")], profile))
    assert found["mentions", "PROJECT"].here > found["mentions", "PROJECT"].dev == 0
    assert found["head nouns", "PROJECT"].verdict == "not measured"
    assert found["mean confidence", "PROJECT"].here == 1
    assert found["mean confidence", "PROJECT"].dev is None
    assert found["mean confidence", "PROJECT"].verdict == "not measured"


def test_a_profile_without_development_documents_is_told(articles):
    with pytest.raises(ModelError, match=r"no development documents.*paths\.dev"):
        drift(articles("new", 1), build_profile(articles("train", 2), []))


# -- order, counts, examples, ranking


def test_the_order_of_articles_does_not_matter(profile, articles):
    docs = articles("new", 12, kinds=("俱乐部", "公司"))
    shuffled = docs[:]
    random.Random(1).shuffle(shuffled)
    one, other = (as_json(drift(found, profile)) for found in (docs, shuffled))
    assert json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert as_json(drift(iter(docs), profile)) == one


def test_both_sides_are_counted_for_charts(profile, articles):
    docs = articles("new", 5)
    found = as_json(drift(docs, profile))
    assert found["here"]["mentions"] == sum(len(doc.ents) for doc in docs)
    for side in ("here", "dev"):
        orgs = found[side]["labels"]["ORG"]
        assert len(orgs["histogram"]) == BINS == found["test"]["bins"]
        assert sum(orgs["histogram"]) == sum(orgs["heads"].values()) == orgs["mentions"] > 0
        assert sum(orgs["histogram"][:12]) == 0  # none below 0.6
        assert orgs["names"] >= orgs["unseen_names"] >= 0
        assert "heads" not in found[side]["labels"]["MONEY"]
    assert found["train"]["ORG"] == profile.heads["ORG"]


def test_a_confidence_of_1_is_in_the_last_bin(profile, marked):
    doc = marked("[[O1|蓝海公司]][[O2|东升公司]][[O3|明德公司]]")
    set_confidences(doc, [1.0, 0.95, 0.9499])
    histogram = drift([doc], profile).here["labels"]["ORG"]["histogram"]
    assert histogram[-2:] == [1, 2]


def test_head_nouns_come_with_a_sentence(profile, marked):
    one = marked("前一句。[[O1|蓝海俱乐部]]胜了！后一句。[[O2|金禾剧团]]", source="b.txt")
    other = marked("[[O1|瑞丰俱乐部]]败了。", source="c.txt")
    again = marked("[[O1|蓝海公司]]来了；[[O2|蓝海俱乐部]]\n[[O3|东升公司]]", source="a.txt")
    found = drift([one, other, again], profile)
    assert [asdict(row) for row in found.unseen["ORG"]] == [
        {"head": "俱乐部", "here": 3, "train": 0, "name": "蓝海俱乐部", "sentence": "蓝海俱乐部",
         "source": "a.txt"},
        {"head": "剧团", "here": 1, "train": 0, "name": "金禾剧团", "sentence": "金禾剧团",
         "source": "b.txt"},
    ]  # fmt: skip
    (row,) = found.over["ORG"]
    assert (row.head, row.here, row.sentence) == ("公司", 2, "蓝海公司来了；")
    assert row.train == profile.heads["ORG"]["公司"]
    (first,) = drift([one], profile).unseen["ORG"][:1]
    assert first.sentence == "蓝海俱乐部胜了！"


def test_the_furthest_articles_come_first(profile, articles, marked):
    plain = articles("new", 25)
    odd = marked("灣區龍頭[[O1|聯發科技]]與[[O2|臺灣積體]]", source="odd.txt", title="題")
    set_confidences(odd, [0.2, 0.3])
    found = drift([*plain, odd], profile)
    assert len(found.articles) == 20
    first = found.articles[0]
    assert (first.source, first.title, first.page) == ("odd.txt", "題", 1)
    assert (first.unseen_names, first.mentions, first.mean_confidence) == (2, 2, 0.25)
    assert first.unknown_characters > 0.5
    assert first.far > found.articles[1].far
    order = [row.far for row in found.articles]
    assert order == sorted(order, reverse=True)
    assert all(0 <= far <= 1 for far in order)
    assert len(drift(plain, profile, top=3).articles) == 3


def test_articles_that_were_trained_on_are_told(profile, articles):
    found = drift([*articles("train", 2), *articles("new", 3)], profile)
    assert found.here["trained_on"] == 2
    assert sum(row.trained_on for row in found.articles) == 2


def test_docs_without_an_article_and_hostile_text(profile, nlp):
    doc = nlp.make_doc("\u202e</script>\x1b[31m\x00𠮷𠮷集团。")
    doc.set_ents([doc.char_span(doc.text.index("𠮷"), doc.text.index("。"), label="ORG")])
    found = as_json(drift([doc], profile))
    (row,) = found["articles"]
    assert row["source"] == ""
    assert row["title"] == "\u202e</script>\x1b[31m\x00𠮷𠮷集团。"
    assert found["over"]["ORG"][0]["name"] == "𠮷𠮷集团"


# -- in words

FURTHER = Measure("confidence under 0.5", "ORG", "share", 0.070176, 0.03, None, 0.070167, 0.05,
                  57, "further than chance")  # fmt: skip


def test_figures_are_written_by_their_unit():
    units = ("share", "per 1,000", "characters", "confidence", "divergence")
    assert [figure(0.98765, unit) for unit in units] == ["98.8%", "1.0", "1", "0.988", "0.988"]
    assert figure(12345.6, "characters") == "12,346"
    assert [figure(None, unit) for unit in units] == ["–"] * 5


def test_a_figure_beyond_its_limit_looks_beyond_it():
    assert shown(FURTHER) == Shown("7.018%", "3.000%", "up to 7.017%", "0.050")
    plain = replace(FURTHER, verdict="as expected")
    assert shown(plain) == Shown("7.0%", "3.0%", "up to 7.0%", "0.050")
    equal = replace(FURTHER, here=0.070167)
    assert shown(equal).here == "7.0167%"


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        (None, 0.5, "up to 0.500"),
        (0.25, None, "0.250 or more"),
        (0.25, 0.5, "0.250 to 0.500"),
        (None, None, "–"),
    ],
)
def test_limits_say_on_which_side_a_value_is_far(low, high, limits):
    assert shown(replace(FURTHER, unit="confidence", low=low, high=high)).limits == limits


def test_the_verdict_is_told_in_one_sentence(profile, articles):
    found = drift(articles("other", 15, kinds=("俱乐部", "剧团")), profile)
    measured = sum(m.p is not None for m in found.measures)
    assert verdict_sentence(found) == (
        f"{found.further} of {measured} measures are further than chance; "
        f"chance alone gives up to {found.chance}: {found.verdict}"
    )
    assert 0 < found.further < measured < len(found.measures)


# -- the command


@pytest.fixture(scope="module")
def profiled(model, model_path, root, tmp_path_factory):
    """A copy of the trained pipeline with a profile of some of its documents."""
    folder = tmp_path_factory.mktemp("model") / "zh"
    shutil.copytree(model_path, folder)
    train = list(read_docs(root / "annotations" / "train", model))
    dev = list(read_docs(root / "annotations" / "dev", model))[:30]
    write_profile(folder, build_profile(train, model.pipe([doc.text for doc in dev])))
    return folder


@pytest.fixture
def pages(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    text = (
        "阳泉高新区提速[red]\n\n康佳集团与阳泉高新区签约，投资建设智慧科技城项目，总投资12亿元。\n"
    )
    (folder / "page.txt").write_text(text, encoding="utf-8")
    return folder


def call(*args):
    return CliRunner().invoke(app, ["drift", *map(str, args)])


def test_the_command_prints_tables_and_writes_json(profiled, pages, model, tmp_path):
    done = call(pages, "-m", profiled, "--json", tmp_path / "drift.json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "here: 1 articles" in done.stdout
    assert "development documents: 30 articles" in done.stdout
    assert "as expected" in done.stdout
    assert f"wrote {tmp_path / 'drift.json'}" in done.stdout
    written = json.loads((tmp_path / "drift.json").read_text(encoding="utf-8"))
    docs = extract(read_page(pages / "page.txt", pages), model)
    expected = as_json(drift(docs, read_profile(profiled)))
    head = {key: written.pop(key) for key in ("date", "command", "model", "source")}
    assert written == expected
    assert (head["model"], head["source"]) == (str(profiled), str(pages))
    assert head["command"].startswith("zonekg")


def test_the_command_writes_a_page(profiled, pages, tmp_path):
    target = tmp_path / "drift.html"
    done = call(pages, "-m", profiled, "--html", target, "--json", tmp_path / "drift.json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == [
        f"wrote {target}", f"wrote {tmp_path / 'drift.json'}"
    ]  # fmt: skip
    text = target.read_text(encoding="utf-8")
    assert f"{pages.as_posix()} against the training text of {profiled.as_posix()}" in text
    assert "阳泉高新区提速[red]" in text
    assert "page.txt" in text


def test_no_page_is_written_where_there_is_no_article(profiled, pages, tmp_path):
    (pages / "page.txt").write_text("\n \n", encoding="utf-8")
    assert call(pages, "--model", profiled, "--html", tmp_path / "drift.html").exit_code == 1
    assert not (tmp_path / "drift.html").exists()


def test_a_page_that_cannot_be_read_is_told_and_the_others_are_done(profiled, pages):
    (pages / "bad.txt").write_bytes(b"")
    done = call(pages, "--model", profiled)
    assert done.exit_code == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {pages / 'bad.txt'}: an empty file")
    assert "here: 1 articles" in done.stdout


def test_no_page_that_can_be_read_is_exit_code_1(profiled, pages, tmp_path):
    (pages / "page.txt").write_bytes(b"")
    done = call(pages, "--model", profiled, "--json", tmp_path / "drift.json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "drift.json").exists()


def test_a_page_without_an_article_is_told(profiled, pages):
    (pages / "page.txt").write_text("\n \n", encoding="utf-8")
    done = call(pages, "--model", profiled)
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert str(pages) in line


def test_a_model_without_a_profile_is_told(profiled, pages, tmp_path):
    shutil.copytree(profiled, tmp_path / "bare", ignore=shutil.ignore_patterns("profile.json"))
    done = call(pages, "--model", tmp_path / "bare")
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path / 'bare' / 'profile.json'}: can't be read")


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_place_that_cannot_be_written_to_is_told(option, profiled, pages, tmp_path):
    done = call(pages, "--model", profiled, option, tmp_path / "nothing" / "drift.out")
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "drift.out: can't be written" in line


def test_marks_that_steer_a_terminal_are_not_printed(profiled, pages):
    text = "阳泉\u202e高新区\u2066提速\n\n康佳集团与阳泉高新区签约，总投资12亿元。\n"
    (pages / "page.txt").write_text(text, encoding="utf-8")
    done = call(pages, "--model", profiled)
    assert done.exit_code == 0
    assert not {"\u202e", "\u2066", "\x1b"} & set(done.stdout)
    assert "高新区" in done.stdout
