import copy
import re
from itertools import chain

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from spacy.language import Language

from zonekg.comparison import compare
from zonekg.errors import OutputError
from zonekg.report.compare import comparison_page, draw_differences, pieces, write_comparison

ABOUT = {"date": "2024-05-01", "command": "zonekg compare models/a models/b gold.jsonl"}
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}\u202etxt.exe"
SHOWN = "</script><img src=x onerror=alert(1)>{{7*7}}⟨U+202E⟩txt.exe"
INTERNAL = re.compile(r"\b(NaN|nan|None|undefined|null|inf|Infinity)\b|&lt;|⟨U")
CAPTIONS = {
    ("entities", "strict"): "Strict: exact span and label",
    ("entities", "relaxed"): "Relaxed: overlap, same label",
    ("relations", "strict"): "End to end, strict: a mention of each end is exact",
    ("relations", "relaxed"): "End to end, relaxed: a mention of each end overlaps",
    ("relations", "gold entities"): (
        "Gold entities: the relations alone, between the mentions of gold"
    ),
}
SECTIONS = {"entities": "mentions", "relations": "facts"}


class Marker:
    """A component that marks what it was told to, by text; the rules make relations of that."""

    def __init__(self):
        self.told = {}

    def __call__(self, doc):
        if not doc.ents:
            spans = self.told.get(doc.text, ())
            doc.set_ents([doc.char_span(start, end, label=label) for start, end, label in spans])
        return doc


Language.factory("marks_of_a_test", func=lambda nlp, name: Marker())


def pipeline(told):
    nlp = spacy.blank("zh")
    nlp.add_pipe("marks_of_a_test").told = told
    nlp.add_pipe("zonekg_aliases")
    nlp.add_pipe("zonekg_relation_rules")
    return nlp


def cut(spans):
    """The first mention without its first two characters, and the rest."""
    (start, end, label), *rest = spans
    return [(start + 2, end, label), *rest]


def compared(
    marked, *, name="康佳集团", identity="d", place="gold.jsonl", genre="report", count=16
):
    """A reads the company of even documents in full, B that of odd and of the last, and a park."""
    docs = []
    for i in range(count):
        text = f"[[O1|{name}]]投资建设[[P1|第{i}号甲项目]]，总投资[[M1|{i + 1}亿元]]。"
        doc = marked(text, "O1 INVESTS_IN P1", "P1 TOTAL_INVESTMENT M1")
        doc.user_data |= {"id": f"{identity}{i}", "meta": {"genre": genre}, "place": (place, i + 1)}
        docs.append(doc)
    spans = {doc.text: [(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in docs}
    first, second = (
        {text: own if i % 2 == even else cut(own) for i, (text, own) in enumerate(spans.items())}
        for even in (0, 1)
    )
    second |= {text: spans[text] for text in list(spans)[-5:]}
    text = list(spans)[-1]
    wrong = text.index("建设")  # no gold mention is a park
    second[text] = sorted([*spans[text], (wrong, wrong + 2, "PARK")])
    return compare(pipeline(first), pipeline(second), docs, resamples=200)


@pytest.fixture(scope="module")
def comparison(marked):
    return compared(marked)


@pytest.fixture(scope="module")
def numbers(comparison):
    return comparison.numbers


def parse(page):
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


@pytest.fixture(scope="module")
def tree(numbers):
    return parse(comparison_page(numbers, ABOUT))


def shown_text(tree):
    """What a reader sees, without styles and scripts."""
    return " ".join(tree.xpath("//body//text()[not(parent::script or parent::style)]"))


def tables(tree, section):
    """Of each table of a section: caption, header, rows, as they go to the clipboard."""

    def text(cell):
        exact = cell.get("data-tsv")
        return " ".join(cell.text_content().split()) if exact is None else exact

    for figure in tree.xpath("//section[@id=$id]//figure[.//table]", id=section):
        header, *rows = (
            list(chain.from_iterable(text(cell).split("\t") for cell in row))
            for row in figure.iter("tr")
        )
        yield figure.findtext("figcaption/span"), header, rows


def found(tree, section, caption):
    (table,) = ([h, r] for name, h, r in tables(tree, section) if name == caption)
    return table


def cells(values):
    return ["" if value is None else str(value) for value in values]


def name(label):
    return "all" if label == "micro" else label


def expected_row(label, row):
    there = row["p"] is not None

    def figures(key, whole):
        return [row[side][key] if whole(row[side]) else None for side in "ab"]

    f1 = figures("f", lambda mine: mine["predicted"] + row["gold"])
    p = figures("p", lambda mine: mine["predicted"])
    r = figures("r", lambda _: row["gold"])
    ahead = round(100 * row["ahead"], 2) if there else None
    return [name(label), *cells([
        *f1, row["difference"] if there else None, *(row["interval"] or (None, None)), ahead,
        row["p"], row["p_holm"], *p, *r, row["gold"], row["differ"],
    ])]  # fmt: skip


# -- every number of the JSON is on the page


@pytest.mark.parametrize(("task", "mode"), CAPTIONS)
def test_differences_are_those_of_the_json(tree, numbers, task, mode):
    header, rows = found(tree, task, CAPTIONS[task, mode])
    assert header == [
        "Label", "F1 of A", "F1 of B", "B less A", "low", "high", "B ahead, %", "p", "p, Holm",
        "P of A", "P of B", "R of A", "R of B", "Gold", "Docs that differ",
    ]  # fmt: skip
    assert rows == [expected_row(label, row) for label, row in numbers[task][mode].items()]
    assert len(rows) > 4


def test_slices_are_those_of_the_json(tree, numbers):
    wanted = [
        (dimension, [expected_row(bucket, row) for bucket, row in rows.items()])
        for task in ("entities", "relations")
        for dimension, rows in numbers["slices"][task].items()
    ]
    assert [(header[0], rows) for _, header, rows in tables(tree, "slices")] == wanted
    assert "genre" in [dimension for dimension, _ in wanted]


@pytest.mark.parametrize(("task", "section"), SECTIONS.items())
def test_changes_are_those_of_the_json(tree, numbers, task, section):
    changes = numbers["changes"][task]
    header, rows = found(tree, section, "Strict; net: errors that B has fewer")
    assert header == ["Label", "Gained", "Lost", "Spurious gone", "Spurious new", "Net"]
    assert rows == [[name(k), *cells(v.values())] for k, v in changes["counts"].items()]
    assert {int(number) for number in rows[0][1:]} != {0}
    for label, square in changes["classes"].items():
        title = "All labels" if label == "micro" else label
        header, rows = found(tree, section, f"{title}: with A in rows, with B in columns")
        assert header == ["With A", *square]
        assert rows == [[kind, *cells(row.values())] for kind, row in square.items()]


@pytest.mark.parametrize(("task", "section"), SECTIONS.items())
def test_every_example_is_there_with_what_changed_marked(tree, numbers, task, section):
    wanted = [
        example
        for kinds in numbers["changes"][task]["examples"].values()
        for rows in kinds.values()
        for example in rows
    ]
    items = tree.xpath("//section[@id=$id]//ol[@class='changes']/li", id=section)
    assert len(items) == len(wanted) > 10
    for item, example in zip(items, wanted, strict=True):
        (sentence,) = item.xpath("p[@class='sentence']")
        assert sentence.text_content() == example["sentence"]
        marked = [mark.text for mark in sentence.iter("mark")]
        assert marked == [example["sentence"][a:b] for a, b in sorted(example["highlights"])]
        where = item.xpath("string(p[@class='where'])")
        assert where == (
            f"{example['document']}, {example['place']}: {example['before']} → {example['after']}"
        )
        for side in ("gold", "a", "b"):
            (shown,) = item.xpath("dl/dt[.=$side]/following-sibling::dd[1]", side=side.title())
            texts = shown.xpath("span/bdi/text()")
            assert texts == [reading["text"] for reading in example[side]]
            assert ("nothing" in shown.text_content()) == (not texts)


def test_a_right_reading_looks_other_than_a_wrong_one(tree):
    items = tree.xpath("//section[@id='mentions']//summary[starts-with(., 'gained')]/..//li")
    assert items
    for item in items:
        assert item.xpath("dl/dt[.='B']/following-sibling::dd[1]/span/@class") == ["right"]
        assert item.xpath("dl/dt[.='A']/following-sibling::dd[1]/span/@class") == ["wrong"]


def test_a_list_says_how_many_it_leaves_out(marked, numbers):
    fewer = copy.deepcopy(numbers)
    rows = fewer["changes"]["entities"]["examples"]["ORG"]
    count = fewer["changes"]["entities"]["counts"]["ORG"]["gained"]
    rows["gained"] = rows["gained"][:2]
    tree = parse(comparison_page(fewer, ABOUT))
    shown = tree.xpath("//section[@id='mentions']//summary[starts-with(., 'gained')]/text()")
    assert shown[0] == f"gained {count}, 2 shown"


def test_the_documents_that_changed_most(tree, numbers):
    documents = numbers["changes"]["entities"]["documents"]
    shown = [rows for title, _, rows in tables(tree, "documents") if title == "Where B gained most"]
    assert [row[0] for row in shown[0]] == [row["document"] for row in documents["most better"]]
    kinds = ("gained", "lost", "spurious gone", "spurious new", "net")
    first = documents["most better"][0]
    counts = [*(first[kind] for kind in kinds), first["errors"]["a"], first["errors"]["b"]]
    assert shown[0][0] == [first["document"], first["place"], *cells(counts)]


# -- verdicts, warnings


def test_each_card_has_the_verdict(tree, numbers):
    cards = tree.xpath("//div[contains(@class, 'card ')]")
    assert [card.xpath("string(p[@class='verdict'])") for card in cards] == [
        numbers[task][mode]["micro"]["verdict"] for task, mode in CAPTIONS
    ]
    looks = {
        "B is better": "card better",
        "A is better": "card worse",
        "nothing to compare": "card neither",
    }
    for verdict, look in looks.items():
        other = copy.deepcopy(numbers)
        other["entities"]["strict"]["micro"]["verdict"] = verdict
        first = parse(comparison_page(other, ABOUT)).xpath("//div[contains(@class, 'card ')]")[0]
        assert first.get("class") == look


@pytest.mark.parametrize(
    ("trained_on", "told"),
    [
        ({"a": None, "b": None}, []),
        ({"a": 0, "b": 0}, []),
        ({"a": 3, "b": None}, ["3 by model A:"]),
        ({"a": 3, "b": 1}, ["3 by model A and 1 by model B:"]),
    ],
)
def test_gold_that_was_trained_on_is_a_warning(numbers, trained_on, told):
    page = comparison_page(numbers | {"trained_on": trained_on}, ABOUT)
    shown = parse(page).xpath("//p[@role='alert']")
    assert len(shown) == len(told)
    assert all(words in p.text_content() for words, p in zip(told, shown, strict=True))


def test_a_model_that_these_documents_chose_is_told(numbers):
    def notes(a, b):
        page = comparison_page(numbers | {"chose_the_model": {"a": a, "b": b}}, ABOUT)
        return re.findall("chose the checkpoint of .", page)

    assert notes(True, False) == ["chose the checkpoint of A"]
    assert notes(False, True) == ["chose the checkpoint of B"]
    assert notes(True, True) == notes(False, False) == notes(None, True) == []


# -- pages with little on them


def test_the_same_model_twice(marked):
    told = {"康佳集团来了。": [(0, 4, "ORG")]}
    doc = marked("[[O1|康佳集团]]来了。")
    page = comparison_page(compare(pipeline(told), pipeline(told), [doc]).numbers, ABOUT)
    tree = parse(page)
    text = shown_text(tree)
    assert "Both models state the same mentions." in text
    assert "Both models state the same facts." in text
    assert "Nothing to draw: there are no relations" in text
    assert not tree.xpath("//ol[@class='changes']")
    assert not INTERNAL.search(text)
    verdicts = tree.xpath("//p[@class='verdict']/text()")
    assert verdicts[0] == "no difference that could be told from chance"
    assert verdicts[2] == "nothing to compare"


def test_models_without_output_and_gold_without_marks(marked):
    page = comparison_page(
        compare(pipeline({}), pipeline({}), [marked("康佳集团来了。")]).numbers, ABOUT
    )
    text = shown_text(parse(page))
    assert text.count("nothing to compare") == len(CAPTIONS)
    assert not INTERNAL.search(text)


# -- the page itself


def test_the_page_shows_no_word_of_the_program(tree):
    assert not INTERNAL.search(shown_text(tree))


def test_the_page_is_whole(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for target in tree.xpath("//nav//a/@href"):
        assert target.removeprefix("#") in ids
    assert {section.get("id") for section in tree.iter("section")} == {
        a.removeprefix("#") for a in tree.xpath("//nav//a/@href")
    }
    links = tree.xpath("//@src | //@href")
    assert [link for link in links if not link.startswith(("#", "data:"))] == []


def test_hostile_texts_are_shown_as_texts(marked):
    found = compared(marked, name=HOSTILE, identity=HOSTILE, place=HOSTILE, genre=HOSTILE)
    models = {"a": HOSTILE, "b": HOSTILE}
    page = comparison_page(
        found.numbers | {"models": models, "gold": HOSTILE}, ABOUT | {"command": HOSTILE}
    )
    tree = parse(page)
    assert len(list(tree.iter("script"))) == 2
    assert not list(tree.iter("img"))
    assert "onerror" not in {key for tag in tree.iter() for key in tag.attrib}
    assert "\u202e" not in page
    for place in ("mark", "bdi"):
        assert SHOWN in [tag.text_content() for tag in tree.iter(place)]
    assert tree.xpath("//p[@class='where'][contains(., $shown)]", shown=SHOWN)
    assert tree.xpath("//section[@id='slices']//th[contains(., $shown)]", shown=SHOWN)
    assert "49" not in tree.xpath("string(//p[@class='subtitle'])")


def test_the_same_comparison_gives_the_same_file(comparison, tmp_path):
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        write_comparison(path, comparison, ABOUT)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_text(encoding="utf-8").rstrip().endswith("</html>")
    with pytest.raises(OutputError, match="nowhere"):
        write_comparison(tmp_path / "nowhere" / "a.html", comparison, ABOUT)


# -- the picture


def test_the_picture_has_a_line_for_each_label_that_there_is(numbers):
    for task, svg in draw_differences(numbers).items():
        texts = [text.text for text in html.fragment_fromstring(svg).iter("text")]
        for label, row in numbers[task]["strict"].items():
            shown = any((text or "").split()[0] == name(label) for text in texts if text)
            assert shown == (row["p"] is not None)
        assert {"◀ A is better", "B is better ▶"} <= set(texts)
        assert "+" in "".join(filter(None, texts))


def test_what_chance_may_have_made_is_grey(numbers):
    def greys(p, key):
        other = copy.deepcopy(numbers)
        for mode in other["entities"].values():
            for row in mode.values():
                row.update({"p": p, "p_holm": None} if key == "p" else {"p": 0.001, "p_holm": p})
        svg = html.fragment_fromstring(draw_differences(other)["entities"])
        return [text.get("style").count("#a3adb7") for text in svg.iter("text")].count(1)

    for key in ("p", "p_holm"):
        assert greys(0.04, key) == 0
        assert greys(0.06, key) > 10


def test_nothing_gives_no_picture(marked):
    nothing = compare(pipeline({}), pipeline({}), [marked("康佳集团来了。")]).numbers
    assert draw_differences(nothing) == {"entities": "", "relations": ""}


# -- parts of a sentence


@given(st.text("甲乙𠮷 ", max_size=12), st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6))))
def test_law_the_parts_of_a_sentence_make_it_up(sentence, drawn):
    size = len(sentence)
    spans = [(min(start, size), min(start + length, size)) for start, length in drawn]
    parts = pieces(sentence, spans)
    assert "".join(text for text, _ in parts) == sentence
    inside = [any(start <= i < end for start, end in spans) for i in range(size)]
    assert [marked for text, marked in parts for _ in text] == inside
