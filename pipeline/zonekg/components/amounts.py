"""What a MONEY mention is worth: exact decimals, currency, range and bound."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.docs import Amount, set_amounts

__all__ = ["make_amounts", "parse_amount"]

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_DIGITS |= {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
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
_NUMBER = re.compile(
    r"(?P<digits>\d[\d,]*(?:\.\d+)?"
    r"|[零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾佰仟百千万亿]+"
    r"(?:点[零〇一二三四五六七八九]+)?|[数几])"
    r"(?P<more>[余多来]?)(?P<unit>[十百千万萬亿億兆]*)(?P<more2>[余多]?)"
)
_RANGE = re.compile(r"\s*(?:元|人民币)?\s*(?:[-—–~～至到]+|--)\s*")
_BEFORE = (
    ("over", r"(?:超过?|逾|突破|不低于|不少于|至少|高于|起码|超出|大于)(?:了|约)?$"),
    ("under", r"(?:近|接近|将近|不足|不到|低于|少于)$"),
    ("upto", r"(?:最高|不超过|至多|最多|上限)(?:可?达|为)?$"),
    ("about", r"(?:大?约|约为|大概|估计|左右)$"),
)
_AFTER = (
    ("over", r"(?:人民币)?(?:以上|余|多|开外|及以上)"),
    ("upto", r"(?:以内|以下|之内)"),
    ("about", r"(?:左右|上下)"),
)


def parse_amount(mention: str, before: str = "", after: str = "") -> Amount | None:
    """The amount that a mention names, None where it names none; `before` and `after` are context.

    Full-width digits, 万 and 亿, Chinese numerals and ranges are read; a foreign currency is kept.

    >>> parse_amount("5亿至8亿元")
    Amount(low=Decimal('500000000'), high=Decimal('800000000'), currency='CNY', bound='exact')
    >>> parse_amount("１０余亿元").bound, parse_amount("3亿美元", before="总投资约")[2:]
    ('over', ('USD', 'about'))
    """
    text = unicodedata.normalize("NFKC", mention).replace(" ", "")
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return None
    values: list[tuple[Decimal, str]] = []
    end, bound = 0, "exact"
    ranged = False
    for match in numbers:
        between = text[end : match.start()]
        if values and _RANGE.fullmatch(between):
            ranged = True
        elif values and between:
            break
        value, unit = _value(match)
        if value is None:
            return None
        if values and not ranged and not between:  # 1亿2000万
            values[-1] = (values[-1][0] + value, unit)
        else:
            values.append((value, unit))
        if match["more"] in ("余", "多") or match["more2"] or match["digits"] in ("数", "几"):
            bound = "over"
        end = match.end()
    if ranged and len(values) == 2 and not values[0][1]:
        values[0] = (values[0][0] * _unit(values[1][1]), values[1][1])  # 3至5亿: both in 亿
    currency = _CURRENCY.search(text)
    low, high = values[0][0], values[-1][0]
    if bound == "exact":
        bound = _bound(before, after)
    code = _CURRENCIES[currency[0]] if currency else "CNY"
    return Amount(_plain(min(low, high)), _plain(max(low, high)), code, bound)


def _value(match: re.Match[str]) -> tuple[Decimal | None, str]:
    """(value, unit as written) of one number."""
    digits, unit = match["digits"].replace(",", ""), match["unit"]
    if digits in ("数", "几"):
        return (Decimal(2) * _unit(unit), unit) if unit else (None, unit)
    if digits[0].isdigit():
        return Decimal(digits) * _unit(unit), unit
    whole, _, fraction = digits.partition("点")
    stem = whole.rstrip("万亿千百十") if fraction or match["more"] else whole
    value = Decimal(_numeral(stem or whole))
    if fraction:
        value += Decimal("0." + "".join(str(_DIGITS[c]) for c in fraction))
    unit = whole[len(stem) :] + unit if stem and stem != whole else unit
    return value * _unit(unit), unit or whole[len(whole.rstrip("千百万亿")) :]


def _unit(unit: str) -> int:
    size = 1
    for char in unit:
        size *= _SMALL.get(char) or _LARGE.get(char) or 1
    return size


def _numeral(text: str) -> int:
    """A whole number in Chinese numerals.

    >>> _numeral("一千二百万"), _numeral("二〇二四"), _numeral("十五")
    (12000000, 2024, 15)
    """
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit = 0
        else:
            section = (section + digit or (total == 0)) * _LARGE[char]
            total = (total * _LARGE[char] if char == "亿" and total else total) + section
            section = digit = 0
    return total + section + digit


def _plain(value: Decimal) -> Decimal:
    """The value without exponent and trailing zeros, so that equal amounts print alike."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


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
