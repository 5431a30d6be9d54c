"""Which projects may be one: the same name or product of one owner, in one park or one city."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from zonekg.graph.resolve.blocks import block_pairs
from zonekg.graph.resolve.things import Found, Pair, Sign, Thing
from zonekg.names import contradiction, is_abbreviation, is_short_for, name_key, project_name
from zonekg.names.divisions import city_of, may_agree, place_name
from zonekg.names.parts import in_order, plain

__all__ = ["project_conflict", "project_pairs"]


_LONG = 12
"""Names of more characters are hardly of two projects by chance."""
_LARGEST = 100


def project_conflict(a: Sign, b: Sign) -> str:
    """Why two projects can't be one, empty when they may."""
    if a.owners and b.owners and not a.owners & b.owners:
        return "owners differ"
    if not _keys(a) & _keys(b):
        for one in a.names:
            for other in b.names:
                if found := contradiction(one, other, "PROJECT"):
                    return found
    if a.parks and b.parks and not a.parks & b.parks:
        return "parks differ"
    return "" if may_agree(_cities(a), _cities(b)) else "cities differ"


def _keys(sign: Sign) -> set[str]:
    return {name_key(name, "PROJECT") for name in sign.names}


def _cities(sign: Sign) -> set[str]:
    own = {code for name in sign.names for code in project_name(name).places}
    return {city_of(code) or code for code in own or sign.cities}


@lru_cache(maxsize=100_000)
def _bigrams(name: str) -> frozenset[str]:
    product = project_name(name).product
    return frozenset(product[i : i + 2] for i in range(len(product) - 1))


def project_pairs(nodes: Mapping[str, Thing]) -> Iterator[Pair]:
    """Pairs of projects that may be one."""
    blocks: defaultdict[str, set[str]] = defaultdict(set)
    for node, one in nodes.items():
        sign = one.sign
        near = [*sorted(sign.owners), *sorted(sign.parks), *sorted(_cities(sign))]
        for name in sign.names:
            if len(name_key(name, "PROJECT")) > _LONG:
                blocks[f"name {name_key(name, 'PROJECT')}"].add(node)
            for other in near:
                blocks[f"near {other} {name_key(name, 'PROJECT')}"].add(node)
                for pair in _bigrams(name):
                    blocks[f"{pair} {other}"].add(node)
    for a, b in block_pairs(blocks, _LARGEST):
        if found := max(_named(nodes[a], nodes[b]), default=None):
            yield Pair.of(a, b, found)


def _named(one: Thing, other: Thing) -> Iterator[Found]:
    proof = _proof(one, other)
    owners = one.sign.owners | other.sign.owners
    brands = tuple(sorted(word[6:] for word in owners if word.startswith("brand ")))
    for mine in one.sign.names:
        for theirs in other.sign.names:
            if project_name(mine).phase == project_name(theirs).phase:
                yield from _names(mine, theirs, proof, brands)


def _proof(one: Thing, other: Thing) -> dict[str, str]:
    """What besides the names speaks for one project, in words, by kind."""
    out: dict[str, str] = {}
    a, b = one.sign, other.sign
    if shared := a.owners & b.owners:
        brands = sorted(word[6:] for word in shared if word.startswith("brand "))
        out["owner"] = "same owner" + (f" {brands[0]}" if brands else "")
    elif brand := _named_owner(a, b) or _named_owner(b, a):
        out["owner"] = f"the owner {brand} is in the name"
    if a.parks & b.parks:
        out["park"] = "same park"
    if (mine := _cities(a)) and (theirs := _cities(b)) and may_agree(mine, theirs):
        out["city"] = f"both in {place_name(min(mine))}"
    if one.amounts & other.amounts:
        out["amount"] = "same amount"
    return out


def _named_owner(a: Sign, b: Sign) -> str:
    """A brand of the owners of one that stands in a name of the other, which has no owner told."""
    brands = sorted(word[6:] for word in a.owners if word.startswith("brand "))
    return next((x for x in brands for name in b.names if x in plain(name)), "")


@lru_cache(maxsize=100_000)
def _product(name: str, brands: tuple[str, ...]) -> str:
    """What a project makes, without its owner's brand."""
    product = project_name(name).product
    for brand in brands:
        product = product.replace(brand, "")
    return product


def _names(
    mine: str, theirs: str, proof: Mapping[str, str], brands: tuple[str, ...]
) -> Iterator[Found]:
    words = f"{mine} / {theirs}" + "".join(f"; {one}" for one in proof.values())
    if name_key(mine, "PROJECT") == name_key(theirs, "PROJECT"):
        if proof or len(name_key(mine, "PROJECT")) > _LONG:
            yield 5 if proof else 2, "same_name", words
        return
    if not proof:
        return
    a, b = project_name(mine), project_name(theirs)
    shared = a.capacity & b.capacity
    product, wider = sorted((_product(mine, brands), _product(theirs, brands)), key=len)
    close = in_order(product, wider) if product else product == wider and a.places == b.places
    if "owner" in proof:
        alike = len(_bigrams(mine) & _bigrams(theirs))
        if shared and (close or (alike > 1 and a.capacity == b.capacity)):
            yield 4, "same_capacity", f"same capacity: {words}"
        elif close and (len(product) >= 2 or a.phase or shared):
            yield 4, "same_product", f"same product: {words}"
        if "amount" in proof and alike:
            yield 3, "same_amount", words
    yield from _short(mine, theirs, words, proof)
    if close and (len(product) >= 8 or shared):
        yield 2, "same_product", f"same product: {words}"


def _short(mine: str, theirs: str, words: str, proof: Mapping[str, str]) -> Iterator[Found]:
    short, full = sorted((mine, theirs), key=lambda name: (len(name), name))
    if "owner" in proof and is_abbreviation(short, full, "PROJECT"):
        yield 2, "short_name", f"a short name: {words}"
    elif is_short_for(short, full, "PROJECT"):
        strong = "park" in proof or "amount" in proof
        yield 3 if strong else 2, "short_name", f"a short name: {words}"
