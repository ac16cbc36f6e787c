"""Secrets at rest: opened by their own row and a known key, and by nothing else."""

from collections.abc import Iterator

import pytest

from webapp import vault
from webapp.vault import Unreadable

OLD, NEW = vault.new_key(), vault.new_key()


@pytest.fixture(autouse=True)
def _keys() -> Iterator[None]:
    before = vault._Keys.ring
    vault.use([OLD])
    yield
    vault._Keys.ring = before


def test_a_sealed_value_opens_for_its_row() -> None:
    assert vault.unseal(vault.seal("hemmeligt æøå", bound="grant:1:7"), bound="grant:1:7") == "hemmeligt æøå"


def test_a_sealed_value_does_not_show_what_it_holds() -> None:
    sealed = vault.seal("hemmeligt", bound="grant:1:7")
    assert "hemmeligt" not in sealed and "grant" not in sealed
    assert vault.seal("hemmeligt", bound="grant:1:7") != sealed


@pytest.mark.parametrize("row", ["grant:2:7", "grant:1:77", "", "webhook:1"])
def test_a_value_moved_to_another_row_does_not_open(row: str) -> None:
    with pytest.raises(Unreadable, match="another row"):
        vault.unseal(vault.seal("x", bound="grant:1:7"), bound=row)


def test_any_key_in_use_opens_and_the_first_one_seals() -> None:
    sealed = vault.seal("x", bound="a")
    vault.use([NEW, OLD])
    assert vault.unseal(sealed, bound="a") == "x"
    newer = vault.seal("y", bound="a")
    vault.use([NEW])
    assert vault.unseal(newer, bound="a") == "y"


def test_a_key_that_was_taken_out_opens_no_more() -> None:
    sealed = vault.seal("x", bound="a")
    vault.use([NEW])
    with pytest.raises(Unreadable, match="no key"):
        vault.unseal(sealed, bound="a")


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_changed_letter_is_noticed(place: int) -> None:
    letters = list(vault.seal("x", bound="a").rstrip("="))
    letters[place] = "A" if letters[place] != "A" else "B"
    with pytest.raises(Unreadable):
        vault.unseal("".join(letters), bound="a")


@pytest.mark.parametrize("rubbish", ["", "gAAAA", "æøå", "{}", "x" * 500])
def test_rubbish_does_not_open(rubbish: str) -> None:
    with pytest.raises(Unreadable):
        vault.unseal(rubbish, bound="a")


def test_nothing_opens_without_keys() -> None:
    sealed = vault.seal("x", bound="a")
    vault._Keys.ring = None
    with pytest.raises(Unreadable, match="no keys"):
        vault.unseal(sealed, bound="a")


@pytest.mark.parametrize("keys", [[], [""], ["too short"], [OLD, "no key"]])
def test_what_is_no_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        vault.use(keys)
