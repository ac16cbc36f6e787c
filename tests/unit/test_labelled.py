"""The labelled sets: the same for the same seed, honest about who is who, and ignorant of the matcher."""

import ast
from pathlib import Path

import pytest

from webapp.bench import clerk, danish, words
from webapp.bench.danish import labelled
from webapp.bench.measure import best_line, figures, most_favourable, one_to_one, recall_at
from webapp.sync.matching import match

TRUTH = {("a", "x"), ("b", "y")}


@pytest.mark.parametrize("module", [danish, clerk, words])
def test_the_makers_of_the_set_import_nothing_of_the_matcher(module: object) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())  # type: ignore[attr-defined]
    found = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    assert [name for name in found if name.startswith("webapp") and not name.startswith("webapp.bench")] == []


def test_a_seed_always_makes_the_same_set_and_another_seed_another() -> None:
    assert labelled(5, 200) == labelled(5, 200) != labelled(6, 200)


def test_every_true_pair_names_a_customer_of_each_side() -> None:
    made = labelled(5, 300)
    ours, theirs = dict(made.ours), dict(made.theirs)
    assert made.truth and all(one in ours and other in theirs for one, other in made.truth)
    assert len(ours) == len(made.ours) and len(theirs) == len(made.theirs)


def test_all_that_befalls_a_register_is_in_it() -> None:
    kinds = set(labelled(5, 3000).kinds.values())
    assert {"moved", "renamed", "namesake", "chain", "sole trader", "household", "holding", "doubled"} <= kinds


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_no_sure_pair_of_a_labelled_set_is_wrong_and_most_with_a_key_are_sure(seed: int) -> None:
    made = labelled(seed, 1200)
    sure = {(one.ours, one.theirs) for one in match(made.ours, made.theirs) if one.group == "sure"}
    ours, theirs = dict(made.ours), dict(made.theirs)
    keyed = {(one, other) for one, other in made.truth if "cvr" in ours[one] and "cvr" in theirs[other]}
    assert sure <= made.truth and len(sure & keyed) / len(keyed) > 0.75


@pytest.mark.parametrize("seed", [21, 22])
def test_the_suggestions_find_nearly_all_and_little_else(seed: int) -> None:
    made = labelled(seed, 1200)
    found = match(made.ours, made.theirs)
    suggested = figures([(one.ours, one.theirs) for one in found if one.group != "none"], made.truth)
    scores = {(one.ours, one.theirs): one.score for one in found}
    assert suggested.f1 > 0.97 and recall_at(3, scores, made.truth) > 0.99


def test_precision_recall_and_f1_are_counted_right() -> None:
    found = figures([("a", "x"), ("a", "y"), ("c", "z")], TRUTH)
    assert (found.precision, found.recall, found.f1) == (1 / 3, 1 / 2, 2 / 5)


def test_recall_at_two_asks_whether_the_partner_is_among_the_best_two() -> None:
    scores = {("a", "p"): 9.0, ("a", "q"): 8.0, ("a", "x"): 7.0, ("b", "p"): 9.0, ("b", "y"): 8.0}
    assert recall_at(2, scores, TRUTH) == 0.5 and recall_at(3, scores, TRUTH) == 1.0


def test_one_to_one_takes_the_best_first() -> None:
    assert one_to_one({("a", "x"): 1.0, ("a", "y"): 3.0, ("b", "y"): 2.0, ("b", "z"): 1.5}) == {
        ("a", "y"): 3.0,
        ("b", "z"): 1.5,
    }


def test_a_rival_gets_the_line_that_serves_it_best() -> None:
    scores = {("a", "x"): 5.0, ("b", "y"): 4.0, ("c", "z"): 3.0}
    assert best_line(scores, TRUTH) == 4.0 and most_favourable(scores, TRUTH).f1 == 1.0


def test_equal_scores_stand_or_fall_together() -> None:
    assert best_line({("a", "x"): 5.0, ("b", "y"): 4.0, ("c", "z"): 4.0}, TRUTH) == 4.0
