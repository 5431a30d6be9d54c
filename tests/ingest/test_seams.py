"""The evidence that two pieces of text are one sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.ingest import read_page
from zonekg.ingest.seams import seam_score
from zonekg.lexicon import words

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def paragraphs():
    return [
        article.text[block.start : block.end]
        for path in sorted((ROOT / "seeds").glob("*.txt"))
        for article in read_page(path)
        for block in article.blocks
        if block.kind == "body"
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("原平经济技术开发区与晋川合成材", "料股份有限公司签订的"),
        ("引进高品质蓝宝石相关上游原材料产", "业。成立于2022年8月的"),
        ("三要突出问题导", "向，用好“四全工作法”"),
        ("推进项", "目建设再提速，在21个"),
        ("阳泉市举行2024", "年第二次“三个一批”活动"),
        ("总投资3", "32亿元"),
        ("开工率达到59", "%，完成投资"),
        ("时间是二〇二四年五月十", "日"),
        ("一家做Lith", "ium电池的企业"),
        ("阳泉东区智慧物流产业园（一期", "）项目占地256.5亩"),
        ("会议通报了进展情况", "，部署了下一步工作"),
        ("他说：“项目", "”二字最重"),
        ("一行来到康博特新材料", "有限责任公司"),
    ],
)
def test_what_surely_goes_on(left, right):
    assert seam_score(left, right) >= 3


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("聚焦“急难", "愁盼”，深化"),
        ("重点实验室等项目的", "申报方面"),
        ("即“三个", "一批”活动"),
        ("涉及新能源、", "新材料等领域"),
        ("开工率52.", "2%，完成投资"),
    ],
)
def test_what_likely_goes_on(left, right):
    assert seam_score(left, right) >= 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("推动经济高质量发展", "会议强调，各部门要靠前服务"),
        ("奋力实现首季开门红。", "今年，全区谋划项目16个"),
        ("吕梁市开发区", "据了解，本次活动共签约"),
        ("促进产业发展和投资", "5月10日，太原市举行"),
        ("全面提升服务", "“我们将抢抓黄金期”"),
        ("企业纷纷落户", "一是集中力量抓项目"),
    ],
)
def test_what_begins_anew(left, right):
    assert seam_score(left, right) < 0


def test_nothing_joins_nothing():
    assert seam_score("", "") == seam_score("开发区", "") == seam_score("", "开发区") == 0


def test_only_the_bracket_left_open_counts_as_closed():
    assert seam_score("（一期", "甲乙）") > seam_score("（一期）", "甲乙）")
    assert seam_score("（一期", "甲乙）") > seam_score("（一期", "（甲乙）")


def test_a_cut_inside_a_word_is_seen(paragraphs):
    """Of all words of two characters in the seed pages, nearly every cut through one shows."""
    cuts = [
        seam_score(text[:i], text[i:])
        for text in paragraphs
        for i in range(1, len(text))
        if text[i - 1 : i + 1] in words()
    ]
    assert len(cuts) > 2500
    assert sum(score >= 1 for score in cuts) > 0.99 * len(cuts)
    assert sum(score >= 3 for score in cuts) > 0.9 * len(cuts)


def test_whole_paragraphs_do_not_go_on_with_each_other(paragraphs):
    pairs = [(a, b) for a in paragraphs for b in paragraphs if a is not b]
    assert len(pairs) > 1000
    assert all(seam_score(a, b) < 1 for a, b in pairs)


@given(st.text(), st.text())
def test_any_two_texts_have_a_score(left, right):
    assert -3 <= seam_score(left, right) <= 20
    assert seam_score(left, right) == seam_score(left, right)


@given(st.text(min_size=100), st.text(min_size=1), st.text())
def test_far_text_without_brackets_does_not_count(far, left, right):
    plain = far.translate(dict.fromkeys(map(ord, "“”‘’（）()《》【】「」")))
    near = left[-7:].rjust(7, "甲")
    assert seam_score(plain + near, right) == seam_score(near, right)
