"""Files of tests that wait are handed out between those that compute."""

from itertools import pairwise
from pathlib import Path

from tests.spread import spread

FILES = [Path(f"tests/browser/test_{n}.py") for n in range(5)] + [Path(f"tests/sync/test_{n}.py") for n in range(20)]


def test_every_file_is_handed_out_once() -> None:
    assert sorted(spread(FILES)) == sorted(FILES)


def test_two_files_that_wait_do_not_come_one_after_the_other_and_none_comes_last() -> None:
    rooms = [file.parent.name for file in spread(FILES)]
    assert ("browser", "browser") not in pairwise(rooms)
    assert rooms[-1] == "sync"
