"""One offline HTML page: a template with its styles and scripts inside, and nothing from outside.

How a page defends itself against the texts on it stands in `zonekg.offline`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zonekg.offline import json_block, package_text, plain, policy
from zonekg.schema import EntityType, RelationType, default_schema

__all__ = ["MISSING", "figure_of", "picture", "render"]

MISSING = "–"
"""What stands for a figure that does not exist."""

_FORMULA = tuple("=+-@＝＋－＠")


def render(
    template: str,
    *,
    about: Mapping[str, Any],
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    **context: Any,
) -> str:
    """The page that a template of ``report/templates/`` makes of `context`.

    about: ``date`` and ``command``; also ``version`` where it is not that of this package.
    styles, scripts: files of ``report/`` that follow ``page.css`` and ``page.js``. A name that
    the template uses and `context` lacks raises jinja2.UndefinedError; None and NaN are shown as
    `MISSING`. The same context gives the same text.

    ``base.html.j2`` wants ``title``, ``subtitle``, ``warning`` ("" for none), ``facts``, pairs of
    a name and a text, and ``nav``, pairs of a section's id and its name.
    """
    css = [package_text(__package__, name) for name in ("page.css", *styles)]
    js = [package_text("zonekg.offline", "clipboard.js")]
    js += [package_text(__package__, name) for name in ("page.js", *scripts)]
    page = _environment().get_template(template)
    about = {"version": version("zonekg"), **about}
    frame = {"about": about, "policy": policy(js), "styles": css, "scripts": js}
    return page.render(context | frame)


def picture(svg: bytes, name: str, text: str) -> Markup:
    """An SVG file as an element for inside a page that says `text` to those who don't see it.

    Ids and the links to them begin with `name`, so that those of several pictures don't clash;
    what would reach the rest of the page, or names fonts, is left out.
    """
    root = ET.fromstring(svg)  # noqa: S314 - drawn by this package
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in ("style", "metadata"):  # a style holds for the whole page
                parent.remove(child)
    used = {match[1] or match[2] for item in root.iter() for match in _references(item)}
    for item in root.iter():
        item.tag, item.tail = _local(item.tag), None
        item.text = plain(item.text or "") if item.tag in ("text", "tspan") else None
        item.attrib = {
            _local(key): _attribute(_local(key), value, name)
            for key, value in item.attrib.items()
            if _local(key) != "id" or value in used
        }
    box = root.attrib["viewBox"]
    _, _, width, height = box.split()
    size = {"viewBox": box, "width": width, "height": height}
    root.attrib = size | {"role": "img", "aria-label": plain(text)}
    title = ET.Element("title")
    title.text = plain(text)
    root.insert(0, title)
    # ElementTree has escaped text and attributes
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704


_REFERENCE = re.compile(r"url\(#([^)]+)\)|^#(.+)$")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _references(item: ET.Element) -> Iterator[re.Match[str]]:
    for value in item.attrib.values():
        yield from _REFERENCE.finditer(value)


def _attribute(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key == "href":
        return f"#{name}-{value.removeprefix('#')}"
    if key == "style":
        value = re.sub(r"\bfont:[^;]*?([\d.]+px)[^;]*", r"font-size: \1", value)
        value = re.sub(r"\s*font-family:[^;]*;?", "", value)
    return " ".join(value.replace("url(#", f"url(#{name}-").split())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("zonekg.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    schema = default_schema()
    labels: dict[str, EntityType | RelationType] = {**schema.entities, **schema.relations}
    environment.globals.update(
        labels=labels, MISSING=MISSING, figure_of=figure_of, errors_link=_errors_link,
        json_block=json_block,
    )  # fmt: skip
    environment.filters.update(fixed=_fixed, whole=_whole, signed=_signed, cell=_cell)
    return environment


def _shown(value: Any) -> Any:
    """What the page shows of a value, before it is escaped."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, str) and not isinstance(value, Markup):
        return plain(value)
    return value


# -- what templates call


def figure_of(row: Mapping[str, Any] | None, key: str) -> float | None:
    """``p``, ``r`` or ``f`` of a row of counts, None where it does not exist.

    There is no precision without predictions, no recall without gold and no F1 without either.
    Also a function of the templates.

    >>> row = {"p": 0.0, "r": 0.0, "f": 0.0, "predicted": 0, "gold": 7}
    >>> figure_of(row, "p"), figure_of(row, "r")
    (None, 0.0)
    """
    if row is None:
        return None
    counts = {"p": row["predicted"], "r": row["gold"], "f": row["predicted"] + row["gold"]}
    return row[key] if counts[key] else None


def _errors_link(**query: str) -> str:
    """Where the error browser shows the errors of one kind; the part after # is a query."""
    return "#documents?" + urlencode(query, quote_via=quote)


def _fixed(value: float | None, digits: int = 1) -> str:
    """A number with `digits` decimals, `MISSING` for none."""
    return MISSING if value is None or math.isnan(value) else f"{value:.{digits}f}"


def _signed(value: float | None, digits: int = 1) -> str:
    """As `_fixed`, with a plus or a true minus.

    >>> _signed(-1.25), _signed(0.5), _signed(-0.01)
    ('−1.2', '+0.5', '0.0')
    """
    if value is None or math.isnan(value):
        return MISSING
    text = f"{abs(value):.{digits}f}"
    return text if float(text) == 0 else ("−" if value < 0 else "+") + text


def _whole(value: float | None) -> str:
    """A count with commas, `MISSING` for none."""
    return MISSING if value is None or math.isnan(value) else f"{value:,.0f}"


def _cell(value: Any) -> str:
    """A value for the clipboard: exact, empty for none, and no spreadsheet runs it as a formula."""
    if isinstance(value, str):
        text = re.sub(r"\s+", " ", plain(value))
        return "'" + text if text.startswith(_FORMULA) else text
    return "" if value is None or math.isnan(value) else str(value)
