"""What holds of every page, and what the two seed pages must give."""

import re
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zonekg.errors import InputError
from zonekg.ingest import page_to_articles, read_page
from zonekg.ingest.reading import read_text

ROOT = Path(__file__).parents[2]
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
FILES = SEEDS + sorted((Path(__file__).parent / "layouts").glob("*.txt"))
NEWLINES = ["\r", "\r\n", "\x85", "\u2028", "\u2029", "\v"]

TEXTS = {path.stem: read_text(path)[0] for path in FILES}
LINES = sorted({line for text in TEXTS.values() for line in text.splitlines() if line.strip()})
MARKS = [
    "# ", "## 标题", "**强调**", "**", "——副题", "一、", "1.甲", "①乙", "编者按", "---", "***",
    "![](a.png)", "<b>", "（下转A3版）", "（上接A1版）", "(下转D3版)", "紧接第二版",
    "（转第六版）", "接第二版", "第3版", "■ 吴珊珊", "图为项目现场。", "李明 摄", "本报记者 李明",
    "（李明）", "王 芳", "科学导报讯", "5月10日", "2024年5月10日 星期五", "责编：张三", "A",
    "word", "a b", "。", "，", "：", "12", "亿元", "𠮷", "e\u0301", "👩\u200d👩\u200d👧", "\xa0",
    "  ", "\u3000\u3000", "\t", "\x1c", "\0", "\x07", "\x9f", "\u200b", "\ufeff", "\u2060",
    "\ufffe",
]  # fmt: skip
ENDS = ["\n", "\n\n", "\n\n\n", "\f", " ", "\u3000", "", *NEWLINES]


def pages(ends=ENDS):
    line = st.sampled_from(LINES)
    at = st.floats(0, 1)
    parts = st.one_of(
        line,
        st.sampled_from(MARKS),
        st.builds(lambda text, share: text[: int(share * len(text))], line, at),
        st.builds(lambda text, share: text[int(share * len(text)) :], line, at),
        st.text(max_size=8),
    )
    rows = st.lists(st.tuples(parts, st.sampled_from(ends)), max_size=25)
    return rows.map(lambda rows: "".join(part + end for part, end in rows))


def read(text):
    return page_to_articles(text, "page.txt", "utf-8")


def check_that_ink_stands_once(text):
    page = read(text)
    times = Counter()
    for article in page:
        for piece in article.pieces:
            times.update(range(piece.file_start, piece.file_start + piece.length))
    for row in page.dropped:
        times.update(range(row.start, row.end))
    wrong = [(i, c, times[i]) for i, c in enumerate(text) if not c.isspace() and times[i] != 1]
    assert not wrong, "(offset, character, times)"


def check_that_text_is_the_files(text):
    for article in read(text):
        placed = set()
        for piece in article.pieces:
            assert piece.length > 0
            for i in range(piece.start, piece.start + piece.length):
                there = text[article.place(i)]
                assert article.text[i] == there or (article.text[i] + there).isspace()
                placed.add(i)
        between = {block.end for block in article.blocks}
        for i in set(range(len(article.text))) - placed:
            assert article.text[i] == "\n"
            assert i in between
            assert article.place(i) == article.place(i - 1) + 1


def check_that_blocks_cover_the_text(text):
    for article in read(text):
        assert article.blocks[0].start == 0
        assert article.blocks[-1].end == len(article.text)
        for before, after in pairwise(article.blocks):
            assert after.start == before.end + 1
            assert article.text[before.end] == "\n"
        for block in article.blocks:
            quote = article.text[block.start : block.end]
            assert quote == quote.strip() != ""
        for before, after in pairwise(article.pieces):
            assert before.start + before.length <= after.start


def check_what_is_listed(text):
    page = read(text)
    assert list(page.dropped) == sorted(page.dropped)
    for row in page.dropped:
        assert row.reason
        assert row.text.split() == text[row.start : row.end].split()
    starts = [min(p.file_start for p in article.pieces) for article in page]
    assert starts == sorted(starts)
    for article in page:
        assert re.fullmatch(r"(\d{4}(-\d\d-\d\d)?)?", article.date)
        assert 1 <= article.page <= 1 + text.count("\f")
        assert article.title


def check_that_ids_are_unique_and_stable(text):
    page = read(text)
    assert page == read(text)
    ids = [article.id for article in page]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in ids)


CHECKS = [
    check_that_ink_stands_once,
    check_that_text_is_the_files,
    check_that_blocks_cover_the_text,
    check_what_is_listed,
    check_that_ids_are_unique_and_stable,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
@pytest.mark.parametrize("name", TEXTS)
def test_law_on_every_file(name, check):
    check(TEXTS[name])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
@given(text=pages())
@example(text="\ufeff开发区建设\u200b\n\u2060\n项目")
@example(text="word\x07\fword")
@example(text="# \x9f\n项目")
@example(text="**\u3000** \n项目")
@example(text="（下转A3版） （下转A3版）")
@example(text="（转第六版）")
@example(text="接第二版")
def test_law_on_any_page(check, text):
    check(text)


def seen(text):
    """A page without what its line ends change: offsets and ids."""
    page = read(text)
    keys = ("title", "text", "page", "date", "byline", "blocks", "continued_on", "continued_from")
    rows = [[getattr(article, key) for key in keys] for article in page]
    return rows, [(row.reason, row.text) for row in page.dropped]


def with_line_feeds(text):
    return re.sub(r"\r\n|[\r\v\x85\u2028\u2029]", "\n", text)


@pytest.mark.parametrize("newline", NEWLINES, ids=ascii)
@pytest.mark.parametrize("name", TEXTS)
def test_every_line_end_gives_the_same_articles(name, newline):
    text = with_line_feeds(TEXTS[name])
    assert seen(text.replace("\n", newline)) == seen(text)


@given(pages(ends=["\n", "\n\n", "\f", " "]), st.sampled_from(NEWLINES))
def test_every_line_end_gives_the_same_articles_of_any_page(text, newline):
    text = with_line_feeds(text)
    assert seen(text.replace("\n", newline)) == seen(text)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_form_feeds_between_articles_only_count_pages(seed):
    text = TEXTS[seed.stem]
    before = list(read(text))
    for article in reversed(before[1:]):
        start = text.rindex("\n", 0, min(piece.file_start for piece in article.pieces))
        text = f"{text[:start]}\f{text[start + 1 :]}"
    after = list(read(text))
    assert [(a.title, a.text, a.byline) for a in after] == [
        (a.title, a.text, a.byline) for a in before
    ]
    assert [a.page for a in after] == list(range(1, len(before) + 1))


def test_ids_tell_places_and_files_apart():
    article = "科学导报讯 5月10日，开发区举行集中开工仪式，总投资3亿元。王旭\n\n"
    once, twice = read(article), read(article * 2)
    assert [a.text for a in twice] == [a.text for a in once] * 2
    assert twice.articles[0].id == once.articles[0].id != twice.articles[1].id
    other = page_to_articles(article, "other.txt", "utf-8")
    assert other.articles[0].id != once.articles[0].id


def test_an_id_does_not_depend_on_where_the_folder_lies(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.txt").write_bytes(SEEDS[0].read_bytes())
    one, two = (read_page(tmp_path / n / "page.txt", tmp_path / n) for n in ("one", "two"))
    assert one == two
    assert one.source == "page.txt"


# -- the seed pages


@pytest.fixture(scope="module")
def first():
    return read_page(SEEDS[0])


@pytest.fixture(scope="module")
def second():
    return read_page(SEEDS[1])


def blocks(article, kind):
    return [article.text[b.start : b.end] for b in article.blocks if b.kind == kind]


def dropped(page, *reasons):
    return [row.text for row in page.dropped if row.reason in reasons]


def test_articles_of_the_first_page(first):
    assert [(a.title, a.byline) for a in first] == [
        ("项目建设满弓劲发强力推进", "吴珊珊 刘梦琪"),
        (
            "省政府副秘书长、山西转型综改示范区党工委副书记、管委会主任范兆森 "
            "在“投资中国”系列活动中 推介山西转型综改示范区",
            "",
        ),
        ("吕梁经济技术开发区 召开一季度经济运行分析会", "王旭"),
        ("古县经济技术开发区 10个重点项目集中开复工", "贺玉斌"),
        ("云冈经济技术开发区 持续推动省校合作 共铸强大创新引擎", "李恒松"),
    ]


def test_articles_of_the_second_page(second):
    assert [(a.title, a.byline) for a in second] == [
        ("全省开发区2024年第二次“三个一批”活动暨全省重点工程项目调度会举行", "张巨峰"),
        ("太原： 14个项目签约 加快培育和发展新质生产力", "王媛"),
        ("忻州： 项目总数61个 总投资148.17亿元", "畅雪"),
        ("强化项目建设力度 积蓄经济发展动能", ""),
        ("阳泉： 集中签约项目15个 总投资77.01亿元", "郭强"),
        ("朔州： 项目总数37个 总投资88.34亿元", "刘成根"),
        ("晋中： 项目总数60个 总投资280.8亿元", "郝光明"),
        ("吕梁： 项目总数32个 总投资47.97亿元", "李全明"),
    ]


@pytest.mark.parametrize(
    ("seed", "number", "phrase"),
    [
        (0, 0, "桩基工程已完成总进度的80%；阳泉东区智慧物流产业园（一期）项目已完成平台打造"),
        (0, 0, "引进高品质蓝宝石相关上游原材料产业。成立于2022年8月的康博特阳泉新材料有限责任公司"),
        (0, 0, "抢抓建设施工‘黄金期’，推进项目建设再提速，在21个续建项目"),
        (0, 3, "聚焦“急难愁盼”，深化“妈妈式”服务"),
        (0, 4, "协同创新中心等项目的申报方面和共同推进"),
        (1, 0, "三要突出问题导向，用好“四全工作法”"),
        (1, 0, "省重点工程项目总指挥部办公室通报了"),
        (1, 2, "原平经济技术开发区与晋川合成材料股份有限公司签订的"),
        (1, 4, "阳泉市举行2024年第二次“三个一批”活动"),
    ],
)
def test_sentences_that_the_layout_cut_are_whole(seed, number, phrase, first, second):
    page = (first, second)[seed]
    assert phrase not in SEEDS[seed].read_text(encoding="utf-8")
    bodies = blocks(page.articles[number], "body")
    assert sum(phrase in body for body in bodies) == 1
    assert all(phrase not in a.text for i, a in enumerate(page) if i != number)


@pytest.mark.parametrize(
    "name", ["晋川合成材料股份有限公司", "原材料产业", "推进项目建设", "桩基工程已完成总进度的80%"]
)
def test_names_that_the_layout_cut_point_at_both_pieces(name, first, second):
    found = 0
    for page, seed in zip((first, second), SEEDS, strict=True):
        text = seed.read_text(encoding="utf-8")
        for article in page:
            for match in re.finditer(re.escape(name), article.text):
                places = article.places(*match.span())
                assert "".join(text[a:b] for a, b in places) == name
                found += len(places) > 1
    assert found == 1


def test_the_jump_is_kept(second):
    *others, last = second
    assert last.continued_on == "D3版"
    assert blocks(last, "jump") == ["(下转D3版)"]
    assert [a.continued_on + a.continued_from for a in others] == [""] * 7


def test_the_captions_are_blocks_of_the_article_they_interrupt(first, second):
    assert [blocks(a, "caption") for a in first] == [
        [
            "太行世纪（阳泉）年产10GWh动力储能两用高端固态锂（钠）离子电池生产线项目现场，"
            "工人正在进行桩基施工。 ■ 吴珊珊"
        ],
        *[[]] * 4,
    ]
    assert [blocks(a, "caption") for a in second] == [
        ["5月10日，省委副书记、省长金湘军宣布康佳智慧科技城项目启动。 ■ 阮洋摄"],
        *[[]] * 7,
    ]


def test_the_furniture_is_listed(first, second):
    assert dropped(first, "masthead", "page furniture") == [
        "开发区建设",
        "专刊",
        "打造开发区建设升级版",
        "决胜高质量发展新战场",
        "山西省商务厅 指导",
        "2024年第14期 邮发代号：21-465 投稿邮箱：kfqsjszk@163.com",
    ]
    assert dropped(second, "masthead", "page furniture") == [
        "山西省商务厅 指导",
        "# 开发区建设",
        "专刊",
        "打造开发区建设升级版",
        "决胜高质量发展新战场",
        "2024年第18期 邮发代号：21-465 投稿邮箱：kfjzsk@163.com",
    ]
    assert dropped(second, "markup") == ["##", "##"]
    assert len(first.dropped) + len(second.dropped) == 14


def test_headlines_around_the_titles(first, second):
    assert blocks(first.articles[0], "subtitle") == ["——阳泉高新区见闻"]
    assert blocks(first.articles[0], "subhead") == [
        "12个省级重点工程项目有序推进",
        "16个市级重点工程项目迎头追赶",
        "推进项目建设再提速",
    ]
    assert blocks(second.articles[0], "kicker") == ["持续扩大有效益的投资 为新质生产力蓄势赋能"]
    assert blocks(second.articles[0], "subtitle") == ["金湘军出席并讲话"]
    assert blocks(second.articles[3], "note") == ["编前语"]


def test_dates(first, second):
    assert [a.date for a in first] == ["2024", "2024-04-02", "2024", "2024", "2024"]
    assert {a.date for a in second} == {"2024-05-10"}


# -- control characters

CONTROLS = [chr(i) for i in [*range(9), *range(0x0E, 0x1C), 0x7F, 0x80, 0x84, 0x86, 0x9F]]
INVISIBLE = [*CONTROLS, "\u200b", "\u2060", "\ufeff", "\ufffe", "\uffff"]


@pytest.mark.parametrize("char", INVISIBLE, ids=ascii)
@pytest.mark.parametrize(
    "line",
    ["园区{}建设，总投资3亿元。", "{}园区建设，总投资3亿元。", "园区建设，总投资3亿元。{}"],
    ids=["inside", "before", "after"],
)
def test_a_control_character_is_dropped_and_listed(line, char):
    text = line.format(char)
    page = read(text)
    assert [a.text for a in page] == ["园区建设，总投资3亿元。"]
    at = text.index(char)
    assert [tuple(row) for row in page.dropped] == [(at, at + 1, "control character", char)]


@pytest.mark.parametrize("char", INVISIBLE, ids=ascii)
def test_a_line_of_control_characters_alone_is_listed(char):
    page = read(f"园区建设，总投资3亿元。\n{char}\n")
    assert [a.text for a in page] == ["园区建设，总投资3亿元。"]
    assert [tuple(row) for row in page.dropped] == [(13, 14, "control character", char)]


# -- size

SENTENCE = "开发区坚持项目为王，抓招商、促开工，全区总投资332亿元的65个项目有序推进。"


@pytest.fixture(scope="module")
def long_line(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "page.txt"
    path.write_text(SENTENCE * (20_000_000 // len(SENTENCE.encode()) + 1), encoding="utf-8")
    assert path.stat().st_size > 20_000_000
    return path


def test_a_file_above_the_limit_is_refused(long_line):
    with pytest.raises(InputError) as caught:
        read_page(long_line)
    size = len(long_line.read_text(encoding="utf-8"))
    assert caught.value.path == str(long_line)
    assert f"{size:,} characters, expected at most 2,000,000" in str(caught.value)
    assert "--max-characters" in str(caught.value)


def test_the_limit_itself_is_allowed(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(SENTENCE, encoding="utf-8")
    assert read_page(path, max_characters=len(SENTENCE)).articles[0].text == SENTENCE
    with pytest.raises(InputError, match=f"{len(SENTENCE)} characters"):
        read_page(path, max_characters=len(SENTENCE) - 1)


def test_a_single_line_of_20_mb_is_read_in_reasonable_time(long_line):
    before = time.process_time()
    page = read_page(long_line, max_characters=10**8)
    assert time.process_time() - before < 30
    assert "".join(a.text for a in page) == long_line.read_text(encoding="utf-8")


def number(i):
    return "".join("零一二三四五六七八九"[int(digit)] for digit in str(i))


MANY = {
    "headlines": lambda n: "".join(f"园区{number(i)}新貌展示\n" for i in range(12 * n)),
    "open articles": lambda n: "".join(
        f"{number(i)}新貌展示\n{number(i)}区动工兴建\n\n"
        f"园区今年引进企业，总投资约{number(i)}万，还有在建的项目和\n\n"
        for i in range(2 * n)
    ),
    "articles": lambda n: "".join(
        f"{number(i)}新貌展示\n\n科学导报讯 园区今年引进企业，共{number(i)}家。\n\n"
        for i in range(6 * n)
    ),
    "pages": lambda n: "".join(f"园区今年引进企业，共{number(i)}家。\f" for i in range(3 * n)),
    "notes": lambda n: "编者按\n" * (20 * n),
    "rows": lambda n: "".join(f"{i}.甲项目\n" for i in range(12 * n)),
    "wrapped lines": lambda n: "开发区建设项目，总投资三百亿元的\n" * (16 * n),
    "control characters": lambda n: "开发区\x01" * (40 * n),
}


def steps(text):
    """Bytecode instructions that room 1 runs on a text: a measure of work that no load disturbs."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if "zonekg" not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", MANY)
def test_work_grows_with_size_and_not_with_its_square(name):
    small, large = (steps(MANY[name](size)) for size in (20, 160))
    assert large < 12 * small  # 8 times the size
