"""What amounts of money are worth."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from spacy.tokens import Span

from zonekg.components.amounts import make_amounts, parse_amount
from zonekg.docs import Amount, amounts

WAN, YI = 10**4, 10**8

ONE = {
    # digits
    "332亿元": 332 * YI,
    "3亿元": 3 * YI,
    "1.5亿": 150_000_000,
    "0.1亿元": 10_000_000,
    "91.4亿元": 9_140_000_000,
    "148.17亿元": 14_817_000_000,
    "86.27亿元": 8_627_000_000,
    "12.345678亿元": 1_234_567_800,
    "4500万元": 45_000_000,
    "8000万": 80_000_000,
    "2.5万亿元": 2_500_000_000_000,
    "3千万元": 30_000_000,
    "5百万元": 5_000_000,
    "2十亿元": 2_000_000_000,
    "3000元": 3000,
    "33.33元": "33.33",
    "0.33万元": 3300,
    "0元": 0,
    "1,234.56万元": 12_345_600,
    "12,000,000元": 12_000_000,
    "1亿2000万元": 120_000_000,
    "3亿5千万元": 350_000_000,
    "3亿零500万元": 305_000_000,
    "3个亿": 3 * YI,
    "1兆元": 10**12,
    "1萬元": WAN,
    "1億元": YI,
    "3 亿元": 3 * YI,
    # full-width
    "３３２亿元": 332 * YI,
    "１．５亿元": 150_000_000,
    "１，２３４万元": 12_340_000,
    "￥３００万": 3_000_000,
    # Chinese numerals
    "三亿元": 3 * YI,
    "两亿元": 2 * YI,
    "十亿元": 10 * YI,
    "十五亿元": 15 * YI,
    "二十亿元": 20 * YI,
    "一百二十亿元": 120 * YI,
    "一千零五十万元": 10_500_000,
    "一千二百万元": 12_000_000,
    "三亿五千万元": 350_000_000,
    "一亿零三百万元": 103_000_000,
    "一万亿元": 10**12,
    "两万三千亿元": 2_300_000_000_000,
    "百万元": 1_000_000,
    "千万元": 10_000_000,
    "三点五亿元": 350_000_000,
    "十二点六亿元": 1_260_000_000,
    "二十点五亿元": 2_050_000_000,
    "一百点五万元": 1_005_000,
    "零点八亿元": 80_000_000,
    "六千三百万元": 63_000_000,
    "叁仟伍佰万元": 35_000_000,
    "壹亿贰仟万元": 120_000_000,
    "一百五十元": 150,
}
OVER = {
    "10余亿元": 10 * YI,
    "１０余亿元": 10 * YI,
    "3000多万元": 30_000_000,
    "1.2亿余元": 120_000_000,
    "3亿多元": 3 * YI,
    "十余亿元": 10 * YI,
    "百余亿元": 100 * YI,
    "二十多亿元": 20 * YI,
    "三百多万元": 3_000_000,
    "一百二十多亿元": 120 * YI,
    "三千五百余万元": 35_000_000,
    "十几亿元": 10 * YI,
    "二十几万元": 20 * WAN,
    "数亿元": 2 * YI,
    "数百万元": 2_000_000,
    "几千万元": 20_000_000,
    "几十亿元": 20 * YI,
    "上亿元": YI,
}
RANGES = {
    "3至5亿元": (3 * YI, 5 * YI),
    "3到5亿元": (3 * YI, 5 * YI),
    "3-5亿元": (3 * YI, 5 * YI),
    "3—5亿元": (3 * YI, 5 * YI),
    "3——5亿元": (3 * YI, 5 * YI),
    "3～5亿元": (3 * YI, 5 * YI),
    "3~5亿元": (3 * YI, 5 * YI),
    "3－5亿元": (3 * YI, 5 * YI),
    "0.5至1.2亿元": (50_000_000, 120_000_000),
    "3亿至5亿元": (3 * YI, 5 * YI),
    "3亿元至5亿元": (3 * YI, 5 * YI),
    "3000万至1亿元": (30_000_000, YI),
    "300-500万元": (3_000_000, 5_000_000),
    "1000至2000元": (1000, 2000),
    "5亿至3亿元": (3 * YI, 5 * YI),
    "三至五亿元": (3 * YI, 5 * YI),
    "二十至三十亿元": (20 * YI, 30 * YI),
    "三到五千万元": (30_000_000, 50_000_000),
    "一百至三百亿元": (100 * YI, 300 * YI),
    "一千至三千万元": (10_000_000, 30_000_000),
    "3千至5千万元": (30_000_000, 50_000_000),
    "三千万至五千万元": (30_000_000, 50_000_000),
    "一两亿元": (1 * YI, 2 * YI),
    "七八千万元": (70_000_000, 80_000_000),
}
CURRENCIES = {
    "3亿美元": "USD", "3亿美金": "USD", "US$3亿": "USD", "$3亿": "USD", "USD3亿": "USD",
    "3亿欧元": "EUR", "€3亿": "EUR", "3亿港元": "HKD", "3亿港币": "HKD", "HK$3亿": "HKD",
    "3亿日元": "JPY", "3亿英镑": "GBP", "3亿韩元": "KRW", "3亿澳元": "AUD", "3亿澳门元": "MOP",
    "3亿加元": "CAD", "3亿瑞士法郎": "CHF", "3亿新台币": "TWD", "3亿新加坡元": "SGD",
    "3亿新元": "SGD", "3亿卢布": "RUB", "3亿林吉特": "MYR", "3亿泰铢": "THB", "3亿越南盾": "VND",
    "3亿瑞典克朗": "SEK", "3亿丹麦克朗": "DKK", "3亿元": "CNY", "3亿": "CNY",
    "3亿元人民币": "CNY", "人民币3亿元": "CNY", "￥3亿": "CNY", "RMB3亿": "CNY", "3亿块": "CNY",
    "３亿美元": "USD",
}  # fmt: skip


@pytest.mark.parametrize("mention", ONE)
def test_one_number(mention):
    worth = Decimal(ONE[mention])
    assert parse_amount(mention) == Amount(worth, worth, "CNY", "exact")


@pytest.mark.parametrize("mention", OVER)
def test_numbers_that_are_exceeded(mention):
    worth = Decimal(OVER[mention])
    assert parse_amount(mention) == Amount(worth, worth, "CNY", "over")


@pytest.mark.parametrize("mention", RANGES)
def test_ranges(mention):
    low, high = map(Decimal, RANGES[mention])
    assert parse_amount(mention) == Amount(low, high, "CNY", "exact")


@pytest.mark.parametrize("mention", CURRENCIES)
def test_currencies(mention):
    assert parse_amount(mention) == Amount(Decimal(3 * YI), Decimal(3 * YI), CURRENCIES[mention])


def test_a_range_in_another_currency():
    assert parse_amount("5至8亿美元") == Amount(Decimal(5 * YI), Decimal(8 * YI), "USD")
    assert parse_amount("5亿-8亿欧元") == Amount(Decimal(5 * YI), Decimal(8 * YI), "EUR")


@pytest.mark.parametrize(
    "currency", ["印度卢比", "墨西哥比索", "里亚尔", "迪拉姆", "兹罗提", "坚戈"]
)
def test_a_currency_that_is_not_known_is_never_taken_for_yuan(currency):
    amount = parse_amount(f"3亿{currency}")
    assert amount is None or amount.currency != "CNY"


@pytest.mark.parametrize(
    ("bound", "before"),
    [
        ("over", "总投资超"),
        ("over", "总投资超过"),
        ("over", "年产值逾"),
        ("over", "突破"),
        ("over", "不低于"),
        ("over", "不少于"),
        ("over", "至少"),
        ("over", "超过了"),
        ("over", "高于"),
        ("under", "总投资近"),
        ("under", "接近"),
        ("under", "将近"),
        ("under", "不足"),
        ("under", "不到"),
        ("under", "低于"),
        ("upto", "补贴最高"),
        ("upto", "最高可达"),
        ("upto", "不超过"),
        ("upto", "不高于"),
        ("upto", "至多"),
        ("about", "总投资约"),
        ("about", "大约"),
        ("about", "约为"),
        ("exact", "总投资"),
        ("exact", "总投资达"),
        ("exact", "超过去年，总投资"),
        ("exact", "约谈后投资"),
        ("exact", ""),
    ],
)
def test_bounds_before(bound, before):
    assert parse_amount("3亿元", before=before) == Amount(
        Decimal(3 * YI), Decimal(3 * YI), "CNY", bound
    )


@pytest.mark.parametrize(
    ("bound", "after"),
    [
        ("over", "以上"),
        ("over", "及以上"),
        ("over", "人民币以上"),
        ("over", "余"),
        ("upto", "以内"),
        ("upto", "以下"),
        ("about", "左右"),
        ("about", "上下"),
        ("exact", "，以上"),
        ("exact", "的项目"),
        ("exact", ""),
    ],
)
def test_bounds_after(bound, after):
    assert parse_amount("3亿元", after=after).bound == bound


def test_a_bound_inside_and_behind_goes_before_one_in_front():
    assert parse_amount("10余亿元", before="约").bound == "over"
    assert parse_amount("3亿元", before="约", after="以上").bound == "over"


@pytest.mark.parametrize(
    "mention", ["", "元", "若干资金", "美元", "数元", "几元", "天价", "A", "，", "\u3000"]
)
def test_what_names_no_amount(mention):
    assert parse_amount(mention) is None


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**4 - 1),
    st.sampled_from([("", 1), ("万", WAN), ("亿", YI), ("千万", 10**7), ("百万", 10**6)]),
)
def test_decimals_are_exact(whole, fraction, unit):
    name, size = unit
    amount = parse_amount(f"{whole}.{fraction:04}{name}元")
    worth = Decimal(whole * 10**4 + fraction) * size / 10**4
    assert amount.low == amount.high == worth
    assert "E" not in str(amount.low)
    assert amount.low.as_tuple().digits[-1] != 0 or amount.low == amount.low.to_integral_value()


@given(st.integers(1, 99_999_999), st.sampled_from(["万元", "亿元", "元"]))
def test_width_and_thousands_marks_do_not_count(number, unit):
    plain = parse_amount(f"{number}{unit}")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(number))
    assert plain == parse_amount(f"{wide}{unit}") == parse_amount(f"{number:,}{unit}")


def numeral(number):
    """A whole number below 10**12 in Chinese numerals, as papers write it."""
    digits = "零一二三四五六七八九"

    def section(value):
        out, gap = "", False
        for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, value = divmod(value, size)
            if digit:
                out += ("零" if gap and out else "") + digits[digit] + name
                gap = False
            else:
                gap = True
        return out

    out = ""
    for size, name in ((YI, "亿"), (WAN, "万"), (1, "")):
        value, number = divmod(number, size)
        if value:
            out += ("零" if out and value < 1000 else "") + section(value) + name
    return out


@given(st.integers(1, 10**12 - 1))
@example(10)
@example(20_0010)
@example(10_0000_0000)
@example(1_0000_0001)
def test_every_chinese_numeral_is_read(number):
    assert parse_amount(numeral(number) + "元").low == number


@given(
    st.integers(1, 999),
    st.integers(1, 999),
    st.sampled_from(["万", "亿", "千万"]),
    st.sampled_from("至到-—~"),
)
def test_a_range_with_one_unit_is_the_range_with_two(low, high, unit, mark):
    both = parse_amount(f"{low}{unit}{mark}{high}{unit}元")
    assert both == parse_amount(f"{low}{mark}{high}{unit}元")
    assert both.low <= both.middle <= both.high


@given(
    st.text(
        st.sampled_from("0123456789.,０９零一二两三十百千万亿兆点余多来数几元美至到-— 个")
        | st.characters(),
        max_size=40,
    ),
    st.text(max_size=4),
    st.text(max_size=4),
)
@example("9" * 40 + "元", "", "")
@example("1." + "3" * 40 + "亿元", "", "")
def test_any_mention_is_an_amount_or_none(mention, before, after):
    amount = parse_amount(mention, before, after)
    if amount is not None:
        assert 0 <= amount.low <= amount.high
        assert amount.bound in ("exact", "about", "over", "under", "upto")
        assert len(amount.currency) == 3


# -- the component


def doc_with(nlp, text, *mentions):
    doc = nlp.make_doc(text)
    spans = []
    for quote, label in mentions:
        start = text.index(quote)
        spans.append(doc.char_span(start, start + len(quote), label=label))
    doc.set_ents(spans)
    return doc


def test_the_component_reads_mentions_with_their_context(nlp):
    doc = doc_with(
        nlp,
        "高新区总投资超过3亿元，年产值2亿美元左右，税收若干，一期5000万元。",
        ("高新区", "PARK"),
        ("3亿元", "MONEY"),
        ("2亿美元", "MONEY"),
        ("若干", "MONEY"),
        ("5000万元", "MONEY"),
    )
    assert make_amounts(doc) is doc
    assert amounts(doc) == {
        1: Amount(Decimal(3 * YI), Decimal(3 * YI), "CNY", "over"),
        2: Amount(Decimal(2 * YI), Decimal(2 * YI), "USD", "about"),
        4: Amount(Decimal(5000 * WAN), Decimal(5000 * WAN), "CNY", "exact"),
    }


def test_the_component_leaves_mentions_alone_and_runs_twice(nlp):
    doc = doc_with(nlp, "总投资3亿元。", ("3亿元", "MONEY"))
    before = [(e.text, e.label_) for e in doc.ents]
    first = amounts(make_amounts(doc))
    assert amounts(make_amounts(doc)) == first
    assert [(e.text, e.label_) for e in doc.ents] == before
    doc.set_ents([Span(doc, 3, 5, label="MONEY")])
    assert amounts(make_amounts(doc)) == {
        0: Amount(Decimal(3 * YI), Decimal(3 * YI), "CNY", "exact")
    }


def test_a_doc_without_money_has_no_amounts(nlp):
    assert amounts(make_amounts(doc_with(nlp, "高新区3亿元", ("高新区", "PARK")))) == {}
