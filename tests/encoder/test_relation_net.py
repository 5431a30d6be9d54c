import numpy as np
import pytest
import srsly
import torch
from safetensors.torch import load, save

from zonekg.components.relations.shared_words import WORDS
from zonekg.encoder.relation_learner import RelationLearner, relation_graph
from zonekg.encoder.relation_net import RelationNet, choice_loss
from zonekg.encoder.relation_shim import RelationShim

SHAPE = {
    "vectors": 12, "labels": 4, "relations": 3, "places": 2, "between": 3, "buckets": 5,
    "words": 2, "rules": 2, "width": 16, "layers": 2, "dropout": 0.3,
}  # fmt: skip


def make_net():
    torch.manual_seed(1)
    return RelationNet(**SHAPE)


def stretch(seed, mentions=7):
    lots = np.random.default_rng(seed)
    starts = np.sort(lots.choice(40, mentions, replace=False))
    pairs = np.array([(a, b) for a in range(mentions) for b in range(mentions) if a != b])
    return {
        "vectors": lots.normal(size=(45, 12)).astype(np.float32),
        "spans": np.stack([starts, starts + lots.integers(1, 5, mentions)], axis=1),
        "labels": lots.integers(0, 4, mentions),
        "places": lots.integers(0, 5, (mentions, 2)),
        "pairs": pairs,
        "between": lots.integers(0, 5, (len(pairs), 3)),
        "rules": lots.integers(0, 2, (len(pairs), 2)).astype(np.float32),
        "words": lots.integers(0, 5, (len(pairs), 2)),
        "sentences": np.array([(0, 20), (20, 38), (38, 45)]),
        "standings": lots.integers(0, 5, (3, 2)),
        "scopes": lots.integers(0, 3, (mentions, 2)),
    }


def test_the_graph_says_what_the_net_says():
    shim = RelationShim({"average": 0.0})
    shim.learn(make_net())
    columns = [stretch(seed, mentions) for seed, mentions in enumerate((7, 3, 12))]
    before = [shim.predict(one) for one in columns]
    shim.freeze()
    for one, rows in zip(columns, before, strict=True):
        assert rows.shape == (len(one["pairs"]), 3)
        assert np.abs(shim.predict(one) - rows).max() < 0.1 * rows.std()


def test_the_order_of_pairs_makes_no_difference():
    learner = RelationLearner(make_net(), {"average": 0.0})
    one = stretch(5)
    rows = learner.predict([*one.values()])
    turned = one | {key: one[key][::-1] for key in ("pairs", "between", "rules", "words")}
    assert learner.predict([*turned.values()]) == pytest.approx(rows[::-1], abs=1e-5)


def test_a_far_sentence_without_a_mention_is_heard():
    learner = RelationLearner(make_net(), {"average": 0.0})
    one = stretch(5, mentions=4)
    one["spans"] = np.array([(0, 2), (3, 5), (6, 9), (10, 12)])
    one["scopes"] = np.zeros((4, 2), dtype=np.int64)
    other = one | {"vectors": one["vectors"].copy()}
    other["vectors"][38:] += 1
    rows, changed = (learner.predict([*x.values()]) for x in (one, other))
    assert np.abs(changed - rows).max() > 1e-3


def test_a_shim_comes_back_as_it_was():
    shim = RelationShim({"average": 0.9})
    shim.learn(make_net())
    other = RelationShim({"average": 0.9}).from_bytes(shim.to_bytes())
    one = stretch(2)
    assert (other.predict(one) == shim.predict(one)).all()
    shim.freeze()
    other.from_bytes(shim.to_bytes())
    assert not other.learner
    assert (other.predict(one) == shim.predict(one)).all()
    assert shim.training_state() == b""


def test_a_net_that_learnt_before_names_were_compared_learns_on():
    shape = SHAPE | {"words": WORDS}
    torch.manual_seed(1)
    net = RelationNet(**shape)
    net.words.weight.data.zero_()
    shim = RelationShim({"average": 0.9})
    shim.learn(net)
    message = srsly.msgpack_loads(shim.to_bytes())
    del message["shape"]["words"]
    weights = load(message["weights"])
    message["weights"] = save({k: v for k, v in weights.items() if k != "words.weight"})
    other = RelationShim({"average": 0.9}).from_bytes(srsly.msgpack_dumps(message))
    one = stretch(2)
    one["words"] = np.zeros((len(one["pairs"]), WORDS), dtype=np.int64)
    assert (other.predict(one) == shim.predict(one)).all()
    assert other.net.words.weight.shape == (WORDS * 5, 96)


def test_the_graph_is_the_same_each_time():
    assert relation_graph(make_net()) == relation_graph(make_net())


def brute_force(scores, entries, choices, right, unsure):
    logits = [
        max(scores[p, r] for p, r, o in entries if o == option) for option in range(len(choices))
    ]
    total = 0.0
    for choice in range(len(unsure)):
        mine = [o for o, c in enumerate(choices) if c == choice]
        weights = [np.exp(logits[o]) for o in mine]
        good = sum(w for w, o in zip(weights, mine, strict=True) if right[o]) + unsure[choice]
        total -= np.log(good / (sum(weights) + 1))
    return total


def test_the_loss_is_the_surprise_at_the_right_options():
    scores = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    entries = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 1), (2, 2, 2), (3, 2, 3)])
    choices = np.array([0, 0, 1, 1])
    for right, unsure in (
        ([True, False, False, False], [False, True]),
        ([False, True, True, True], [True, False]),
    ):
        columns = (scores, entries, choices, np.array(right), np.array(unsure))
        found = choice_loss(
            *map(torch.from_numpy, columns[:3]),
            right=torch.tensor(right),
            unsure=torch.tensor(unsure),
        )
        assert float(found) == pytest.approx(brute_force(*columns), rel=1e-5)


def test_it_learns():
    learner = RelationLearner(make_net(), {"average": 0.0})
    one = [*stretch(4).values()]
    pairs = len(one[4])
    entries = np.stack([np.arange(pairs), np.arange(pairs) % 3, np.arange(pairs)], axis=1)
    right = np.arange(pairs) % 4 == 0
    target = (entries, np.arange(pairs), right, ~right)
    optimizer = torch.optim.Adam(learner.net.parameters(), lr=0.01)
    losses = []
    for _ in range(30):
        losses.append(learner.learn(one, target, 1 / pairs))
        optimizer.step()
        optimizer.zero_grad()
    assert losses[-1] < losses[0] / 2
