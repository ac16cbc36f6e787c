"""What a seed's history is made of: moods lean, stories come in their order, every step named is one that exists."""

from random import Random

import pytest

from webapp.simulation import aim, boundaries, moods
from webapp.simulation.steps import STEPS, VERBS, history

WEIGHTS = {name: weight for name, (_, weight) in VERBS.items()}


@pytest.mark.parametrize("theme", sorted(moods.THEMES))
def test_a_theme_is_of_steps_that_exist(theme):
    assert set(moods.THEMES[theme]) <= VERBS.keys()


@pytest.mark.parametrize("planned", [*aim.STORIES, *aim.WAYS.values()])
def test_a_story_is_of_steps_that_exist(planned):
    verbs = {step if isinstance(step, str) else step[0] for step in planned}
    assert verbs <= VERBS.keys()


@pytest.mark.parametrize("begins", aim.WAYS)
def test_a_way_leads_to_a_boundary_that_there_is(begins):
    assert any(name.startswith(begins) for name in boundaries.declared())


def test_a_way_that_is_aimed_for_has_no_gap_that_tears_it():
    found = [aim.places(Random(seed), STEPS, 9, is_aimed=True) for seed in range(50)]
    assert all(places[-1] - places[0] <= 9 for places in found)


@pytest.mark.parametrize("seed", range(20))
def test_a_mood_leaves_some_out_and_always_lets_work_be_done(seed):
    leaned = dict(zip(WEIGHTS, moods.leaning(Random(seed), WEIGHTS), strict=True))
    assert 0 in leaned.values()
    assert leaned["work"] >= 0.2 * sum(leaned.values())


def test_what_is_favoured_is_never_left_out():
    for seed in range(20):
        leaned = dict(zip(WEIGHTS, moods.leaning(Random(seed), WEIGHTS, {"we rest"}), strict=True))
        assert leaned["we rest"] == moods.LEANING * WEIGHTS["we rest"]


def test_a_history_is_as_long_as_asked_and_its_own():
    assert [len(history(seed, 25)) for seed in range(30)] == [25] * 30
    assert history(7, STEPS) == history(7, STEPS) != history(8, STEPS)


def test_a_part_of_a_history_keeps_each_step_as_it_was():
    whole = history(7)
    assert history(7, only=[3, 5]) == [whole[3], whole[5]]
