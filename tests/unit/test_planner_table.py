"""docs/planner.md is what the code decides, and covers every case."""

from itertools import product
from pathlib import Path

from tests.unit.planner_table import BASES, VALUES, cases, page, renamed

PAGE = Path(__file__).parents[2] / "docs/planner.md"


def test_the_page_of_cases_is_fresh() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.unit.planner_table > docs/planner.md"


def test_the_page_covers_every_case() -> None:
    listed = set(cases())
    assert {renamed(*case) for case in product(VALUES, VALUES, BASES)} == listed
