import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Span

from zonekg.components.project_states import project_states_of
from zonekg.components.project_states.cues import find_cues
from zonekg.components.project_states.dates import find_dates, published
from zonekg.docs import groups
from zonekg.states import STATUSES


@pytest.fixture
def told(marked):
    """A function: marked text -> for each project's tag number its state, by text order."""

    def run(body, date="2025-03-20"):
        return list(project_states_of(marked(body, date=date)).values())

    return run


@pytest.fixture
def status(told):
    return lambda body, **options: [state.status for state in told(body, **options)]


@pytest.fixture
def events(told):
    """A function: marked text -> for each project its events as one text."""

    def run(body, **options):
        return [
            "; ".join(f"{e.status} {e.date}{' planned' * e.planned}" for e in state.events)
            for state in told(body, **options)
        ]

    return run


# -- status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[P1|甲项目]]正在办理环评手续。", "planned"),
        ("[[P1|甲项目]]已完成备案。", "planned"),
        ("该公司中标[[P1|甲工程]]。", "planned"),
        ("双方签订[[P1|甲项目]]投资协议。", "signed"),
        ("园区成功引进[[P1|甲项目]]。", "signed"),
        ("[[P1|甲项目]]完成土地摘牌。", "signed"),
        ("昨天，[[P1|甲项目]]破土动工。", "started"),
        ("[[P1|甲项目]]打下第一根桩。", "started"),
        ("[[P1|甲项目]]主体封顶。", "under_construction"),
        ("[[P1|甲项目]]的钢结构完成六成。", "under_construction"),
        ("[[P1|甲项目]]正在安装设备。", "under_construction"),
        ("[[P1|甲项目]]进入试生产。", "completed"),
        ("园区建成[[P1|甲项目]]。", "completed"),
        ("[[P1|甲项目]]通过竣工验收。", "completed"),
        ("[[P1|甲项目]]总投资三亿元，占地百亩。", "none"),
        ("企业又上马[[P1|甲项目]]。", "none"),
    ],
)
def test_the_words_beside_a_project_tell_its_status(status, text, expected):
    assert status(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[P1|甲项目]]投产后年产值两亿元。", "none"),
        ("[[P1|甲项目]]尚未开工。", "none"),
        ("[[P1|甲项目]]由乙队负责施工单位的协调。", "none"),
        ("[[P1|甲项目]]预计年底投产。", "none"),
        ("[[P1|甲项目]]力争明年开工。", "planned"),
        ("[[P1|甲项目]]已签约，计划六月开工。", "signed"),
        ("[[P1|甲项目]]签订了两亿元的供货合同。", "none"),
    ],
)
def test_what_is_foreseen_denied_or_of_others_is_no_status(status, text, expected):
    assert status(text) == [expected]


def test_the_latest_of_several_steps_is_the_status(status):
    assert status("[[P1|甲项目]]去年签约，今年1月动工，目前主体封顶。") == ["under_construction"]


def test_the_cue_stands_in_the_text(marked):
    doc = marked("昨天，[[P1|甲项目]]破土动工。")
    (state,) = project_states_of(doc).values()
    assert doc.text[state.start : state.end] in ("破土", "动工")


def test_names_tell_nothing(status):
    assert status("[[P1|竣工路改造]]和[[P2|已投产厂房改造]]总投资三亿元。") == ["none", "none"]


# -- whose status it is


def test_a_row_of_projects_shares_what_is_said_of_it(status):
    body = "[[P1|甲项目]]、[[P2|乙项目]]和[[P3|丙工程]]等项目竣工，[[P4|丁项目]]封顶。"
    assert status(body) == ["completed"] * 3 + ["under_construction"]


def test_each_project_of_a_sentence_has_its_own(status):
    body = "[[P1|甲项目]]试生产，[[P2|乙项目]]封顶，[[P3|丙项目]]正在招标。"
    assert status(body) == ["completed", "under_construction", "planned"]


def test_the_cue_of_a_park_in_between_is_not_the_projects(status):
    body = "[[P1|甲项目]]签约，[[K1|乙产业园]]竣工。"
    assert status(body) == ["signed"]


def test_the_next_sentences_speak_of_the_project(status):
    body = "记者来到[[P1|甲项目]]。车间里十分安静。目前设备安装过半。"
    assert status(body) == ["under_construction"]


def test_a_project_of_two_names_has_one_state(told):
    body = "[[P1|甲乙丙丁产业园一期项目]]去年签约。\n如今，[[P1|一期]]已投产。"
    assert [state.status for state in told(body)] == ["completed"]


def test_the_news_covers_the_projects_that_are_listed(status):
    body = (
        "甲县12个项目集中签约\n本报讯 3月18日，甲县举行集中签约活动，12个项目总投资九亿元。\n"
        "[[O1|乙公司]]的[[P1|电池项目]]投资两亿元；[[P2|物流项目]]投资一亿元；[[P3|丙厂房]]已封顶。"
    )
    assert status(body) == ["signed", "signed", "under_construction"]


def test_a_statistic_is_no_news(status):
    body = "截至3月底，全县项目开工35个。\n[[P1|甲项目]]总投资九亿元。"
    assert status(body) == ["none"]


def test_broken_lines_make_no_difference(status):
    flowing = (
        "今年以来甲乙丙丁县各个开发区的工地上一片繁忙景象记者看到[[P1|电池项目]]"
        "的厂房在春风里格外醒目而且一天一个样子目前各项工作都在往前赶，主体已经封顶。"
    )
    text = "\n".join([flowing] * 2)
    broken = text.replace("记者看到", "记者看到\n").replace("春风里", "春风里\n")
    assert status(text) == status(broken) == ["under_construction"]


# -- events


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3月18日，[[P1|甲项目]]动工。", "started 2025-03-18"),
        ("昨日，[[P1|甲项目]]动工。", "started 2025-03-19"),
        ("18日上午，[[P1|甲项目]]动工。", "started 2025-03-18"),
        ("去年10月，[[P1|甲项目]]签约。", "signed 2024-10"),
        ("[[P1|甲项目]]上月签约。", "signed 2025-02"),
        ("[[P1|甲项目]]去年签约，今年1月动工。", "signed 2024; started 2025-01"),
        ("[[P1|甲项目]]计划明年三季度投用。", "completed 2026-Q3 planned"),
        ("[[P1|甲项目]]力争上半年开工。", "started 2025-H1 planned"),
        ("[[P1|甲项目]]年底前竣工。", "completed 2025 planned"),
        ("[[P1|甲项目]]预计国庆前投产。", "completed 2025-10-01 planned"),
        ("[[P1|甲项目]]将于５月封顶。", "under_construction 2025-05 planned"),
        ("[[P1|甲项目]]二〇二四年六月获批。", "planned 2024-06"),
        ("[[P1|甲项目]]于“十四五”期间末建成。", "completed 2025 planned"),
        ("[[P1|甲项目]]已经竣工。", ""),
        ("[[P1|甲项目]]工期420天。", ""),
        ("截至2月底，[[P1|甲项目]]完成投资两亿元。", ""),
        ("[[P1|甲项目]]2024年度计划投资两亿元，正在施工。", ""),
    ],
)
def test_a_dated_step_is_an_event(events, text, expected):
    assert events(text) == [expected]


def test_the_day_of_the_news_dates_the_steps_of_the_listed(events):
    body = (
        "甲区9个项目集中开工\n本报讯 3月18日上午，甲区举行2025年一季度项目集中开工活动。\n"
        "同批动工的还有[[P1|电池项目]]和[[P2|物流项目]]；[[P3|丙厂房]]去年底已投产。"
    )
    assert events(body) == ["started 2025-03-18"] * 2 + ["completed 2024"]


def test_the_date_above_a_list_dates_the_steps_below(events):
    body = (
        "甲区签约忙\n本报讯 3月18日，甲区同两家公司签约。\n"
        "[[P1|电池项目]]和[[P2|物流项目]]是签约的两个。[[P3|丙厂房]]已封顶。"
    )
    assert events(body) == ["signed 2025-03-18"] * 2 + [""]


def test_the_year_of_a_review_dates_what_it_counts(events):
    body = (
        "甲区2023年工作总结\n一年来，成绩不小。\n"
        "[[P1|甲项目]]竣工，[[P2|乙项目]]封顶。\n明年再加油。"
    )
    assert events(body, date="2024") == ["completed 2023", "under_construction 2023"]


def test_a_date_belongs_to_the_cue_beside_it(events):
    assert events("2月，[[P1|甲项目]]签约，目前已封顶。") == ["signed 2025-02"]


def test_the_place_of_the_date_is_told(marked):
    doc = marked("今年1月，[[P1|甲项目]]动工。", date="2025-03-20")
    (event,) = project_states_of(doc)[0].events
    assert doc.text[event.start : event.end] == "今年1月"


# -- dates


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("本报3月13日讯 昨天开工。5月1日投产。", "2025", "2025-03-13"),
        ("甲批复\n同意建设。\n二〇二〇年七月三日", "", "2020-07-03"),
        ("任何文字", "2021-02-03", "2021-02-03"),
        ("没有日期", "2021", "2021"),
        ("没有日期", "", ""),
        ("本报13月45日讯", "2021", "2021"),
        ("五月的南方，雨说来就来。", "2022", "2022-05"),
    ],
)
def test_the_date_of_an_article(text, known, expected):
    assert published(text, known) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2024年5月6日", "2024-05-06"),
        ("２０２４年５月", "2024-05"),
        ("二〇二四年十一月二十一日", "2024-11-21"),
        ("前年", "2021"),
        ("明年夏天", "2024"),
        ("今年春节前", "2023-01"),
        ("“五一”前后", "2023-05"),
        ("第四季度", "2023-Q4"),
        ("下月", "2023-06"),
        ("月底前", "2023-05"),
        ("三天前", "2023-05-03"),
        ("两年前", "2021"),
        ("次年5月", "2024-05"),
        ("2024年2月30日", ""),
        ("1至5月", ""),
        ("2012年起", ""),
    ],
)
def test_date_words(words, expected):
    assert "".join(found.date for found in find_dates(words, "2023-05-06")) == expected


def test_without_the_articles_date_only_full_ones_count():
    text = "去年签约，5月动工，2024年6月投产。"
    assert [found.date for found in find_dates(text, "")] == ["2024-06"]


def test_a_bare_month_follows_what_stands_before_it():
    dates = find_dates("去年9月签约，11月动工，明年3月投产。", "2025-06-01")
    assert [found.date for found in dates] == ["2024-09", "2024-11", "2026-03"]


# -- anything

PIECES = [
    "开工", "签约", "正在", "预计", "集中", "3个项目", "去年", "年底", "13月45日", "二月三十日",
    "十十月", "99日", "当天", "次日", "、", "，", "。", "\n", "□", "■", "甲项目", "2024年", "0",
    "〇", "月", "日",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["", "2024", "2024-02-29"]))
def test_no_text_is_too_strange(nlp, pieces, known):
    text = "".join(pieces)
    assert all(0 <= d.start < d.end <= len(text) for d in find_dates(text, published(text, known)))
    assert all(0 <= cue.start < cue.end <= len(text) for cue in find_cues(text, 0, len(text)))
    doc = nlp(text)
    spans = [i for i in range(len(text)) if text.startswith("甲项目", i)]
    doc.set_ents([Span(doc, i, i + 3, label="PROJECT") for i in spans])
    states = project_states_of(doc)
    assert sorted(states) == sorted(set(groups(doc)))
    for state in states.values():
        assert state.status in STATUSES
        assert 0 <= state.start <= state.end <= len(text)
