"""The error browser of a report, opened from a file in a real browser without network."""

import base64
import gzip
import io
import json
import re
from collections import Counter
from urllib.parse import parse_qs, urlencode

import pytest
from PIL import Image

from zonekg.evaluation import Evaluation
from zonekg.report import write_report
from zonekg.report.browser import browse
from zonekg.scoring.mentions import MENTION_ERRORS

ABOUT = {"date": "2024-05-01", "command": "zonekg evaluate models/a gold.jsonl --html a.html"}
SIDES = ("gold", "predicted")
SIGN = "⟨U+{:04X}⟩"


@pytest.fixture(scope="module")
def report(evaluation, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, evaluation, ABOUT)
    return path


@pytest.fixture(scope="module")
def browser(evaluation):
    return browse(evaluation.documents)


@pytest.fixture(scope="module")
def errors(browser):
    return json.loads(gzip.decompress(base64.b64decode(browser.errors)))


@pytest.fixture
def page_of(evaluation, opened, tmp_path):
    """A function: Judged documents -> the page of their report."""

    def make(*documents, fragment="", script=""):
        path = tmp_path / "report.html"
        write_report(path, Evaluation(evaluation.numbers, list(documents)), ABOUT)
        page = opened(path, fragment, script)
        if not script:
            page.wait_for_selector(".line")
        return page

    return make


def body_of(browser, identity):
    number = [entry["id"] for entry in browser.index["documents"]].index(identity)
    chunk = browser.chunks[number // browser.index["chunk"]]
    return json.loads(gzip.decompress(base64.b64decode(chunk)))[number % browser.index["chunk"]]


def choose(page, **values):
    for name, value in values.items():
        page.locator(f"[data-part=filters] [name={name}]").select_option(value)


def listed(page):
    return page.locator("[data-part=list] li")


def marked(page, side):
    return page.locator(f"[data-side={side}].column mark")


def query(page):
    return {key: value for key, (value,) in parse_qs(page.url.partition("?")[2]).items()}


def title(page):
    return page.locator("[data-part=title]").text_content()


# -- the list


def test_the_page_opens_with_the_errors_and_the_worst_document(report, opened, browser, errors):
    page = opened(report)
    page.wait_for_selector("mark")
    assert listed(page).count() == min(100, len(errors))
    assert title(page) == browser.index["documents"][0]["id"]
    assert page.locator("[data-part=note]").is_hidden()
    holders = len({row["doc"] for row in errors})
    assert page.inner_text("[data-part=count]") == f"{len(errors)} errors in {holders} documents"


def test_filters_leave_the_errors_that_the_data_has(report, opened, browser, errors):
    page = opened(report)
    page.wait_for_selector("mark")
    genres = [entry["genre"] for entry in browser.index["documents"]]
    cases = [
        {"task": "entities"}, {"task": "relations"}, {"class": "boundary"},
        {"task": "entities", "class": "missed"}, {"class": "missed, no mention"},
        {"task": "relations", "class": "missed"}, {"label": "PROJECT"},
        {"class": "spurious", "label": "LOCATED_IN"}, {"genre": genres[0]},
        {"genre": genres[-1], "label": "ORG"},
    ]  # fmt: skip
    for case in cases:
        page.click("[data-part=clear]")
        choose(page, **case)
        right = [
            row
            for row in errors
            if all(row.get(k, genres[row["doc"]]) == value for k, value in case.items())
        ]
        expected = re.match(r"(\d+) errors? in (\d+)", page.inner_text("[data-part=count]"))
        assert expected.groups() == (str(len(right)), str(len({row["doc"] for row in right})))
        assert listed(page).count() == min(100, len(right))
        for name, value in case.items():  # the option tells the same number
            text = page.locator(f"[name={name}] option:checked").text_content()
            assert text.endswith(f"({len(right)})"), (name, value)


def test_search_and_confidence_leave_the_errors_that_the_data_has(report, opened, browser, errors):
    page = opened(report)
    page.wait_for_selector("mark")
    ids = [entry["id"] for entry in browser.index["documents"]]
    wording = next(row["gold"][0][1] for row in errors if row["gold"])
    for text in (ids[3].upper(), wording, "nothing has this"):
        page.fill("[name=q]", text)
        right = [
            row
            for row in errors
            if text.lower() in ids[row["doc"]]
            or any(text in name for side in SIDES for _, name in row[side])
        ]
        assert page.inner_text("[data-part=step]") == f"– of {len(right)}"
    page.click("[data-part=clear]")
    page.fill("[name=confidence]", "0.9")
    right = [row for row in errors if (row["confidence"] or 0) >= 0.9]
    assert page.inner_text("[data-part=step]") == f"– of {len(right)}"
    choose(page, order="confidence")
    shown = [text.split()[-1] for text in page.locator(".item .where").all_inner_texts()]
    wanted = sorted((row["confidence"] for row in right), reverse=True)
    assert shown == [f"{value:.2f}" for value in wanted][:100]


def test_documents_are_listed_by_errors_and_those_without_too(page_of, judged, evaluation):
    right = judged("甲公司来了。", [("甲公司", "ORG")], [("甲公司", "ORG", 0.9)], id="clean")
    page = page_of(*evaluation.documents, right)
    page.check("[name=list][value=documents]", force=True)
    sizes = [re.sub(r"\D", "", t) for t in page.locator(".item .where").all_inner_texts()]
    assert len(sizes) == 16
    assert sizes[-1] == ""
    numbers = [int(size or 0) for size in sizes]
    assert numbers == sorted(numbers, reverse=True)
    choose(page, **{"class": "no errors"})
    assert page.locator(".item .where").all_inner_texts() == ["no errors"] * numbers.count(0)
    page.locator(".item", has_text="clean").click()
    assert title(page) == "clean"
    assert page.inner_text("[data-part=counts]") == "no errors"
    assert page.locator("mark.right").count() == 2
    choose(page, **{"class": "missed"})
    assert "clean" not in page.locator(".item .top").all_inner_texts()
    sizes = [int(text.split()[0]) for text in page.locator(".item .where").all_inner_texts()]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 2


def test_the_list_turns_its_pages_and_can_be_copied(page_of, judged):
    names = [("甲公司", "ORG"), ("=乙", "ORG")] * 60
    page = page_of(judged("".join(f"{name}，" for name, _ in names), names), script="""
        navigator.clipboard.writeText = async (text) => { window.copied = text; };
    """)  # fmt: skip
    page.wait_for_selector("mark")
    assert listed(page).count() == 100
    page.click("[data-part=later]")
    assert listed(page).count() == 20
    assert page.locator("[data-part=later]").is_disabled()
    page.click("[data-part=tsv]")
    head, *rows = page.evaluate("copied").splitlines()
    assert head.split("\t")[:4] == ["document", "task", "error", "label"]
    cells = [row.split("\t") for row in rows]
    assert [row[5] for row in cells] == ["甲公司", "'=乙"] * 60
    assert {tuple(row[:4]) for row in cells} == {("d1", "mentions", "missed", "ORG")}
    assert [int(row[8]) for row in cells[:3]] == [0, 4, 7]


@pytest.mark.parametrize("clipboard", ["undefined", "{writeText: async () => { throw 1; }}"])
def test_a_place_is_copied_where_the_clipboard_is_closed(page_of, judged, clipboard):
    page = page_of(
        judged("甲", place=("a b.jsonl", 7)),
        script=f"""window.copied = [];
        Object.defineProperty(navigator, "clipboard", {{value: {clipboard}}});
        document.addEventListener("copy", () => copied.push(document.activeElement.value));
    """,
    )
    page.wait_for_selector(".line")
    button = page.locator("[data-part=links] button")
    button.click()
    page.wait_for_function("() => copied.length === 1")
    assert page.evaluate("copied") == ["a b.jsonl:7"]
    assert button.inner_text() == "Copied"
    button.filter(has_text=re.compile("^Copy$")).wait_for()


# -- a document


def test_both_columns_hold_the_text_and_every_mention(report, opened, browser):
    page = opened(report)
    page.wait_for_selector("mark")
    for entry in browser.index["documents"][:3]:
        page.evaluate("hash => { location.hash = hash; }", f"#documents?doc={entry['id']}")
        page.wait_for_function("id => document.querySelector('[data-part=title]').innerText === id",
                               arg=entry["id"])  # fmt: skip
        body = body_of(browser, entry["id"])
        for side in SIDES:
            lines = page.locator(f"[data-side={side}] .line").all_text_contents()
            assert "".join(lines) == body["text"]
            wordings = [body["text"][row[0] : row[1]] for row in body[side]["mentions"]]
            assert marked(page, side).all_text_contents() == wordings
            kinds = marked(page, side).evaluate_all("all => all.map(one => one.dataset.kind)")
            assert kinds == [row[4] for row in body[side]["mentions"]]


def test_lines_of_both_columns_stand_side_by_side(page_of, judged):
    names = [("甲园", "PARK")] * 30  # whose labels make the lines of one column longer
    page = page_of(judged("甲园、" * 30 + "\n" + "乙\n" * 3, names))
    gold, predicted = (
        page.locator(f"[data-side={side}] .line").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().top)"
        )
        for side in SIDES
    )
    assert gold == predicted == sorted(set(gold))
    assert len(gold) == 4


def test_astral_characters_and_line_feeds_keep_their_places(page_of, judged):
    text = "🏭𠮷利\n汽车🏭签约👨‍👩‍👧。\n\n乙𠮷园\n"
    gold = [("𠮷利\n汽车", "ORG"), ("乙𠮷园", "PARK")]
    page = page_of(judged(text, gold, [("汽车🏭", "ORG", 0.75), ("乙𠮷园", "PARK", 0.5)]))
    assert marked(page, "gold").all_text_contents() == ["𠮷利\n汽车", "乙𠮷园"]
    assert marked(page, "predicted").all_text_contents() == ["汽车🏭", "乙𠮷园"]
    joined = text.replace("\u200d", SIGN.format(0x200D))
    assert "".join(page.locator("[data-side=gold] .line").all_text_contents()) == joined
    wrong = marked(page, "predicted").first
    assert wrong.get_attribute("title") == "ORG, 组织, boundary, confidence 0.75"
    assert page.locator("mark.wrong").count() == 2


def test_a_curve_for_every_relation_and_the_switch_leaves_the_wrong_ones(report, opened, browser):
    page = opened(report)
    page.wait_for_selector("mark")
    entry = next(row for row in browser.index["documents"] if body_of(browser, row["id"])["gold"])
    body = body_of(browser, entry["id"])
    for choice in ("all", "wrong", "none"):
        page.check(f"[name=relations][value={choice}]", force=True)
        for side in SIDES:
            rows = body[side]["relations"]
            wrong = [row for row in rows if row[4] not in ("correct", "not counted")]
            drawn = {"all": rows, "wrong": wrong, "none": []}[choice]
            paths = page.locator(f"[data-side={side}] .relation > path")
            assert paths.count() == len(drawn)
            lengths = paths.evaluate_all("all => all.map(one => one.getTotalLength())")
            assert all(length > 5 for length in lengths)
            dashed = page.locator(f"[data-side={side}] .relation.wrong")
            assert dashed.count() == (len(wrong) if drawn else 0)
    assert len(body["gold"]["relations"]) > 3


ENDS = """all => all.map(one => {
    const { left } = one.ownerSVGElement.getBoundingClientRect();
    return [0, one.getTotalLength()].map(at => one.getPointAtLength(at).x + left);
})"""
MIDDLES = """all => all.map(one => {
    const { left, right } = one.getBoundingClientRect();
    return (left + right) / 2;
})"""


def test_a_curve_goes_from_head_to_tail_with_an_arrow_unless_symmetric(page_of, judged):
    names = [("甲公司", "ORG"), ("乙公司", "ORG"), ("丙园", "PARK")]
    rows = [(0, 1, "COOPERATES_WITH"), (0, 2, "LOCATED_IN")]
    page = page_of(judged("甲公司和乙公司签约，在丙园。", names, relations=(rows, [])))
    curves = page.locator("[data-side=gold] .relation > path")
    first, second, third = marked(page, "gold").evaluate_all(MIDDLES)
    both, single = curves.evaluate_all(ENDS)
    assert both == pytest.approx([first, second], abs=1)
    assert single == pytest.approx([first, third], abs=1)
    assert curves.nth(0).get_attribute("marker-end") is None
    tip = curves.nth(1).get_attribute("marker-end")
    assert page.locator(tip.removeprefix("url(").removesuffix(")")).count() == 1


def test_a_mention_under_the_pointer_shows_its_relations_alone(page_of, judged):
    names = [("甲公司", "ORG"), ("丙园", "PARK"), ("乙公司", "ORG"), ("丁园", "PARK")]
    rows = [(0, 1, "LOCATED_IN"), (2, 3, "LOCATED_IN")]
    sure = [(*name, 0.9) for name in names]
    guess = [(*row, 0.8) for row in rows]
    page = page_of(judged("甲公司在丙园，乙公司在丁园。", names, sure, relations=(rows, guess)))
    paths = page.locator(".relation > path")
    assert paths.count() == 0  # no wrong ones
    marked(page, "gold").nth(2).hover()
    assert paths.count() == 2  # on both sides
    assert "ORG" in page.inner_text("[data-part=detail]")
    page.locator("[data-part=title]").hover()
    assert paths.count() == 0
    marked(page, "predicted").nth(1).focus()
    assert paths.count() == 2
    page.keyboard.press("Enter")
    page.locator("[data-part=title]").hover()
    marked(page, "predicted").nth(1).evaluate("one => one.blur()")
    assert paths.count() == 2  # pressed, so it is kept
    page.keyboard.press("Escape")
    assert paths.count() == 0


FARTHEST = """() => Math.max(...[...document.querySelectorAll(".relation > path")].map((one) => {
    const corner = one.ownerSVGElement.getBoundingClientRect();
    const start = one.getPointAtLength(0);
    const [x, y] = [start.x + corner.left, start.y + corner.top];
    const marks = [...one.closest(".column").querySelectorAll("mark")];
    return Math.min(...marks.flatMap((mark) => [...mark.getClientRects()]).map((piece) => {
        const edge = Math.min(Math.abs(y - piece.top), Math.abs(y - piece.bottom));
        return Math.hypot(x - (piece.left + piece.right) / 2, edge);
    }));
}))"""


def test_curves_follow_when_the_window_changes(report, opened):
    page = opened(report)
    page.wait_for_selector(".relation")
    assert page.evaluate(FARTHEST) < 2  # pixels from a curve's start to the nearest mention
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_function(f"() => ({FARTHEST})() < 2")
    assert page.locator(".relation").count() > 3


def test_a_row_of_the_table_leads_to_both_ends(report, opened, browser, errors):
    page = opened(report)
    page.wait_for_selector("mark")
    own = [row for row in errors if row["doc"] == 0 and row["task"] == "relations"]
    rows = page.locator("[data-part=rows] tr")
    assert rows.count() == len(own) > 1
    page.locator("[data-part=rows] tr button").last.click()
    page.mouse.move(0, 0)  # the text may have come under it, and what it is on shows alone
    ends = {name for side in SIDES for _, name in own[-1][side]}
    assert set(page.locator("mark.chosen").all_text_contents()) == ends
    assert page.locator(".relation.chosen").count() >= 1
    visible = page.locator("mark.chosen").first.evaluate("""one => {
        const [a, b] = [one, one.closest("[data-part=scroll]")].map(x => x.getBoundingClientRect());
        return a.top >= b.top && a.bottom <= b.bottom;
    }""")
    assert visible


def test_hostile_texts_are_shown_and_do_nothing(page_of, judged):
    bad = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'
    name = "<b>甲</b>\u202e公\x00司\x1b"
    text = f"{bad}\n{name}\u2028{'长' * 400}{'A' * 900}\u2066\ufeff。"
    identity = "\"'><script>window.hacked=1</script>/../\u202e&amp;"
    meta = {"genre": bad, bad: identity, "source": "../../etc/passwd", "__proto__": "x"}
    one = judged(text, [(name, "ORG")], [("甲</b>", "PROJECT", 0.5)], id=identity, meta=meta,
                 place=(f"/tmp/{bad}.jsonl", 1))  # fmt: skip
    page = page_of(one, judged("乙", id="other", meta={"genre": "b"}))
    shown = re.sub(r"[\x00\x1b\u202e\u2028\u2066\ufeff]", lambda m: SIGN.format(ord(m[0])), text)
    for side in SIDES:
        column = page.locator(f"[data-side={side}].column")
        assert "".join(column.locator(".line").all_text_contents()) == shown
        assert column.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    assert title(page) == identity.replace("\u202e", SIGN.format(0x202E))
    assert bad in page.inner_text("[data-part=meta]")
    page.click(".item >> nth=0")
    page.locator("mark").first.hover()
    assert (
        page.locator("#documents img, #documents b b, #documents script:not([type])").count() == 0
    )
    assert query(page)["doc"] == identity
    page.reload()
    page.wait_for_selector("mark.chosen")
    assert title(page) == identity.replace("\u202e", SIGN.format(0x202E))
    assert page.evaluate("window.hacked") is None
    assert not re.search(r"[\u202e\u2028\u2066]", page.locator("body").inner_text())
    assert page.locator("[data-part=links] a").get_attribute("href").startswith("../")


# -- addresses and keys


def test_a_link_from_the_figures_opens_the_errors_it_counts(report, opened, errors):
    page = opened(report)
    page.wait_for_selector("mark")
    link = page.locator("#mend a[href^='#documents?']").first
    wanted = {key: value for key, (value,) in parse_qs(link.get_attribute("href")[11:]).items()}
    right = [row for row in errors if all(row[key] == value for key, value in wanted.items())]
    link.click()
    page.wait_for_selector("mark.chosen")
    assert page.inner_text("[data-part=step]") == f"1 of {len(right)}"
    assert wanted.items() <= query(page).items()
    assert page.locator(".browser").evaluate(
        "one => one.getBoundingClientRect().top < window.innerHeight"
    )


def test_an_address_opens_its_error_and_changes_with_the_choice(report, opened, browser, errors):
    ids = [entry["id"] for entry in browser.index["documents"]]
    right = [row for row in errors if row["class"] in MENTION_ERRORS and row["task"] == "entities"]
    row = right[-1]
    asked = {"task": "entities", "class": row["class"], "doc": ids[row["doc"]], "at": row["at"]}
    page = opened(report, f"#documents?{urlencode(asked)}")
    page.wait_for_selector("mark.chosen")
    assert title(page) == ids[row["doc"]]
    wording = (row["gold"] or row["predicted"])[0][1]
    assert page.locator("mark.chosen").first.text_content() == wording
    assert page.locator(".item[aria-current]").count() == 1
    first = next(row for row in errors if row["task"] == "relations")
    page.evaluate("hash => { location.hash = hash; }", "#documents?task=relations&list=documents")
    page.wait_for_selector(".relation.chosen")
    assert title(page) == ids[first["doc"]]
    assert query(page)["at"] == str(first["at"])
    assert page.locator("[name=list][value=documents]").is_checked()


def test_an_address_that_asks_for_what_there_is_not_says_so(report, opened, errors):
    asked = "#documents?task=toString&class=x&label=constructor&confidence=abc&doc=%E4%B9%99&at=x"
    page = opened(report, asked)
    page.wait_for_selector(".item")
    assert page.inner_text("[data-part=note]") == "There is no document 乙 here."
    assert page.inner_text("[data-part=step]") == f"– of {len(errors)}"
    for name in ("task", "class", "label", "confidence"):
        assert page.input_value(f"[name={name}]") == ""
    size = sum(row["task"] == "entities" for row in errors)
    text = page.locator("[name=task] option[value=entities]").text_content()
    assert text == f"mentions ({size})"


def test_j_and_k_go_through_the_errors_and_escape_lets_go(report, opened, errors):
    page = opened(report, "#documents")
    page.wait_for_selector("mark")
    for key, place in (("j", 1), ("j", 2), ("j", 3), ("k", 2)):
        page.keyboard.press(key)
        page.wait_for_function(
            "text => document.querySelector('[data-part=step]').innerText === text",
            arg=f"{place} of {len(errors)}",
        )
        assert query(page)["at"] == str(errors[place - 1]["at"])
    page.keyboard.press("Escape")
    page.wait_for_selector("mark.chosen", state="detached")
    assert "at" not in query(page)
    page.focus("[name=q]")
    page.keyboard.type("j")
    assert page.input_value("[name=q]") == "j"
    assert page.locator("mark.chosen").count() == 0


HERE = """() => {
    const one = document.activeElement;
    if (!one.closest("#browser")) return "";
    return one.dataset.part ?? (one.name || `${one.tagName}.${one.className.split(" ")[0]}`);
}"""


def test_everything_is_reached_by_tab(page_of, judged):
    names = [("甲公司", "ORG"), ("乙公司", "ORG"), ("丙园", "PARK")]
    guess = [(*name, 0.9) for name in names[:2]]
    rows = [(0, 1, "COOPERATES_WITH"), (0, 2, "LOCATED_IN")]
    one = judged("甲公司和乙公司签约，在丙园。", names, guess, relations=(rows, []),
                 place=("a.jsonl", 1), meta={"genre": "a"})  # fmt: skip
    page = page_of(one, judged("乙", meta={"genre": "b"}, id="other"))
    page.focus("[name=task]")
    seen = []
    while here := page.evaluate(HERE):
        seen.append(here)
        page.keyboard.press("Tab")
    fields = ["task", "class", "label", "genre", "confidence", "order", "q"]
    assert seen[:11] == [*fields, "list", "clear", "tsv", "list"]
    assert seen[11:14] == ["BUTTON.item"] * 3
    head = ["A.", "BUTTON.", "previous", "next", "relations", "scroll"]
    assert seen[14:20] == head
    assert Counter(seen[20:]) == {
        "MARK.wrong": 1,
        "MARK.right": 4,
        "BUTTON.copy": 1,
        "BUTTON.plain": 2,
    }
    page.locator(".item").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("mark.chosen")
    assert page.evaluate("() => document.activeElement.matches('.item[aria-current]')")


# -- many documents, old browsers, looks


def test_of_a_thousand_documents_only_the_first_chunk_is_inflated(page_of, thousand):
    page = page_of(*thousand)
    assert listed(page).count() == 100
    left = page.locator("script[data-chunk]").evaluate_all(
        "all => all.map(one => one.dataset.chunk)"
    )
    assert left == [str(i) for i in range(1, 50)]
    page.evaluate("() => { location.hash = '#documents?doc=joined-999'; }")
    page.wait_for_function(
        "() => document.querySelector('[data-part=title]').innerText === 'joined-999'"
    )
    assert page.locator("script[data-chunk]").count() == 48
    size = sum(map(len, page.locator("[data-side=gold] .line").all_text_contents()))
    assert size == len(thousand[-1].gold.text)


CLICK_BOTH = """() => new Promise((done) => {
    const parse = JSON.parse;
    JSON.parse = (text) => {
        JSON.parse = parse;
        setTimeout(done); // when all that waits for the chunk has run
        return parse(text);
    };
    const items = document.querySelectorAll(".item");
    items[99].click(); // in a chunk that is still packed
    items[1].click();
})"""


def test_a_slow_chunk_does_not_replace_what_was_asked_for_later(page_of, thousand):
    page = page_of(*thousand, fragment="#documents?list=documents")
    page.wait_for_selector(".item")
    page.evaluate(CLICK_BOTH)
    assert title(page) == page.locator(".item .top").nth(1).inner_text()
    assert page.locator("script[data-chunk]").count() == 48


def test_a_browser_that_cant_inflate_is_told_so(page_of, evaluation):
    page = page_of(*evaluation.documents[:2], script="delete window.DecompressionStream;")
    note = page.locator("[data-part=note]")
    note.wait_for()
    assert "lacks DecompressionStream" in note.inner_text()
    assert page.locator("[data-part=side]").is_hidden()


def test_a_damaged_page_says_so(evaluation, opened, tmp_path):
    path = tmp_path / "report.html"
    write_report(path, Evaluation(evaluation.numbers, evaluation.documents[:2]), ABOUT)
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'(data-chunk="0">.{60})', r"\1AAAA", text), encoding="utf-8")
    page = opened(path)
    note = page.locator("[data-part=note]")
    note.wait_for()
    assert note.inner_text().startswith("The documents can't be shown: ")


def test_a_picture_of_the_page_has_colours(report, opened, tmp_path):
    page = opened(report, "#documents?task=relations")
    page.wait_for_selector(".relation.chosen")
    shot = page.screenshot(path=tmp_path / "page.png")
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    assert image.size == (1440, 900)
    tints = {
        pixel
        for size, pixel in image.getcolors(image.width * image.height)
        if size > 20 and max(pixel) - min(pixel) > 40
    }
    assert len(tints) > 10
    # in three columns: the list, gold and predicted
    for left in (60, 500, 1000):
        part = image.crop((left, 250, left + 300, 800))
        assert len(part.getcolors(part.width * part.height)) > 50
