import base64
import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from lxml import html

from zonekg.offline import json_block, plain
from zonekg.report.page import picture, render

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}{% raw %}\u202etxt.exe\x00'\"&amp;"
SHOWN = "</script><img src=x onerror=alert(1)>{{7*7}}{% raw %}⟨U+202E⟩txt.exe⟨U+0000⟩'\"&amp;"
BASE = {
    "title": "Evaluation",
    "subtitle": "a model on gold",
    "warning": "",
    "facts": [("Documents", "3")],
    "nav": [("read", "How to read this")],
    "about": {"date": "2024-05-01", "command": "zonekg evaluate", "version": "0.1.0"},
}


def parse(page):
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


def policy(tree):
    (text,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    return dict(part.split(" ", 1) for part in text.split("; "))


# -- the page


def test_the_policy_allows_the_scripts_of_the_page_and_nothing_else():
    tree = parse(render("base.html.j2", **BASE))
    rules = policy(tree)
    scripts = [script.text for script in tree.iter("script")]
    assert len(scripts) == 2
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    known = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    assert rules == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "script-src": known,
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_every_script_that_a_page_asks_for_is_in_the_policy():
    tree = parse(render("base.html.j2", scripts=["page.js"], styles=["page.css"], **BASE))
    scripts = list(tree.iter("script"))
    assert len(scripts) == len(policy(tree)["script-src"].split()) == 3
    assert len(list(tree.iter("style"))) == 2


def test_a_page_begins_with_its_encoding_and_policy():
    page = render("base.html.j2", **BASE)
    assert page.lstrip().startswith("<!doctype html>")
    head = [(tag.tag, *tag.values()) for tag in parse(page).find("head")]
    assert head[0] == ("meta", "utf-8")
    assert head[1][1] == "Content-Security-Policy"
    assert ("meta", "viewport", "width=device-width, initial-scale=1") in head
    assert ("meta", "color-scheme", "light") in head


@pytest.mark.parametrize("place", ["title", "subtitle", "warning", "facts", "nav", "about"])
def test_hostile_text_is_shown_as_text_wherever_it_stands(place):
    values = {
        "facts": [(HOSTILE, HOSTILE)],
        "nav": [(HOSTILE, HOSTILE)],
        "about": dict.fromkeys(BASE["about"], HOSTILE),
    }
    page = render("base.html.j2", **BASE | {place: values.get(place, HOSTILE)})
    tree = parse(page)
    assert len(list(tree.iter("script"))) == 2
    assert not list(tree.iter("img"))
    assert SHOWN in tree.text_content()
    assert not set("\u202e\x00") & set(page)
    assert "onerror" not in {name for tag in tree.iter() for name in tag.attrib}


def test_a_lone_surrogate_of_a_file_name_does_not_stop_the_page():
    page = render("base.html.j2", **BASE | {"subtitle": "models/\udcff"})
    assert "models/⟨U+DCFF⟩" in page
    page.encode()


def test_what_the_template_wants_must_be_there():
    with pytest.raises(UndefinedError, match="subtitle"):
        render("base.html.j2", **{k: v for k, v in BASE.items() if k != "subtitle"})


def test_none_and_nan_are_shown_as_a_dash():
    facts = [("one", None), ("two", float("nan")), ("three", 0)]
    tree = parse(render("base.html.j2", **BASE | {"facts": facts}))
    shown = [tag.text_content() for tag in tree.iterfind(".//dl[@class='facts']//dd")]
    assert shown == ["–", "–", "0"]


def test_the_same_context_gives_the_same_page():
    assert render("base.html.j2", **BASE) == render("base.html.j2", **BASE)


def test_plain_text_stays_as_it_is():
    for text in ("吕梁经济技术开发区 3,000\n\t亿元", "𠮷林🏭", "a  b"):
        assert plain(text) == text


# -- data for scripts

TEXTS = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    ["</script>", "<!--<script>", "]]>", "\u2028\u2029", "\ud800", "\x00", "&lt;", "\u202e"]
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(DATA)
def test_data_comes_out_of_the_page_as_it_went_in(data):
    block = json_block("data", data)
    assert block.isascii()
    tree = parse(f"<!doctype html><body><p>before</p>{block}<p>after</p></body>")
    (script,) = tree.iter("script")
    assert dict(script.attrib) == {"type": "application/json", "id": "data"}
    assert json.loads(script.text) == data
    assert [tag.text for tag in tree.iter("p")] == ["before", "after"]
    inside = re.sub("^<[^>]*>|</script>$", "", str(block))
    assert not set("<>&\u2028\u2029") & set(inside)


def test_the_name_of_a_block_can_not_leave_its_attribute():
    (script,) = parse(json_block('"><img src=x>', 1)).iter("script")
    assert script.get("id") == '"><img src=x>'


def test_numbers_that_json_lacks_are_refused():
    with pytest.raises(ValueError, match="JSON"):
        json_block("data", [float("nan")])


# -- pictures

SVG = b"""<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://a/b.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 viewBox="0 0 40 20" width="40pt" height="20pt"><metadata>x</metadata>
 <defs><style>* {fill: red}</style><clipPath id="c"><rect width="9" height="9"/></clipPath>
 <path id="m" d="M 0 0
L 1 1"/></defs>
 <!-- comment --><g id="unused" clip-path="url(#c)"><use xlink:href="#m"/></g>
 <text style="font-size: 11px; font-family: 'A B', serif; fill: #123456">&lt;b&gt; &#22253;</text>
 <text style="font: bold 12px 'C'">x</text></svg>"""


def test_a_picture_in_a_page_has_its_own_ids_and_the_font_of_the_page():
    page = f"<body>{picture(SVG, 'one', 'F1 <by> label')}{picture(SVG, 'two', 'other')}</body>"
    tree = parse(page)
    ids = tree.xpath("//@id")
    assert sorted(ids) == ["one-c", "one-m", "two-c", "two-m"]
    assert tree.xpath("//use/@href") == ["#one-m", "#two-m"]
    assert tree.xpath("//g/@clip-path") == ["url(#one-c)", "url(#two-c)"]
    assert not tree.xpath("//style | //metadata | //comment()")
    assert tree.xpath("//text/@style")[:2] == ["font-size: 11px; fill: #123456", "font-size: 12px"]
    assert tree.xpath("//text/text()")[0] == "<b> 园"
    assert "http:" not in page


def test_a_picture_says_what_it_shows():
    (svg,) = parse(picture(SVG, "one", "F1 <by> label \u202e")).iter("svg")
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == svg.findtext("title") == "F1 <by> label ⟨U+202E⟩"
    assert (svg.get("width"), svg.get("height"), svg.get("viewbox")) == ("40", "20", "0 0 40 20")
