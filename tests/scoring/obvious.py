"""Scores of relations as the guidelines define them, slow and without anything from zonekg.scoring.

A thing is what its mentions name: they share a group, or their wording and label. A predicted
thing stands for the gold thing that it shares most mentions with, of several the first in the
text; relaxed, mentions that overlap decide where equal ones do not. Where two predicted things
that stand for one gold thing are related, they are themselves.
"""

from itertools import product

from zonekg.docs import groups, relations
from zonekg.schema import default_schema


def things(doc):
    """The things of a doc: disjoint sets of indices of mentions."""
    names = [(ent.text, ent.label_) for ent in doc.ents]
    group = groups(doc)
    pairs = list(product(range(len(names)), repeat=2))
    joined = [(i, j) for i, j in pairs if group[i] == group[j] or names[i] == names[j]]
    least = list(range(len(names)))
    while any(least[i] != least[j] for i, j in joined):
        for i, j in joined:
            least[i] = least[j] = min(least[i], least[j])
    return [frozenset(i for i in range(len(names)) if least[i] == at) for at in sorted(set(least))]


def shared(predicted, mine, gold, theirs, strict):
    """How many mentions a predicted and a gold thing share: equal ones, and those that overlap."""
    equal = overlap = 0
    for a, b in product((predicted.ents[i] for i in mine), (gold.ents[j] for j in theirs)):
        if a.label_ == b.label_:
            one, other = set(range(a.start_char, a.end_char)), set(range(b.start_char, b.end_char))
            equal += one == other
            overlap += bool(one & other) and not strict
    return equal, overlap


def stands_for(predicted, gold, strict):
    """For each predicted mention the thing that its own is counted as."""
    out = {}
    for mine in things(predicted):
        best, most = ("predicted", mine), (0, 0)
        for theirs in sorted(things(gold), key=min):
            count = shared(predicted, mine, gold, theirs, strict)
            if count > most:
                best, most = ("gold", theirs), count
        out |= dict.fromkeys(mine, best)
    return out


def facts(doc, names, least=0.0):
    """The facts of a doc, as (label, head, tail), or (label, both) without direction.

    names: the thing of each mention; least: relations below this score do not count.
    """
    own = {i: thing for thing in things(doc) for i in thing}
    told, parks = set(), set()
    for head, tail, label, score in relations(doc):
        if score < least or own[head] == own[tail]:
            continue
        ends = names[head], names[tail]
        if ends[0] == ends[1]:
            ends = ("predicted", own[head]), ("predicted", own[tail])
        symmetric = default_schema().relations[label].symmetric
        told.add((label, frozenset(ends)) if symmetric else (label, *ends))
        if label == "LOCATED_IN" and doc.ents[head].label_ == "PARK":
            parks.add(ends)
    while True:
        inside = {fact[1:] for fact in told if fact[0] == "LOCATED_IN"}
        further = {
            ("LOCATED_IN", thing, outer)
            for (thing, park), (inner, outer) in product(inside, parks)
            if park == inner and thing != outer
        }
        if further <= told:
            return told
        told |= further


def both_sides(predicted, gold, strict=True, least=0.0):
    """The facts of both; equal facts are equal things."""
    own = {i: ("gold", thing) for thing in things(gold) for i in thing}
    mine = facts(predicted, stands_for(predicted, gold, strict), least)
    return mine, facts(gold, own)


def counts(pairs, strict=True, least=0.0):
    """By label and for all: (right, predicted, gold)."""
    out = {label: [0, 0, 0] for label in ("micro", *default_schema().relations)}
    for predicted, gold in pairs:
        mine, theirs = both_sides(predicted, gold, strict, least)
        for place, found in enumerate((mine & theirs, mine, theirs)):
            for fact in found:
                out["micro"][place] += 1
                out[fact[0]][place] += 1
    return {label: tuple(row) for label, row in out.items()}
