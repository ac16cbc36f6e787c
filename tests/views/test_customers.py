"""Kunder: the list, the customer's page, and what the forms save, refuse and warn of."""

from typing import Any

import pytest

from tests.page import Page
from tests.people import Browser, World, enter, pair
from webapp import db
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.sync import register


def names(page: Page) -> list[str]:
    return [cell.attrs["title"] for cell in page.all("td", class_="two-lines")]


INVISIBLE = "Der er et usynligt tegn i teksten, som ikke kan gemmes. Skriv den igen."
NOT_A_NUMBER = "Skriv et helt tal fra 1 til 999999999."


def edited(browser: Browser, customer: Customer, **typed: str) -> dict[str, str]:
    """What the customer's form sends after a person typed this."""
    return _typed(browser.page(f"/customers/{customer.id}/edit"), typed)


def filled(browser: Browser, **typed: str) -> dict[str, str]:
    """What the form of a new customer sends after a person typed this."""
    return _typed(browser.page("/customers/new"), typed)


def _typed(page: Page, typed: dict[str, str]) -> dict[str, str]:
    sent = {e.attrs["name"] for e in page.elements if e.tag in ("input", "select", "textarea") and "name" in e.attrs}
    return {name: page.field(name) for name in sent} | typed


def test_the_register_lists_the_companys_customers_by_name(alice: Browser) -> None:
    assert names(alice.page("/customers")) == ["Havnens Tandklinik ApS", "Ærø Bageri"]


@pytest.mark.parametrize(("kind", "begins"), [("csv", "\ufeffKundenr.;Navn;".encode()), ("xlsx", b"PK")])
def test_the_register_is_taken_away_as_a_file(alice: Browser, kind: str, begins: bytes) -> None:
    answer = alice.get(f"/customers/list.{kind}")
    assert answer.data.startswith(begins) and f".{kind}" in answer.headers["Content-Disposition"]


def test_the_file_holds_what_the_search_finds_with_state_and_partner(alice: Browser, world: World) -> None:
    page = alice.page("/customers?q=bageri")
    address = next(link.attrs["href"] for link in page.all("a") if link.text == "CSV")
    _heads, line, end = alice.get(address).text.split("\r\n")
    assert line.startswith(f"{world.paired.number};Ærø Bageri;") and not end
    assert line.endswith(f";Parret;{world.mirror.number}")


def test_the_file_holds_no_other_companys_customers(charlie: Browser) -> None:
    assert len(charlie.get("/customers/list.csv").text.splitlines()) == 1


def test_another_company_sees_none_of_them(charlie: Browser) -> None:
    page = charlie.page("/customers")
    assert "Her er ingen kunder endnu." in page.source


@pytest.mark.parametrize("text", ["havn", "TAND havn", "1001", "odense"])
def test_search_finds_any_part_of_a_word(alice: Browser, text: str) -> None:
    assert names(alice.page(f"/customers?q={text}")) == ["Havnens Tandklinik ApS"]


@pytest.mark.parametrize("text", ["aeroe", "ærø", "62100020", "62 10 00"])
def test_search_forgives_letters_and_blanks(alice: Browser, text: str) -> None:
    assert names(alice.page(f"/customers?q={text}")) == ["Ærø Bageri"]


def test_a_search_by_htmx_answers_the_list_alone(alice: Browser) -> None:
    page = alice.page("/customers?q=havn", piece=True)
    assert (page.is_whole, names(page)) == (False, ["Havnens Tandklinik ApS"])


def test_a_search_without_result_says_so(alice: Browser) -> None:
    assert "Ingen kunder passer til ”<b>”." in [e.text for e in alice.page("/customers?q=<b>").all("b")][-1]


@pytest.mark.parametrize(
    "sort, first",
    [
        ("number", 1001),
        ("-number", 1002),
        ("-name", 1002),
        ("cvr", 1001),
        ("city", 1002),
        ("-city", 1001),
        ("state", 1002),
    ],
)
def test_the_list_sorts_by_each_column_both_ways(alice: Browser, sort: str, first: int) -> None:
    cells = alice.page(f"/customers?sort={sort}").all("td")
    assert cells[0].text == str(first)


def test_the_sorted_column_says_so_and_turns_round_when_pressed_again(alice: Browser) -> None:
    page = alice.page("/customers?sort=number&q=a")
    assert page.one("th", aria_sort="ascending").text.strip() == "Nr."
    assert page.all("a", hx_get="/customers?q=a&sort=-number")


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=-1", "page=99999999", "sort=password", "q=" + "x" * 101])
def test_an_address_that_makes_no_sense_gets_a_sentence(alice: Browser, query: str) -> None:
    answer = alice.get(f"/customers?{query}")
    assert answer.status_code == 400
    assert Page(answer.text).one("h1").text == "Det kunne ikke læses"


def test_a_search_for_an_invisible_character_finds_nothing_odd(alice: Browser) -> None:
    assert len(names(alice.page("/customers?q=havn%00%01"))) == 1


def test_the_list_comes_in_pages_of_fifty(alice: Browser, world: World) -> None:
    fill(world, 60)
    first, second = alice.page("/customers"), alice.page("/customers?page=2")
    assert (len(names(first)), len(names(second))) == (50, 12)
    assert not set(names(first)) & set(names(second))


def test_a_page_past_the_end_is_the_last_one(alice: Browser) -> None:
    assert "1–2 af 2" in alice.page("/customers?page=7").source


def test_a_long_list_asks_the_database_no_more_often(alice: Browser, world: World) -> None:
    few = queries(alice, "/customers")
    fill(world, 48)
    assert queries(alice, "/customers") == few


def test_each_row_carries_its_state_mark(alice: Browser) -> None:
    marks = [
        mark.text.strip() for mark in alice.page("/customers").all("span") if "state" in mark.attrs.get("class", "")
    ]
    assert marks == ["Ny", "Parret"]


def test_a_new_customer_is_saved_with_the_next_number(alice: Browser, world: World) -> None:
    answer = alice.post("/customers", {"name": "Fynbo Emballage A/S", "email": "a@fynbo.dk b@fynbo.dk"})
    made = Customer.with_number(world.alice.company, 1003)
    assert (answer.status_code, answer.location) == (303, f"/customers/{made.id}")
    assert "Fynbo Emballage A/S er oprettet med nummer 1003." in alice.get(answer.location).text


@pytest.mark.parametrize("number", ["", "77"])
def test_the_same_form_sent_twice_makes_one_customer(alice: Browser, world: World, number: str) -> None:
    form = filled(alice, name="Fynbo Emballage A/S", number=number)
    first, second = alice.post("/customers", form), alice.post("/customers", form)
    assert (first.status_code, second.status_code, second.location) == (303, 303, first.location)
    assert Customer.of(world.alice.company).count() == 3


def test_the_same_form_filled_in_anew_makes_another_customer(alice: Browser, world: World) -> None:
    form = filled(alice, name="Fynbo Emballage A/S")
    alice.post("/customers", form)
    alice.post("/customers", form | {"name": "Sydhavn Service"})
    assert Customer.with_number(world.alice.company, 1004).name == "Sydhavn Service"


def test_a_form_of_one_company_stands_for_none_of_another(alice: Browser, charlie: Browser, world: World) -> None:
    form = filled(alice, name="Fynbo Emballage A/S")
    alice.post("/customers", form)
    charlie.post("/customers", form | {"csrf_token": charlie.token()})
    assert Customer.of(world.charlie.company).count() == 1


def test_bob_may_create_a_customer(bob: Browser, world: World) -> None:
    assert bob.post("/customers", {"name": "Bobs kunde", "number": "77"}).status_code == 303
    assert Customer.with_number(world.bob.company, 77).name == "Bobs kunde"


def test_bob_is_offered_nothing_that_he_may_not_do(bob: Browser, world: World) -> None:
    page = bob.page(f"/customers/{world.customer.id}")
    assert not [e for e in page.elements if e.attrs.get("id") in ("edit-customer", "remove-customer")]


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"name": ""}, "Feltet skal udfyldes."),
        ({"name": "  \u00a0"}, "Feltet skal udfyldes."),
        ({"name": "x" * 256}, "Højst 255 tegn. Der står 256."),
        ({"name": "a", "ean": "1" * 14}, "Højst 13 tegn. Der står 14."),
        ({"name": "a", "number": "0"}, NOT_A_NUMBER),
        ({"name": "a", "number": "1000000000"}, NOT_A_NUMBER),
        ({"name": "a", "number": "12,5"}, NOT_A_NUMBER),
        ({"name": "a", "number": "1001"}, "Nummer 1001 bruges allerede af Havnens Tandklinik ApS."),
        ({"name": "a\x07b"}, INVISIBLE),
        (
            {"name": "a", "city": "Odense\x00"},
            "Der er et usynligt tegn i teksten, som ikke kan gemmes. Skriv den igen.",
        ),
        ({"name": "a", "vat_zone": "7"}, "Vælg fra listen."),
    ],
)
def test_what_cannot_be_saved_is_told_in_danish_and_changes_nothing(
    alice: Browser, world: World, form: dict[str, str], sentence: str
) -> None:
    answer = alice.post("/customers", form)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert sentence in [e.text.strip() for e in page.all("span", class_="wrong")]
    assert page.complaints() == []
    assert Customer.of(world.alice.company).count() == 2


def test_a_refused_form_keeps_what_was_typed(alice: Browser) -> None:
    page = Page(alice.post("/customers", {"name": "", "address": "Torvet 1\r\n2. tv.", "currency": "EUR"}).text)
    assert (page.field("address"), page.field("currency")) == ("Torvet 1\n2. tv.", "EUR")


@pytest.mark.parametrize(
    "field, value", [("cvr", "12345678"), ("cvr", "DE811871080"), ("ean", "5790000000001"), ("email", "ring først")]
)
def test_odd_values_are_saved_with_a_warning(alice: Browser, world: World, field: str, value: str) -> None:
    assert alice.post("/customers", {"name": "a", "number": "5", field: value}).status_code == 303
    assert getattr(Customer.with_number(world.alice.company, 5), field) == value
    assert "text-ask" in alice.get(f"/customers/check/{field}", query_string={field: value}).text


@pytest.mark.parametrize(
    "field, value", [("cvr", "DK 13 58 56 28"), ("ean", "5798009811578"), ("email", "a@b.dk, ø@blåbær.dk")]
)
def test_right_values_get_no_warning(alice: Browser, field: str, value: str) -> None:
    assert alice.get(f"/customers/check/{field}", query_string={field: value}).text.strip() == ""


@pytest.mark.parametrize("number, told", [("1001", True), ("1002", True), ("77", False), ("", False), ("x", True)])
def test_a_taken_number_is_told_while_typing(alice: Browser, number: str, told: bool) -> None:
    assert ("wrong" in alice.get(f"/customers/check/number?number={number}").text) == told


def test_a_customer_may_keep_its_own_number(alice: Browser, world: World) -> None:
    assert alice.get(f"/customers/check/number?number=1001&id={world.customer.id}").text.strip() == ""


def test_an_edit_saves_only_what_was_changed(alice: Browser, world: World) -> None:
    alice.post(f"/customers/{world.customer.id}", edited(alice, world.customer, phone="66 10 00 52"))
    lines = History.select().where(History.customer_id == world.customer.id, History.version == 2)
    assert [(line.field, line.before, line.after, line.by_id) for line in lines] == [
        ("phone", "", "66 10 00 52", world.alice.id)
    ]


def test_old_dirt_that_nobody_touched_stops_no_edit(alice: Browser, world: World) -> None:
    Customer.update(ean="x" * 20, city="Odense\nC", vat_zone="99").where(Customer.id == world.customer.id).execute()
    answer = alice.post(f"/customers/{world.customer.id}", edited(alice, world.customer, phone="1"))
    fresh = Customer.get_by_id(world.customer.id)
    assert (answer.status_code, fresh.phone, fresh.ean, fresh.city, fresh.vat_zone) == (
        303,
        "1",
        "x" * 20,
        "Odense\nC",
        "99",
    )


def test_two_who_change_different_fields_both_win(alice: Browser, world: World) -> None:
    mine = edited(alice, world.customer, phone="1")
    alice.post(f"/customers/{world.customer.id}", edited(alice, world.customer, city="Nyborg"))
    assert alice.post(f"/customers/{world.customer.id}", mine).status_code == 303
    fresh = Customer.get_by_id(world.customer.id)
    assert (fresh.phone, fresh.city) == ("1", "Nyborg")


def test_a_field_that_moved_meanwhile_comes_back_with_both_values(alice: Browser, world: World) -> None:
    mine = edited(alice, world.customer, city="Assens", phone="1")
    alice.post(f"/customers/{world.customer.id}", edited(alice, world.customer, city="Nyborg"))
    answer = alice.post(f"/customers/{world.customer.id}", mine)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert (page.field("city"), page.field("shown-city"), page.field("phone")) == ("Assens", "Nyborg", "1")
    assert "Nu står der: ”Nyborg”. Du så: ”Odense”." in page.source
    assert Customer.get_by_id(world.customer.id).phone == ""


def test_saving_again_after_seeing_it_uses_what_was_typed(alice: Browser, world: World) -> None:
    mine = edited(alice, world.customer, city="Assens")
    alice.post(f"/customers/{world.customer.id}", edited(alice, world.customer, city="Nyborg"))
    alice.post(f"/customers/{world.customer.id}", mine)
    assert alice.post(f"/customers/{world.customer.id}", mine | {"shown-city": "Nyborg"}).status_code == 303
    assert Customer.get_by_id(world.customer.id).city == "Assens"


def test_an_edit_by_htmx_answers_pieces_and_closes_the_dialog(alice: Browser, world: World) -> None:
    form = edited(alice, world.paired, city="Marstal")
    answer = alice.post(f"/customers/{world.paired.id}", form, piece=True)
    targets = [e.attrs["hx-target"] for e in Page(answer.text).all("hx-partial")]
    assert (answer.status_code, targets) == (200, ["#customer", "#toasts"])
    assert answer.headers["HX-Trigger"] == "close-dialog"
    assert "er gemt og sendes til e-conomic." in answer.text


def test_a_value_that_e_conomic_no_longer_lists_stays_selectable(alice: Browser, world: World) -> None:
    Customer.update(customer_group="44").where(Customer.id == world.customer.id).execute()
    page = alice.page(f"/customers/{world.customer.id}/edit")
    assert page.field("customer_group") == "44"


def test_without_a_connection_the_lists_are_plain_fields(charlie: Browser) -> None:
    page = charlie.page("/customers/new")
    assert page.all("select") == []
    assert charlie.post("/customers", {"name": "a", "currency": "kroner"}).status_code == 422


def test_the_number_can_be_changed(alice: Browser, world: World) -> None:
    alice.post(f"/customers/{world.customer.id}", edited(alice, world.customer, number="2001"))
    assert Customer.get_by_id(world.customer.id).number == 2001


def test_a_form_that_is_older_than_a_new_number_leaves_the_number_alone(alice: Browser, world: World) -> None:
    address, old = f"/customers/{world.customer.id}", edited(alice, world.customer)
    alice.post(address, edited(alice, world.customer, number="2001"))
    alice.post(address, old | {"city": "Marstal"})
    now = Customer.get_by_id(world.customer.id)
    assert (now.number, now.city) == (2001, "Marstal")


def test_a_number_that_somebody_else_changed_meanwhile_is_shown_before_it_is_changed(
    alice: Browser, world: World
) -> None:
    address, old = f"/customers/{world.customer.id}", edited(alice, world.customer)
    alice.post(address, edited(alice, world.customer, number="2001"))
    answer = alice.post(address, old | {"number": "3001"})
    assert answer.status_code == 422 and "Nu står der: ”2001”" in answer.text
    assert (Page(answer.text).field("shown-number"), Customer.get_by_id(world.customer.id).number) == ("2001", 2001)


def test_nor_is_it_lost_when_both_press_the_button_at_once(
    alice: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, change = edited(alice, world.customer, number="3001"), register.change

    def after_another(*facts: Any, **more: Any) -> Any:
        Customer.update(number=2001).where(Customer.id == world.customer.id).execute()
        return change(*facts, **more)

    monkeypatch.setattr(register, "change", after_another)
    answer = alice.post(f"/customers/{world.customer.id}", sent)
    assert answer.status_code == 422 and "Nu står der: ”2001”" in answer.text
    assert Customer.get_by_id(world.customer.id).number == 2001


def test_a_deleted_customer_leaves_the_list_and_keeps_its_page(alice: Browser, world: World) -> None:
    assert alice.post(f"/customers/{world.customer.id}/removal").location == "/customers"
    assert names(alice.page("/customers")) == ["Ærø Bageri"]
    assert "Kunden er slettet i dag" in alice.page(f"/customers/{world.customer.id}").source


def test_deleting_a_paired_customer_says_what_becomes_of_its_partner(alice: Browser, world: World) -> None:
    dialog = alice.page(f"/customers/{world.paired.id}/removal", piece=True)
    assert "Kunden bliver ikke slettet i e-conomic." in dialog.source


@pytest.mark.parametrize("rest", ["/edit", "/removal"])
def test_a_deleted_customer_has_no_forms(alice: Browser, world: World, rest: str) -> None:
    register.remove(world.alice.company, world.customer.id, world.alice)
    answer = alice.get(f"/customers/{world.customer.id}{rest}")
    assert (answer.status_code, "eller den er slettet" in answer.text) == (404, True)


def test_the_page_shows_the_partner_and_what_differs(alice: Browser, world: World) -> None:
    page = alice.page(f"/customers/{world.paired.id}")
    cells = [cell.text for cell in page.all("td")]
    assert cells == ["62 10 00 20", "62 10 00 99", "Må gerne være forskellige"]


def test_the_page_says_when_all_fields_are_equal(alice: Browser, world: World) -> None:
    twin = enter(world.connection, 1001, world.customer.values)
    pair(world.connection, world.customer, twin)
    assert "Alle felter er ens på begge sider." in alice.page(f"/customers/{world.customer.id}").source


def test_a_customer_under_way_asks_for_news_until_it_has_arrived(alice: Browser, world: World) -> None:
    register.change(world.alice.company, world.paired.id, {"city": ""}, {"city": "Marstal"}, world.alice)
    address = f"/customers/{world.paired.id}"
    assert alice.page(address, piece=True).all("div", hx_get=address)
    Pairing.update(state="closed").where(Pairing.id == world.pairing.id).execute()


def test_the_history_tells_before_after_when_and_who(alice: Browser, world: World) -> None:
    register.change(world.alice.company, world.customer.id, {"city": "Odense"}, {"city": "Nyborg"}, world.alice)
    entry = alice.page(f"/customers/{world.customer.id}").all("li")[0]
    assert " ".join(entry.text.split()).startswith("Rettet i CleanManager · i dag")
    assert "Alice By: Odense → Nyborg" in " ".join(entry.text.split())


def test_a_long_history_comes_in_parts(alice: Browser, world: World) -> None:
    for n in range(60):
        register.change(
            world.alice.company, world.customer.id, {"phone": str(n) if n else ""}, {"phone": str(n + 1)}, world.alice
        )
    page = alice.page(f"/customers/{world.customer.id}")
    older = next(e.attrs["href"] for e in page.all("a") if "history=" in e.attrs["href"])
    assert len(page.all("li")) + len(alice.page(older.partition("#")[0]).all("li")) == 61


def test_a_hostile_name_is_shown_as_text(alice: Browser, world: World) -> None:
    alice.post("/customers", {"name": "<script>alert(1)</script>", "number": "9"})
    customer = Customer.with_number(world.alice.company, 9)
    for address in ("/customers", f"/customers/{customer.id}", f"/customers/{customer.id}/edit"):
        assert "<script>alert" not in alice.page(address).source


def test_the_badge_counts_what_waits(alice: Browser, world: World) -> None:
    from webapp.views import customer_list

    assert customer_list.read(world.alice.company, {}).waiting == 1


def fill(world: World, count: int) -> None:
    with db.write():
        for n in range(count):
            register.add(world.alice.company, 5000 + n, {"name": f"Kunde {n:03}"}, world.alice)


def queries(browser: Browser, address: str) -> int:
    """How many statements the page takes."""
    seen: list[str] = []
    execute = db.database.obj.execute_sql
    db.database.obj.execute_sql = lambda sql, *rest, **named: seen.append(sql) or execute(sql, *rest, **named)
    try:
        browser.page(address)
    finally:
        del db.database.obj.execute_sql
    return len(seen)
