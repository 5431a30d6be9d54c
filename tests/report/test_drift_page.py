import json
import random
import re
from dataclasses import replace
from itertools import chain

import pytest
from lxml import html

from zonekg.docs import Relation, set_confidences, set_relations
from zonekg.drift import drift
from zonekg.drift.words import shown
from zonekg.errors import OutputError
from zonekg.profile import build_profile
from zonekg.report.drift import drift_page, write_drift

ABOUT = {
    "model": "models/a",
    "source": "pages/",
    "date": "2024-05-01",
    "command": "zonekg drift pages/ --html a.html",
}
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}\u202etxt.exe"
SHOWN = "</script><img src=x onerror=alert(1)>{{7*7}}⟨U+202E⟩txt.exe"
INTERNAL = re.compile(r"\b(NaN|nan|None|undefined|null|inf|Infinity)\b|&lt;|⟨U")
LABELS = ("ORG", "PARK", "PROJECT", "MONEY")
FIRMS = ("蓝海", "金禾", "东升", "华宇", "明德", "天成")


@pytest.fixture(scope="module")
def articles(marked):
    """A function: seed, number -> that many articles with organisations, parks and amounts."""

    def make(seed, number, *, kinds=("公司", "集团", "银行"), low=0.6):
        lots = random.Random(seed)
        docs = []
        for i in range(number):
            firm, park = (lots.choice(FIRMS) + lots.choice(ends) for ends in (kinds, ("高新区",)))
            text = (
                f"新闻{i}\n[[O1|{firm}]]入驻[[K1|{park}]]，投资[[M1|{lots.randint(1, 9)}亿元]]。"
                f"[[O2|{lots.choice(FIRMS)}{lots.choice(kinds)}]]来了。"
            )
            doc = marked(text, source=f"{seed}-{i:03}.txt", title=f"新闻{i}")
            set_confidences(doc, [round(lots.uniform(low, 1), 4) for _ in doc.ents])
            set_relations(doc, [Relation(0, 1, "LOCATED_IN")])
            docs.append(doc)
        return docs

    return make


@pytest.fixture(scope="module")
def profile(articles):
    return build_profile(articles("train", 40), articles("dev", 40))


@pytest.fixture(scope="module")
def far(profile, articles):
    """Articles of other firms that the model is less sure of, and one that it was trained on."""
    docs = articles("far", 25, kinds=("俱乐部", "银行"), low=0.2)
    return drift([*docs, articles("train", 1)[0]], profile)


@pytest.fixture(scope="module")
def tree(far):
    return parse(drift_page(far, ABOUT))


def parse(page):
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


def cell_text(cell):
    """What page.js puts on the clipboard for a cell."""
    text = cell.get("data-tsv")
    return " ".join(cell.text_content().split()) if text is None else text


def tables(tree, section):
    """By caption: header and rows of the tables of a section, as they go to the clipboard."""
    out = {}
    for figure in tree.xpath("//section[@id=$id]//figure[.//table]", id=section):
        header, *rows = (
            list(chain.from_iterable(cell_text(cell).split("\t") for cell in row))
            for row in figure.iter("tr")
        )
        out[figure.findtext("figcaption/span")] = header, rows
    return out


def cells(values):
    return ["" if value is None else str(value) for value in values]


def text_of(tree, path):
    (found,) = tree.xpath(path)
    return " ".join(found.text_content().split())


# -- the numbers are those of the JSON


def test_the_verdict_is_told_on_top(tree, far):
    measured = sum(m.p is not None for m in far.measures)
    verdict = text_of(tree, "//section[@id='verdict']")
    assert verdict.startswith("Further than chance")
    assert f"{far.further} of {measured} measures are beyond what chance" in verdict
    assert f"Chance alone puts up to {far.chance} there" in verdict
    assert "samples of as many articles (26)" in verdict
    assert tree.find(".//main/section").get("id") == "verdict"


def test_every_measure_belongs_to_one_card_and_those_further_than_chance_are_named(tree, far):
    cards = [" ".join(card.itertext()) for card in tree.find_class("card")]
    counts = [re.search(r"(\d+)\s+of (\d+)", card) for card in cards]
    assert sum(int(found[1]) for found in counts) == far.further
    assert sum(int(found[2]) for found in counts) == sum(m.p is not None for m in far.measures)
    words = " ".join(cards)
    for m in far.measures:
        if m.verdict == "further than chance":
            assert re.search(rf"{m.name}(: [\w ,]*\b{m.label})?", words)[0]
    assert "head nouns: ORG" in words
    assert "mean confidence: ORG, PARK, MONEY" in words


def test_measures_are_those_of_the_json_and_the_furthest_come_first(tree, far):
    ((header, rows),) = tables(tree, "measures").values()
    assert header == ["Measure", "Label", "Unit", "Here", "Development", "Chance low",
                      "Chance high", "p", "Sample", "Verdict"]  # fmt: skip
    data = json.loads(json.dumps(far.to_dict()))["measures"]
    keys = ("name", "label", "unit", "here", "dev", "low", "high", "p", "count", "verdict")
    expected = [cells(row[key] for key in keys) for row in data]
    assert sorted(rows) == sorted(expected)
    verdicts = [row[-1] for row in rows]
    assert verdicts[: far.further] == ["further than chance"] * far.further
    assert "further than chance" not in verdicts[far.further :]
    assert [row for row in expected if row in rows[far.further :]] == rows[far.further :]


def test_a_measure_shows_the_figures_that_it_copies(tree, far):
    by_name = {(m.name, m.label): m for m in far.measures}
    (table,) = tree.xpath("//section[@id='measures']//tbody")
    for row in table:
        texts = [" ".join(cell.text_content().split()) for cell in row]
        m = by_name[cell_text(row[0]), cell_text(row[1])]
        assert tuple(texts[i] for i in (3, 4, 5, 6)) == shown(m)
        assert (row.get("class") == "further") == (m.verdict == "further than chance")
    nothing = table.xpath("tr[@class='nothing']")
    assert {cell_text(row[1]) for row in nothing} == {"PROJECT"}
    assert {row[5].text for row in nothing} == {"–"}


def test_the_histograms_are_those_of_the_json(tree, far):
    ((header, rows),) = tables(tree, "confidence").values()
    assert header == ["From", *chain(*((f"{k} here", f"{k} development") for k in LABELS))]
    assert [row[0] for row in rows] == [str(round(i / 20, 4)) for i in range(20)]
    for i, label in enumerate(LABELS):
        for side, counts in ((1, far.here), (2, far.dev)):
            column = [int(row[2 * i + side]) for row in rows]
            assert column == counts["labels"][label]["histogram"]


def test_head_nouns_are_those_of_the_json_with_the_name_marked(tree, far):
    found = tables(tree, "heads")
    over, unseen = far.over["ORG"], far.unseen["ORG"]
    header, rows = found["ORG: more frequent than in training"]
    assert header == ["Head noun", "Here", "Training", "As in", "File"]
    assert rows == [cells([h.head, h.here, h.train, h.sentence, h.source]) for h in over]
    assert [row[0] for row in rows] == ["银行"]
    header, rows = found["ORG: never seen in training"]
    assert header == ["Head noun", "Here", "As in", "File"]
    assert rows == [cells([h.head, h.here, h.sentence, h.source]) for h in unseen]
    assert [row[0] for row in rows] == ["俱乐部"]
    marks = [mark.text for mark in tree.xpath("//section[@id='heads']//tbody//mark")]
    heads = [row for side in (far.over, far.unseen) for label in side for row in side[label]]
    assert sorted(marks) == sorted(row.name for row in heads)


def test_the_furthest_articles_are_those_of_the_json(tree, far):
    ((header, rows),) = tables(tree, "articles").values()
    assert header == ["Far", "Article", "File", "Page", "Unseen names", "Mentions",
                      "Mean confidence", "Unknown characters"]  # fmt: skip
    keys = ("far", "title", "source", "page", "unseen_names", "mentions", "mean_confidence",
            "unknown_characters")  # fmt: skip
    data = far.to_dict()["articles"]
    assert rows == [cells(row[key] for key in keys) for row in data]
    assert len(rows) == 20
    assert "20 of 26" in text_of(tree, "//section[@id='articles']/p")


def test_counts_of_both_sides_and_articles_that_were_trained_on_are_told(tree, far):
    facts = {div[0].text: div[1].text_content() for div in tree.find_class("facts")[0]}
    for name, side in (("Here", far.here), ("Development documents", far.dev)):
        assert facts[name] == (
            f"{side['articles']:,} articles, {side['characters']:,} characters, "
            f"{side['mentions']:,} mentions"
        )
    assert "1 of these 26 articles" in tree.find_class("warning")[0].text_content()


# -- pictures


def test_pictures_show_what_they_say(tree, far):
    pictures = {svg.get("aria-label"): svg for svg in tree.iter("svg")}
    assert len(pictures) == 3 + 2  # histograms but of PROJECT, head nouns of ORG
    texts = {name: {text.text for text in svg.iter("text")} for name, svg in pictures.items()}
    assert "here, 52 mentions" in texts["Confidence of ORG, here and development"]
    assert "development, 80 mentions" in texts["Confidence of ORG, here and development"]
    more = texts["Head nouns of ORG more frequent than in training"]
    (row,) = far.over["ORG"]
    here = far.here["labels"]["ORG"]["mentions"]
    assert {"银行", f"{row.here / here:.1%}", f"{row.train / 80:.1%}"} <= more
    assert {"俱乐部", str(far.unseen["ORG"][0].here)} <= texts[
        "Head nouns of ORG that training has not"
    ]


def test_a_label_without_mentions_is_told(tree):
    project, park = (
        tree.xpath("//section[@id='heads']/h3[contains(., $name)]", name=name)[0].getnext()
        for name in ("PROJECT", "PARK")
    )
    assert project.text == "There is no mention here."
    assert [note.text for note in park.iter("p")] == [
        "No head noun is more frequent here than in training.",
        "Training has all head nouns of these pages.",
    ]


# -- little to show


def test_pages_like_the_development_documents_are_as_expected(profile, articles):
    found = drift(articles("new", 20), profile)
    assert found.verdict == "as expected"
    tree = parse(drift_page(found, ABOUT))
    verdict = text_of(tree, "//section[@id='verdict']")
    assert verdict.startswith("As expected")
    assert "Nothing here says that these pages are other text" in verdict
    assert ("by chance alone" in verdict) == bool(found.further)
    assert len(tree.xpath("//tr[@class='further']")) == found.further
    assert not tree.find_class("warning")


@pytest.mark.parametrize("text", ["", "蓝海今日签约。"])
def test_pages_without_an_article_or_a_mention_make_a_page(profile, marked, text):
    found = drift([marked(text, source="a.txt")] if text else [], profile)
    tree = parse(drift_page(found, ABOUT))
    assert not INTERNAL.search(tree.find(".//main").text_content())
    assert text_of(tree, "//section[@id='verdict']/h2") == found.verdict.capitalize()
    if text:
        ((_, (row,)),) = tables(tree, "articles").values()
        assert row[1:7] == ["蓝海今日签约。", "a.txt", "1", "0", "0", ""]
    else:
        assert text_of(tree, "//section[@id='articles']/p") == "There is no article."


def test_nothing_internal_is_shown(tree):
    assert not INTERNAL.search(tree.find(".//main").text_content())


# -- hostile text


@pytest.fixture(scope="module")
def hostile(far):
    """The same drift with titles, files, names and sentences that want to leave their place."""
    (head, *_), (article, *rest) = far.unseen["ORG"], far.articles
    evil = replace(head, head=HOSTILE, name=HOSTILE, sentence=f"前{HOSTILE}后", source=HOSTILE)
    return replace(
        far,
        over=far.over | {"ORG": (replace(evil, head="=1+cmd|' /C calc'!A0"),)},
        unseen=far.unseen | {"ORG": (evil,)},
        articles=(replace(article, title=HOSTILE, source=HOSTILE), *rest),
    )


def test_hostile_titles_names_and_files_are_shown_as_text(hostile):
    page = drift_page(hostile, dict.fromkeys((*ABOUT, "version"), HOSTILE))
    tree = parse(page)
    assert tree.text_content().count(SHOWN) >= 12
    assert [mark.text for mark in tree.xpath("//section[@id='heads']//mark")][:2] == [SHOWN] * 2
    assert len(list(tree.iter("script"))) == 2
    assert not list(tree.iter("img"))
    assert not any(name.startswith("on") for tag in tree.iter() for name in tag.attrib)
    assert "\u202e" not in page
    assert "{{7*7}}" in page


def test_a_name_that_a_spreadsheet_would_run_is_copied_as_text(hostile):
    copied = {cell_text(cell) for cell in parse(drift_page(hostile, ABOUT)).iter("td", "th")}
    assert "'=1+cmd|' /C calc'!A0" in copied
    assert not any(text.startswith("=") for text in copied)


def test_a_long_sentence_is_cut_around_the_name(far):
    head = replace(far.unseen["ORG"][0], sentence="长" * 100 + "蓝海俱乐部" + "短" * 100)
    found = replace(far, unseen=far.unseen | {"ORG": (replace(head, name="蓝海俱乐部"),)})
    (cell,) = (
        mark.getparent().getparent()
        for mark in parse(drift_page(found, ABOUT)).iter("mark")
        if "长" in mark.getparent().text_content()
    )
    assert cell.text_content() == "…" + "长" * 48 + "蓝海俱乐部" + "短" * 48 + "…"
    assert cell_text(cell) == head.sentence


# -- the page as a file


def test_the_page_reaches_for_nothing_outside(far):
    page = drift_page(far, ABOUT)
    for tag in parse(page).iter():
        for key in ("href", "src", "action", "data", "poster", "srcset"):
            assert re.match(r"#|data:,$", tag.get(key, "#"))
        assert "://" not in " ".join(tag.attrib.values())
    assert not re.search(r"@import|url\((?!#)", page)


def test_ids_are_unique_and_links_lead_somewhere(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)) > 10
    links = [link for link in tree.xpath("//@href") if link.startswith("#")]
    links += re.findall(r"url\((#[^)]+)\)", " ".join(tree.xpath("//@clip-path | //@style")))
    assert {link[1:] for link in links} <= set(ids)


def test_every_table_can_be_copied(tree):
    figures = [table.getparent().getparent() for table in tree.iter("table")]
    assert len(figures) == 5
    assert [figure.findtext("figcaption/button") for figure in figures] == ["Copy"] * len(figures)


def test_the_same_drift_gives_the_same_bytes(far, tmp_path):
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        write_drift(path, far, ABOUT)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_text(encoding="utf-8") == drift_page(far, ABOUT)


def test_a_page_that_can_not_be_written_leaves_the_old_one(far, tmp_path):
    path = tmp_path / "drift.html"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(KeyError, match="source"):
        write_drift(path, far, {"date": "2024-05-01"})
    assert path.read_text(encoding="utf-8") == "old"
    with pytest.raises(OutputError, match="folder"):
        write_drift(tmp_path / "none" / "drift.html", far, ABOUT)


def test_a_browser_shows_the_page_without_fault(hostile, opened, tmp_path):
    path = tmp_path / "drift.html"
    write_drift(path, hostile, ABOUT)
    page = opened(path)
    assert page.title() == "Drift: pages/ against the training text of models/a"
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0
    further, others = (
        set(
            page.locator(rows).evaluate_all("rows => rows.map(r => getComputedStyle(r).background)")
        )
        for rows in ("#measures tr.further", "#measures tbody tr:not(.further)")
    )
    assert len(further) == 1
    assert not further & others
