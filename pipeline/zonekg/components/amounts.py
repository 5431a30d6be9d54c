"""What a MONEY mention is worth: exact decimals, currency, range and bound."""

from __future__ import annotations

import re
import unicodedata
from decimal import Context, Decimal, localcontext

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.docs import Amount, set_amounts

__all__ = ["make_amounts", "parse_amount"]

_DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_DIGITS |= {char: i for i, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_CURRENCIES = {
    "人民币": "CNY", "元人民币": "CNY", "RMB": "CNY", "CNY": "CNY", "¥": "CNY", "元": "CNY",
    "块": "CNY", "美元": "USD", "美金": "USD", "USD": "USD", "US$": "USD", "$": "USD",
    "欧元": "EUR", "EUR": "EUR", "€": "EUR", "港元": "HKD", "港币": "HKD", "HK$": "HKD",
    "日元": "JPY", "英镑": "GBP", "韩元": "KRW", "韩币": "KRW", "澳元": "AUD", "加元": "CAD",
    "瑞士法郎": "CHF", "新台币": "TWD", "台币": "TWD", "新加坡元": "SGD", "新元": "SGD",
    "卢布": "RUB", "林吉特": "MYR", "澳门元": "MOP", "泰铢": "THB", "越南盾": "VND",
    "瑞典克朗": "SEK", "丹麦克朗": "DKK", "挪威克朗": "NOK",
}  # fmt: skip
_CURRENCY = re.compile("|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True)))
_ALL = "".join([*_DIGITS, *_SMALL, *_LARGE])
_NUMBER = re.compile(
    rf"(?:上(?=[百千万亿]))?(?:\d[\d,]*(?:\.\d+)?|[{_ALL}几数])(?:[\d,{_ALL}几数余多来点个]|\.\d)*"
)
_TOKEN = re.compile(
    rf"(?P<arabic>\d[\d,]*(?:\.\d+)?)|点(?P<fraction>[{''.join(_DIGITS)}]+)|(?P<digit>[{''.join(_DIGITS)}])"
    rf"|(?P<small>[{''.join(_SMALL)}])|(?P<large>[{''.join(_LARGE)}])|(?P<some>[几数])|(?P<more>[余多来上])"
)
_EXACT = Context(prec=400)
_PAIR = re.compile(r"([一二两三四五六七八九])([一二两三四五六七八九])(?=[十百千万亿])")  # 七八千万
_SINGLE = re.compile(
    rf"(?:[\d,.]+|[{''.join(_DIGITS)}])(?P<small>[{''.join(_SMALL)}])[{''.join(_LARGE)}]"
)
_RANGE = re.compile(r"(?:元|人民币)?(?:[-—–~～至到]+|--)")
_REST = re.compile(r"(?:[余多]|以上|左右|上下|以内|以下|整)*")
_BEFORE = (
    ("upto", r"(?:最高|不超过|不高于|至多|最多|上限)(?:可?达|为)?$"),
    ("over", r"(?:超过?|逾|突破|不低于|不少于|至少|高于|起码|超出|大于)(?:了|约)?$"),
    ("under", r"(?:近|接近|将近|不足|不到|低于|少于)$"),
    ("about", r"(?:大?约|约为|大概|估计|左右)$"),
)
_AFTER = (
    ("over", r"(?:人民币)?(?:以上|余|多|开外|及以上)"),
    ("upto", r"(?:以内|以下|之内)"),
    ("about", r"(?:左右|上下)"),
)


def parse_amount(mention: str, before: str = "", after: str = "") -> Amount | None:
    """The amount that a mention names, None where it names none; `before` and `after` are context.

    Full-width digits, 万 and 亿, Chinese numerals and ranges are read; a foreign currency is kept,
    and an unknown one gives no amount.

    >>> parse_amount("5亿至8亿元")
    Amount(low=Decimal('500000000'), high=Decimal('800000000'), currency='CNY', bound='exact')
    >>> parse_amount("１０余亿元").bound, parse_amount("3亿美元", before="总投资约")[2:]
    ('over', ('USD', 'about'))
    """
    text = unicodedata.normalize("NFKC", mention).replace(" ", "")
    first = _NUMBER.search(text)
    if not first or first[0] in ("数", "几"):
        return None
    written = [first[0]]
    end = first.end()
    link = _RANGE.match(text, end)
    second = _NUMBER.match(text, link.end()) if link else None
    if second:
        written.append(second[0])
        end = second.end()
    pair = _PAIR.search(first[0]) if not second else None
    if pair:
        written = [_PAIR.sub(rf"\{i}", first[0], count=1) for i in (1, 2)]
    currency = _currency(text[: first.start()], text[end:])
    if currency is None:
        return None
    with localcontext(_EXACT):
        values = [_evaluate(number) for number in written]
        if second:
            values[0] *= _shared_unit(*written)
    over = any(char in "余多来几数上" for char in first[0] + text[end : end + 1])
    bound = "over" if over else _bound(before, after)
    return Amount(_plain(min(values)), _plain(max(values)), currency, bound)


def _currency(front: str, back: str) -> str | None:
    """The currency that the text around a number tells; None for one that is not known."""
    found = _CURRENCY.search(back) or _CURRENCY.search(front)
    unread = _REST.sub("", _CURRENCY.sub("", front + back))
    if unread:
        return None
    return _CURRENCIES[found[0]] if found else "CNY"


def _evaluate(number: str) -> Decimal:
    """The value of a number in digits, Chinese numerals or both.

    >>> [int(_evaluate(n)) for n in ("一千二百万", "二〇二四", "十五", "1.2万亿", "3亿5千万")]
    [12000000, 2024, 15, 1200000000000, 350000000]
    """
    total = section = Decimal(0)  # of whole large units, and below the next one
    pending: Decimal | None = None
    last, scale, named = "", 0, False  # named: some number stands before the next large unit
    for match in _TOKEN.finditer(number):
        kind, char = str(match.lastgroup), match[0]
        if kind == "arabic":
            pending = Decimal(char.replace(",", ""))
        elif kind == "digit":
            digit = Decimal(_DIGITS[char])
            pending = pending * 10 + digit if pending is not None and last == "digit" else digit
        elif kind == "fraction":
            fraction = "".join(str(_DIGITS[digit]) for digit in match["fraction"])
            pending = (pending or 0) + Decimal(f"0.{fraction}")
        elif kind == "some" and last != "small":  # 几亿 is at least two, 十几亿 at least ten
            pending = Decimal(2)
        elif kind == "small":
            section += (Decimal(1) if pending is None else pending) * _SMALL[char]
            pending = None
        elif kind == "large":
            section += pending or 0
            if not named and not total:  # 亿元 alone
                section = Decimal(1)
            unit = _LARGE[char]
            total = (total + section) * unit if unit > scale and total else total + section * unit
            section, pending, scale = Decimal(0), None, unit
        last, named = kind, kind != "large" and (named or kind != "more")
    return total + section + (pending or 0)


def _shared_unit(low: str, high: str) -> int:
    """The unit that the lower end of a range leaves to the upper one: 3至5亿, 三到五千万."""
    if any(char in _LARGE for char in low):
        return 1
    shared = [char for char in high if char in _LARGE]
    single = _SINGLE.match(high)
    if single and not any(char in _SMALL for char in low):
        shared.append(single["small"])
    size = 1
    for char in shared:
        size *= _SMALL.get(char) or _LARGE[char]
    return size


def _plain(value: Decimal) -> Decimal:
    """The value without exponent and trailing zeros, so that equal amounts print alike."""
    if value == value.to_integral_value():
        return Decimal(int(value))
    return value.normalize(_EXACT)


def _bound(before: str, after: str) -> str:
    for bound, pattern in _AFTER:
        if re.match(pattern, after):
            return bound
    for bound, pattern in _BEFORE:
        if re.search(pattern, before):
            return bound
    return "exact"


@Language.component("zonekg_amounts", requires=["doc.ents"])
def make_amounts(doc: Doc) -> Doc:
    """Give every MONEY mention of a doc its amount."""
    found: dict[int, Amount] = {}
    text = doc.text
    for i, ent in enumerate(doc.ents):
        if ent.label_ != "MONEY":
            continue
        before = text[max(0, ent.start_char - 8) : ent.start_char]
        amount = parse_amount(ent.text, before, text[ent.end_char : ent.end_char + 4])
        if amount:
            found[i] = amount
    set_amounts(doc, found)
    return doc
