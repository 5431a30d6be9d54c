import copy
import json
import re
from collections import defaultdict
from itertools import chain
from urllib.parse import parse_qs

import pytest
import spacy
from lxml import html

from zonekg.errors import OutputError
from zonekg.evaluation import Evaluation, evaluate
from zonekg.report import evaluation_page, write_report
from zonekg.schema import default_schema

ABOUT = {"date": "2024-05-01", "command": "zonekg evaluate models/a gold.jsonl --html a.html"}
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}\u202etxt.exe"
SHOWN = "</script><img src=x onerror=alert(1)>{{7*7}}⟨U+202E⟩txt.exe"
TASKS = ("entities", "relations")
INTERNAL = re.compile(r"\b(NaN|nan|None|undefined|null|inf|Infinity)\b|&lt;|⟨U")


def parse(page):
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


@pytest.fixture(scope="module")
def numbers(evaluation):
    return evaluation.numbers


@pytest.fixture(scope="module")
def tree(numbers):
    return parse(evaluation_page(numbers, ABOUT))


@pytest.fixture
def without_pictures(monkeypatch):
    """Pages without pictures, where a test looks at other things."""
    monkeypatch.setattr("zonekg.report.draw_pictures", lambda _: defaultdict(str))


def cell_text(cell):
    """What page.js puts on the clipboard for a cell."""
    text = cell.get("data-tsv")
    return " ".join(cell.text_content().split()) if text is None else text


def tables(tree, section):
    """Of each table of a section: caption, header, rows, as they go to the clipboard."""
    out = []
    for figure in tree.xpath("//section[@id=$id]//figure[.//table]", id=section):
        header, *rows = (
            list(chain.from_iterable(cell_text(cell).split("\t") for cell in row))
            for row in figure.iter("tr")
        )
        out.append((figure.findtext("figcaption/span"), header, rows))
    return out


def found(tree, section, caption):
    """Header and rows of the one table of a section with this caption."""
    (table,) = ([h, r] for name, h, r in tables(tree, section) if name == caption)
    return table


def exists(row):
    """The figures of a row of counts that exist."""
    there = {"p": row["predicted"], "r": row["gold"], "f": row["predicted"] + row["gold"]}
    return {key: row[key] if there[key] else None for key in "prf"}


def cells(values):
    return ["" if value is None else str(value) for value in values]


def name(label):
    return "all" if label == "micro" else label


# -- every number of the JSON is on the page


@pytest.mark.parametrize(
    ("task", "mode", "caption"),
    [
        ("entities", "strict", "Strict: exact span and label"),
        ("entities", "relaxed", "Relaxed: overlap, same label"),
        ("relations", "strict", "End to end, strict: a mention of each end is exact"),
        ("relations", "relaxed", "End to end, relaxed: a mention of each end overlaps"),
        (
            "relations",
            "gold entities",
            "Gold entities: the relations alone, between the mentions of gold",
        ),
    ],
)
def test_scores_by_label_are_those_of_the_json(tree, numbers, task, mode, caption):
    header, rows = found(tree, task, caption)
    assert header == ["Label", "P", "P low", "P high", "R", "R low", "R high",
                      "F1", "F1 low", "F1 high", "Predicted", "Gold", "Docs"]  # fmt: skip
    expected = []
    for label, row in numbers[task][mode].items():
        figures = exists(row)
        pairs = [(figures[key], *(row["interval"][key] or (None, None))) for key in "prf"]
        counts = [row["predicted"], row["gold"], row["documents"]]
        expected.append([name(label), *cells([*chain.from_iterable(pairs), *counts])])
    assert rows == expected
    assert len(rows) > 4


def test_a_cell_shows_the_number_that_it_copies(tree):
    shown = 0
    for cell in tree.xpath("//section[@id='entities' or @id='relations']//td[@data-tsv]"):
        text, copied = cell.text_content(), cell.get("data-tsv").split("\t")
        if copied == ["", ""] or copied == [""]:
            assert text == "–" or (text == "" and len(copied) == 2)
            continue
        digits = 1 if "." in copied[0] else 0
        assert text == " to ".join(f"{float(part):,.{digits}f}" for part in copied)
        shown += 1
    assert shown > 100


@pytest.mark.parametrize("task", TASKS)
def test_error_classes_and_confusion_are_those_of_the_json(tree, numbers, task):
    errors = numbers["errors"][task]
    header, rows = found(tree, "errors", f"Errors of {task} by label and class")
    assert header == ["Label", *errors["classes"]["micro"]]
    assert rows == [[name(k), *cells(v.values())] for k, v in errors["classes"].items()]
    (confusion,) = (
        (header, rows) for _, header, rows in tables(tree, "errors")
        if header[0] == "Gold" and header[1] in getattr(default_schema(), task)
    )  # fmt: skip
    assert confusion[0] == ["Gold", *errors["confusion"]]
    assert confusion[1] == [[k, *cells(v.values())] for k, v in errors["confusion"].items()]


def test_semeval_counts_are_those_of_the_json(tree, numbers):
    keys = ("correct", "incorrect", "partial", "missed", "spurious", "p", "r", "f")
    schemes = numbers["errors"]["entities"]["semeval"]
    _, rows = found(tree, "errors", "All labels together")
    assert rows == [
        [k, *cells(by_label["micro"][key] for key in keys)] for k, by_label in schemes.items()
    ]
    for scheme, by_label in schemes.items():
        header, rows = found(tree, "errors", f"Scheme {scheme}")
        assert header[1:] == ["Correct", "Incorrect", "Partial", "Missed", "Spurious",
                              "P", "R", "F1"]  # fmt: skip
        assert rows == [
            [name(label), *cells(row[key] for key in keys)] for label, row in by_label.items()
        ]


def test_slices_are_those_of_the_json(tree, numbers):
    wanted = [
        (task, dimension, buckets)
        for task in TASKS
        for dimension, buckets in numbers["slices"][task].items()
    ]
    pages = tables(tree, "slices")
    assert len(pages) == 2 * len(wanted) > 8
    for (task, dimension, buckets), table, by_label in zip(
        wanted, pages[::2], pages[1::2], strict=True
    ):
        others = [mode for mode in numbers[task] if mode != "strict"]
        assert table[1] == [dimension, "F1", "F1 low", "F1 high", "P", "R",
                            *(f"F1 {mode}" for mode in others), "Predicted", "Gold",
                            "Docs"]  # fmt: skip
        assert by_label[1] == [dimension, *list(numbers[task]["strict"])[1:]]
        nothing = {"predicted": 0, "gold": 0, "documents": 0, "p": 0, "r": 0, "f": 0,
                   "interval": {"f": None}}  # fmt: skip
        for (bucket, modes), row, figures in zip(
            buckets.items(), table[2], by_label[2], strict=True
        ):
            strict = modes.get("strict", {})
            micro = strict.get("micro", nothing)
            one = exists(micro)
            assert row == [
                bucket,
                *cells([
                    one["f"], *(micro["interval"]["f"] or (None, None)), one["p"], one["r"],
                    *(exists(modes.get(mode, {}).get("micro", nothing))["f"] for mode in others),
                    micro["predicted"], micro["gold"], micro["documents"],
                ]),
            ]  # fmt: skip
            assert figures == [
                bucket,
                *cells(exists(strict.get(label, nothing))["f"] for label in by_label[1][1:]),
            ]


@pytest.mark.parametrize("task", TASKS)
def test_confidence_is_that_of_the_json(tree, numbers, task):
    sure = numbers["confidence"][task]
    caption = f"Calibration of {task}, and the threshold with the best strict F1"
    _, rows = found(tree, "confidence", caption)
    assert [row[:4] for row in rows] == [
        [name(label), *cells([row["count"], row["ece"], row["brier"]])]
        for label, row in sure.items()
    ]
    best = sure["micro"]["thresholds"][0]
    for row in sure["micro"]["thresholds"]:
        best = row if row["f"] > best["f"] else best
    gained = round(best["f"] - sure["micro"]["thresholds"][0]["f"], 2)
    assert rows[0][4:] == cells([best["threshold"], best["f"], gained])

    place = TASKS.index(task)
    bins = [rows for caption, _, rows in tables(tree, "confidence") if caption == "Bins"][place]
    assert [row[:4] for row in bins] == [
        [f"{row['low']:.1f} to {row['high']:.1f}",
         *cells([row["count"], row["confidence"], row["precision"]])]
        for row in sure["micro"]["bins"]
    ]  # fmt: skip
    for row in bins:
        assert float(row[4]) == pytest.approx(float(row[3]) - float(row[2]))
    caption = "Strict scores of what has at least this confidence"
    steps = [rows for name, _, rows in tables(tree, "confidence") if name == caption][place]
    assert steps == [
        [f"{row['threshold']:.2f}", *cells([*exists(row).values(), row["predicted"]])]
        for row in sure["micro"]["thresholds"]
    ]


def test_speed_is_that_of_the_json(tree, numbers):
    _, rows = found(tree, "speed", "Seconds by component")
    speed = numbers["speed"]
    assert [row[:2] for row in rows] == [[k, str(v)] for k, v in speed["components"].items()]
    assert sum(float(row[2]) for row in rows) == pytest.approx(100, abs=1)
    assert speed["machine"] in tree.get_element_by_id("speed").text_content()


def test_what_to_mend_first_is_the_top_of_the_gains(tree, numbers):
    _, rows = found(tree, "mend", "The kinds of errors that cost most, in points of F1")
    gains = numbers["errors"]["gains"][:10]
    assert len(gains) == 10
    for row, gain in zip(rows, gains, strict=True):
        now = numbers[gain["task"]]["strict"]["micro"]["f"]
        assert row[:3] == [str(gain["gain"]), gain["label"], f"{gain['task']}: {gain['class']}"]
        assert row[-3:] == cells([gain["count"], now, gain["f"]])
        assert row[3]
        assert row[4]
    bars = tree.xpath("//section[@id='mend']//i/@style")
    widths = [float(re.fullmatch(r"width: ([\d.]+)%", bar)[1]) for bar in bars]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == 100


def test_the_cards_show_the_key_figures(tree, numbers):
    values = [tag.text for tag in tree.iterfind(".//p[@class='value']")]
    strict, ends = numbers["entities"]["strict"]["micro"], numbers["relations"]["strict"]["micro"]
    given = numbers["relations"]["gold entities"]["micro"]
    assert values == [
        *(f"{row['f']:.1f}" for row in (strict, ends, given)),
        f"{numbers['confidence']['entities']['micro']['ece']:.3f}",
        f"{numbers['speed']['characters_per_second']:,}",
    ]
    low, high = strict["interval"]["f"]
    assert f"95%: {low:.1f} to {high:.1f}" in tree.find(".//p[@class='note']").text_content()


@pytest.mark.usefixtures("without_pictures")
def test_the_head_tells_what_was_evaluated(numbers):
    about = ABOUT | {"model": "models/a", "gold": "b.jsonl", "version": "9.9"}
    tree = parse(evaluation_page(numbers, about))
    assert tree.findtext(".//p[@class='subtitle']/bdi") == "models/a on b.jsonl"
    expected = {
        "Documents": "15",
        "Characters": f"{numbers['characters']:,}",
        "Gold mentions": f"{numbers['entities']['strict']['micro']['gold']:,}",
        "Gold facts": f"{numbers['relations']['strict']['micro']['gold']:,}",
        "Seen in training": "not known" if numbers["trained_on"] is None else "0 documents",
        "Date": ABOUT["date"],
        "Command": ABOUT["command"],
    }
    assert facts(tree) == expected
    foot = tree.find(".//footer").text_content()
    assert all(text in foot for text in ("zonekg 9.9", *ABOUT.values()))


@pytest.mark.usefixtures("without_pictures")
def test_model_and_gold_come_from_the_numbers_where_about_lacks_them(numbers):
    page = evaluation_page(numbers | {"model": "models/b", "gold": "c.jsonl"}, ABOUT)
    assert parse(page).findtext(".//p[@class='subtitle']/bdi") == "models/b on c.jsonl"


def facts(tree):
    rows = tree.iterfind(".//dl[@class='facts']/div")
    return {row.findtext("dt"): row.find("dd").text_content() for row in rows}


def test_labels_have_their_chinese_names(tree):
    schema = default_schema()
    for label, kind in (schema.entities | schema.relations).items():
        names = tree.xpath("//span[@class='label'][starts-with(., $label)]/span", label=label)
        assert {tag.text for tag in names} == {kind.name}
        assert {tag.get("lang") for tag in names} == {"zh"}


# -- documents seen in training


@pytest.mark.parametrize(("known", "shown"), [(None, "not known"), (0, "0"), (4, "4 documents")])
@pytest.mark.usefixtures("without_pictures")
def test_documents_seen_in_training_are_told(numbers, known, shown):
    tree = parse(evaluation_page(numbers | {"trained_on": known}, ABOUT))
    assert facts(tree)["Seen in training"].startswith(shown)
    warnings = tree.xpath("//p[@class='warning']")
    assert len(warnings) == bool(known)
    for warning in warnings:
        assert "trained on 4 of these 15 documents" in warning.text_content()


@pytest.mark.usefixtures("without_pictures")
def test_a_set_that_chose_the_model_is_noted(numbers):
    for chose in (True, False):
        tree = parse(evaluation_page(numbers | {"chose_the_model": chose}, ABOUT))
        assert ("chose the model's checkpoint" in facts(tree).get("Note", "")) == chose


# -- sets with little in them


def whole(page):
    """The page is whole: no text from the inside of the program, each picture or a word for it."""
    tree = parse(page)
    for tag in tree.iter("script", "style"):
        tag.drop_tree()
    assert not INTERNAL.search(tree.text_content())
    for section in ("mend", "entities", "relations", "errors", "slices", "confidence", "speed"):
        assert tree.get_element_by_id(section).text_content().strip()
    for table in tree.iter("table"):
        assert len({sum(int(c.get("colspan", 1)) for c in row) for row in table.iter("tr")}) == 1
    for _, header, rows in chain.from_iterable(tables(tree, tag.get("id")) for tag in
                                               tree.iter("section")):  # fmt: skip
        assert {len(row) for row in rows} <= {len(header)}
    return tree


def empty_texts(tree, section):
    return tree.xpath("//section[@id=$id]//p[@class='empty']/text()", id=section)


def test_a_full_set_has_every_picture(tree, numbers):
    whole(evaluation_page(numbers, ABOUT))
    slices = sum(len(numbers["slices"][task]) for task in TASKS)
    assert len(list(tree.iter("svg"))) == 10 + slices
    assert not tree.xpath("//p[@class='empty']")


def test_documents_without_a_mark_give_dashes_and_no_picture(nlp):
    numbers = evaluate(nlp, [nlp.make_doc("今天天气很好。")], resamples=20).numbers
    tree = whole(evaluation_page(numbers, ABOUT))
    assert not list(tree.iter("svg"))
    values = [tag.text for tag in tree.iterfind(".//p[@class='value']")]
    assert values[:4] == ["–", "–", "–", "–"]
    for section in TASKS:
        figures = tree.xpath("//section[@id=$id]//td[@data-tsv='']", id=section)
        assert len(figures) > 20
        assert {cell.text_content() for cell in figures} == {"–"}
        others = tree.xpath("//section[@id=$id]//td[not(@data-tsv='')]", id=section)
        assert {cell.get("data-tsv") for cell in others} == {"0", "\t"}
    assert empty_texts(tree, "mend") == [
        "There is nothing to mend: no error was found in these documents."
    ]


def test_a_model_that_marks_nothing_has_a_recall_of_0_and_no_precision(without_predictions):
    numbers = without_predictions.numbers
    tree = whole(evaluation_page(numbers, ABOUT))
    _, rows = found(tree, "entities", "Strict: exact span and label")
    assert rows[0][1] == ""
    assert (rows[0][4], rows[0][7]) == ("0.0", "0.0")
    assert rows[0][10] == "0"
    cards = [tag.text for tag in tree.iterfind(".//p[@class='value']")]
    assert cards[:4] == ["0.0", "0.0", "0.0", "–"]
    assert tree.xpath("//section[@id='errors']//svg")
    assert not tree.xpath("//section[@id='confidence']//svg")
    assert len(empty_texts(tree, "confidence")) == 4


def test_gold_without_relations_says_so(marked, model):
    docs = [marked("[[O1|康佳集团]]来到[[K1|阳泉高新区]]。")]
    numbers = evaluate(model, docs, resamples=20).numbers
    tree = whole(evaluation_page(numbers, ABOUT))
    blank = evaluate(spacy.blank("zh"), docs, resamples=20).numbers
    tree = whole(evaluation_page(blank, ABOUT))
    assert not tree.xpath("//section[@id='relations']//svg")
    assert empty_texts(tree, "relations")
    assert "There are no relations to break down." in empty_texts(tree, "slices")
    cards = [tag.text for tag in tree.iterfind(".//p[@class='value']")]
    assert cards[1:3] == ["–", "–"]


def test_rows_of_few_documents_are_grey_and_have_no_interval(evaluation, model):
    docs = [one.gold for one in evaluation.documents[:1]]
    tree = whole(evaluation_page(evaluate(model, docs, resamples=20).numbers, ABOUT))
    rows = tree.xpath("//section[@id='slices']//div[contains(@class, 'table-right')]//tbody/tr")
    assert rows
    for row in rows:
        assert row.get("class") == "few"
        assert row.xpath("string(td[contains(@class, 'interval')])") == "–"


def test_a_bucket_that_only_one_mode_has_is_shown(numbers):
    numbers = copy.deepcopy(numbers)
    buckets = next(iter(numbers["slices"]["relations"].values()))
    bucket = next(iter(buckets))
    del buckets[bucket]["strict"]
    tree = whole(evaluation_page(numbers, ABOUT))
    row = next(
        rows[0] for _, header, rows in tables(tree, "slices") if "F1 gold entities" in header
    )
    assert row[:6] == [bucket, "", "", "", "", ""]
    assert row[7] == str(buckets[bucket]["gold entities"]["micro"]["f"])


# -- pictures


def picture_texts(tree, says):
    (svg,) = (svg for svg in tree.iter("svg") if svg.get("aria-label").startswith(says))
    return [text.text_content() for text in svg.iter("text")]


@pytest.mark.parametrize("task", TASKS)
def test_pictures_show_the_numbers_of_the_json(tree, numbers, task):
    modes = numbers[task]
    texts = picture_texts(tree, f"F1 of {task} by label")
    assert [text for text in texts if re.fullmatch(r"\d+\.\d", text)] == [
        f"{table[label]['f']:.1f}" for label in modes["strict"] for table in modes.values()
    ]
    errors = numbers["errors"][task]
    counts = [n for row in errors["confusion"].values() for n in row.values() if n]
    texts = picture_texts(tree, f"Confusion of {task}")
    assert [int(text) for text in texts if text.isdigit()] == counts
    texts = picture_texts(tree, f"Errors of {task}")
    for label, row in list(errors["classes"].items())[1:]:
        assert str(sum(row.values()) - row["correct"]) in texts
        assert any(text.startswith(f"{label} ") for text in texts)
    bins = [str(row["count"]) for row in numbers["confidence"][task]["micro"]["bins"]]
    assert [text for text in picture_texts(tree, f"Reliability of the confidence of {task}")
            if text.isdigit()] == bins  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
def test_pictures_of_slices_show_figures_and_counts(tree, numbers, task):
    for dimension, buckets in numbers["slices"][task].items():
        texts = picture_texts(tree, f"F1 of {task} by {dimension}")
        rows = [modes["strict"]["micro"] for modes in buckets.values()]
        expected = [f"{row['f']:.1f}" for row in rows]
        assert [text for text in texts if re.fullmatch(r"\d+\.\d", text)] == expected
        counts = [f"{row['gold']} in {row['documents']}" for row in rows]
        assert [text for text in texts if " in " in text and text[0].isdigit()] == counts


# -- hostile text


def renamed(data, old, new):
    """JSON data with another name wherever the old one stands, as key or as value."""
    if isinstance(data, dict):
        return {renamed(k, old, new): renamed(v, old, new) for k, v in data.items()}
    if isinstance(data, list):
        return [renamed(value, old, new) for value in data]
    return new if data == old else data


@pytest.mark.parametrize("old", ["genre", "feature", "PROJECT", "LOCATED_IN", "ner", "boundary"])
def test_hostile_names_in_the_numbers_are_shown_as_text(numbers, old):
    assert json.dumps(old) in json.dumps(numbers)
    page = evaluation_page(renamed(numbers, old, HOSTILE), ABOUT)
    tree = parse(page)
    assert SHOWN in tree.text_content()
    harmless(page, tree)


@pytest.mark.usefixtures("without_pictures")
def test_hostile_names_of_model_and_gold_are_shown_as_text(numbers):
    about = dict.fromkeys(("model", "gold", "date", "command", "version"), HOSTILE)
    page = evaluation_page(numbers | {"trained_on": 1}, about)
    tree = parse(page)
    assert f"{SHOWN} on {SHOWN}" in tree.text_content()
    harmless(page, tree)


def harmless(page, tree):
    assert len(list(tree.iter("script"))) == 2
    assert not list(tree.iter("img"))
    assert not any(name.startswith("on") for tag in tree.iter() for name in tag.attrib)
    assert "\u202e" not in page
    assert "49" not in tree.findtext(".//h1")


@pytest.mark.usefixtures("without_pictures")
def test_a_name_that_a_spreadsheet_would_run_is_copied_as_text(numbers):
    tree = parse(evaluation_page(renamed(numbers, "feature", "=1+cmd|' /C calc'!A0"), ABOUT))
    copied = {cell_text(cell) for cell in tree.xpath("//section[@id='slices']//tbody//th")}
    assert "'=1+cmd|' /C calc'!A0" in copied
    assert not any(text.startswith("=") for text in copied)


# -- the page as a file


def test_the_page_reaches_for_nothing_outside(numbers):
    page = evaluation_page(numbers, ABOUT)
    tree = parse(page)
    for tag in tree.iter():
        for key in ("href", "src", "action", "data", "poster", "srcset"):
            assert re.match(r"#|data:,$", tag.get(key, "#"))
        assert "://" not in " ".join(tag.attrib.values())
    assert not re.search(r"@import|url\((?!#)", page)
    assert not list(tree.iter("iframe", "object", "embed", "base", "form"))


def test_ids_are_unique_and_links_lead_somewhere(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)) > 20
    links = [link for link in tree.xpath("//@href") if link.startswith("#")]
    links += re.findall(r"url\((#[^)]+)\)", " ".join(tree.xpath("//@clip-path | //@style")))
    assert {link[1:] for link in links} <= set(ids)
    assert len(set(links)) > 20


def test_every_table_can_be_copied_and_its_numbers_stand_right(tree):
    figures = [table.getparent().getparent() for table in tree.iter("table")]
    assert len(figures) > 30
    for figure in figures:
        (button,) = figure.xpath("figcaption/button")
        assert button.get("class") == "copy"
    for cell in tree.xpath("//tbody//td[@data-tsv]"):
        if re.fullmatch(r"[\d.,+−–]+", cell.text_content().strip()):
            assert cell.get("class").split()[0] == "n"


@pytest.mark.usefixtures("without_pictures")
def test_the_policy_knows_each_script_of_the_error_browser(evaluation, numbers, tmp_path):
    path = tmp_path / "report.html"
    write_report(path, evaluation, ABOUT)
    for page, size in ((path.read_text(encoding="utf-8"), 6), (evaluation_page(numbers, ABOUT), 2)):
        tree = parse(page)
        assert len(tree.xpath("//script[not(@type)]")) == size
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert len(set(re.findall(r"'sha256-[^']+'", policy))) == size


@pytest.mark.usefixtures("without_pictures")
def test_errors_lead_to_their_documents(evaluation, tmp_path):
    path = tmp_path / "report.html"
    write_report(path, evaluation, ABOUT)
    tree = parse(path.read_text(encoding="utf-8"))
    assert tree.get_element_by_id("documents") is not None
    gains = evaluation.numbers["errors"]["gains"][:10]
    links = tree.xpath("//section[@id='mend']//td/a[starts-with(@href, '#documents')]/@href")
    assert [parse_qs(link.removeprefix("#documents?"), strict_parsing=True) for link in links] == [
        {key: [gain[key]] for key in ("task", "class", "label")} for gain in gains
    ]
    assert not [link for link in links if " " in link or "," in link]
    counts = tree.xpath("//section[@id='errors']//a[@class='count']")
    classes = [numbers for task in TASKS
               for numbers in evaluation.numbers["errors"][task]["classes"].values()]  # fmt: skip
    errors = [n for row in classes for kind, n in row.items() if kind != "correct" and n]
    assert [int(link.text.replace(",", "")) for link in counts] == errors


def test_without_documents_there_is_nothing_to_lead_to(tree):
    assert not tree.xpath("//*[@id='documents'] | //a[starts-with(@href, '#documents')]")


def test_the_same_evaluation_gives_the_same_bytes(evaluation, tmp_path):
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        write_report(path, evaluation, ABOUT)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_figures_side_is_small(numbers):
    assert 100_000 < len(evaluation_page(numbers, ABOUT).encode()) < 1_500_000


@pytest.mark.usefixtures("without_pictures")
def test_a_report_that_can_not_be_written_leaves_the_old_one(evaluation, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    broken = {k: v for k, v in evaluation.numbers.items() if k != "speed"}
    with pytest.raises(Exception, match="speed"):
        write_report(path, Evaluation(broken, []), ABOUT)
    assert path.read_text(encoding="utf-8") == "old"
    with pytest.raises(OutputError, match="folder"):
        write_report(tmp_path / "none" / "report.html", Evaluation(evaluation.numbers, []), ABOUT)


# -- in a browser

CLIPBOARD = """window.copied = [];
Object.defineProperty(navigator, "clipboard", {value: %s});
document.addEventListener("copy", () => copied.push(document.activeElement.value));"""


@pytest.mark.parametrize(
    "clipboard", ["{writeText: async (text) => copied.push(text)}", "undefined"], ids=["new", "old"]
)
@pytest.mark.usefixtures("without_pictures")
def test_copy_puts_the_exact_table_on_the_clipboard(opened, numbers, tmp_path, clipboard):
    path = tmp_path / "report.html"
    write_report(path, Evaluation(numbers, []), ABOUT)
    page = opened(path, script=CLIPBOARD % clipboard)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    buttons = page.locator("button.copy")
    for i in range(buttons.count()):
        buttons.nth(i).click()
        page.wait_for_function(f"() => copied.length == {i + 1}")
    assert buttons.last.inner_text() == "Copied"
    tree = parse(path.read_text(encoding="utf-8"))
    expected = [
        "".join("\t".join(row) + "\n" for row in [header, *rows])
        for section in tree.xpath("//section/@id")
        for _, header, rows in tables(tree, section)
    ]
    assert page.evaluate("copied") == expected
    assert len(expected) > 30


@pytest.mark.usefixtures("without_pictures")
def test_a_link_to_errors_leads_to_the_documents(opened, evaluation, tmp_path):
    path = tmp_path / "report.html"
    write_report(path, evaluation, ABOUT)
    page = opened(path)
    here = "document.querySelector('.page-nav [aria-current]')?.textContent"
    assert page.evaluate(here) is None
    page.locator("#mend a[href^='#documents']").first.click()
    page.wait_for_function(f"() => {here} == 'Documents'")
    assert (
        0 < page.evaluate("document.getElementById('documents').getBoundingClientRect().top") < 99
    )


@pytest.mark.parametrize("width", [800, 1280, 1920])
def test_the_page_is_as_wide_as_the_window(opened, evaluation, tmp_path, width):
    path = tmp_path / "report.html"
    write_report(path, evaluation, ABOUT)
    page = opened(path)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
