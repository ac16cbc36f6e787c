"""Lists to take away: sent while they are read, a page of rows at a time."""

import pytest

from tests.people import Browser
from webapp import db
from webapp.models.company import Company
from webapp.sync import register
from webapp.views import customer_file

LIST = "/customers/list.csv"


def put_in(browser: Browser, count: int) -> list[str]:
    assert browser.user is not None
    company = Company.get_by_id(browser.user.company_id)
    with db.write():
        return [register.insert(company, 5000 + n, {"name": f"Nr. {n}"}, cause="edit").name for n in range(count)]


def test_the_register_read_in_parts_is_the_same_list(charlie: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    names = put_in(charlie, 5)
    whole = charlie.get(LIST).data
    monkeypatch.setattr(customer_file, "AT_ONCE", 2)
    assert charlie.get(LIST).data == whole
    assert [line.split(";")[1] for line in whole.decode().splitlines()[1:]] == names


def test_a_list_begins_before_its_rows_are_read(charlie: Browser) -> None:
    put_in(charlie, 1)
    answer = charlie.client.get(LIST, buffered=False)
    first = next(answer.iter_encoded())
    put_in_later = register.insert(Company.get_by_id(charlie.user.company_id), 9, {"name": "Ny"}, cause="edit")  # type: ignore[union-attr]
    assert first.count(b"\n") == 1 and put_in_later.name.encode() in answer.data


def test_a_list_that_nobody_takes_to_its_end_gives_its_connection_back(charlie: Browser) -> None:
    put_in(charlie, 1)
    db.database.close()
    answer = charlie.client.get(LIST, buffered=False)
    next(answer.iter_encoded())
    assert not db.database.is_closed()
    answer.close()
    assert db.database.is_closed()
