"""Two whole registers: what is sure, what is only to be looked at, and that nothing is paired by chance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.bench.danish import labelled
from webapp.sync.matching import Doubt, Suggestion, match
from webapp.sync.party import Values

FIRM = {
    "name": "Havnens Tandklinik ApS",
    "cvr": "33920459",
    "address": "Havnegade 12",
    "postcode": "5000",
    "city": "Odense C",
    "email": "post@havnenstand.dk",
    "phone": "66123456",
}
WITHOUT_KEYS = {name: value for name, value in FIRM.items() if name not in ("cvr", "email", "phone")}
ELSEWHERE = {"address": "Algade 3", "postcode": "9000", "city": "Aalborg"}


def groups(ours: list[Values], theirs: list[Values]) -> dict[tuple[int, int], str]:
    found = match(list(enumerate(ours)), list(enumerate(theirs)))
    return {(one.ours, one.theirs): one.group for one in found if one.group != "none"}


def test_the_same_cvr_name_and_house_is_sure() -> None:
    assert groups([FIRM], [{**FIRM, "name": "HAVNENS TANDKLINIK", "email": "", "phone": ""}]) == {(0, 0): "sure"}


@pytest.mark.parametrize(
    "key", [{"cvr": "33920459"}, {"ean": "5798000000014"}, {"phone": "66123456"}, {"number": "17"}]
)
def test_each_key_makes_sure_with_name_and_house(key: dict[str, str]) -> None:
    assert groups([WITHOUT_KEYS | key], [WITHOUT_KEYS | key]) == {(0, 0): "sure"}


@pytest.mark.parametrize(
    "against",
    [
        {"cvr": "29023262"},
        {"name": "Skovbryn Friskole"},
        {"name": "Havnens Tandklinik Holding ApS", "cvr": ""},
        ELSEWHERE,
        {"address": "Algade 3"},
        {"address": "Havnegade 14"},
    ],
)
def test_what_contradicts_is_never_sure(against: dict[str, str]) -> None:
    assert "sure" not in groups([FIRM], [FIRM | against]).values()


def people(sharing: int = 0) -> list[Values]:
    """Five hundred who hold a number each, the first of them one that so many others hold too."""
    names = (
        f"{first}{last} {last}{first}" for first in "bcdfghjklmnprstvwxz" for last in "aeiouyåæøbcdfghjklmnprstvwz"
    )
    numbers = (str(70_000_019 + 37 * max(0, place - sharing)) for place in range(600))
    return [{"name": f"Kunde {name}", "cvr": number} for name, number in zip(names, numbers, strict=False)]


RENAMED = {"name": "Skovbryn Friskole"}


@pytest.mark.parametrize("moved, is_sure", [(ELSEWHERE, True), (RENAMED, True), (ELSEWHERE | RENAMED, False)])
@pytest.mark.parametrize("sharing", [0, 2])
def test_a_number_is_enough_for_who_moved_or_was_renamed_where_nobody_shares_one(
    sharing: int, moved: dict[str, str], is_sure: bool
) -> None:
    firm = WITHOUT_KEYS | {"cvr": FIRM["cvr"]}
    found = groups([firm, *people(sharing)], [firm | moved, *people(sharing)])
    assert (found.get((0, 0)) == "sure") == (is_sure and not sharing)


def test_an_equal_email_alone_is_never_sure() -> None:
    mail = {"name": FIRM["name"], "email": FIRM["email"]}
    assert "sure" not in groups([mail], [mail]).values()


def test_name_and_house_without_a_key_are_to_be_looked_at() -> None:
    assert groups([WITHOUT_KEYS], [WITHOUT_KEYS]) == {(0, 0): "look"}


def test_shops_of_one_firm_find_each_their_own() -> None:
    other = FIRM | ELSEWHERE | {"phone": "98123456"}
    assert groups([FIRM, other], [other, FIRM]) == {(0, 1): "sure", (1, 0): "sure"}


def test_two_shops_of_one_firm_of_which_each_side_knows_another_are_not_sure() -> None:
    assert "sure" not in groups([FIRM], [FIRM | ELSEWHERE | {"phone": ""}]).values()


def test_a_shop_whose_house_is_not_known_is_not_sure() -> None:
    sparse = {"name": FIRM["name"], "cvr": FIRM["cvr"], "postcode": "5000"}
    assert groups([FIRM], [sparse]) == {(0, 0): "look"}


def test_registers_that_know_only_name_and_number_can_still_be_sure() -> None:
    bare = {"name": FIRM["name"], "cvr": FIRM["cvr"]}
    assert groups([bare], [bare]) == {(0, 0): "sure"}


def test_a_double_on_one_side_makes_neither_sure() -> None:
    assert set(groups([FIRM, FIRM], [FIRM]).values()) == {"look"}


def test_numbers_in_names_tell_associations_apart() -> None:
    here = {"address": "Elmevej 1", "postcode": "5000", "phone": "66123456", "email": "post@adm.dk"}
    ours, theirs = {"name": "Ejerforeningen Elme 3", **here}, {"name": "Ejerforeningen Elme 4", **here}
    assert "sure" not in groups([ours], [theirs]).values()


def test_the_surname_may_stand_first() -> None:
    assert groups([FIRM | {"name": "Jens Hansen"}], [FIRM | {"name": "Hansen, Jens"}]) == {(0, 0): "sure"}


def test_it_works_for_other_countries_and_scripts() -> None:
    tokyo = {"name": "株式会社山田製作所", "address": "1-2-3 Ginza", "city": "東京", "phone": "+81 3-1234-5678"}
    berlin = {"name": "Müller GmbH", "cvr": "DE136695976", "address": "Hauptstraße 10", "postcode": "10115"}
    said = {"name": "Mueller GmbH & Co. KG", "cvr": "136695976", "address": "Hauptstr. 10", "postcode": "D-10115"}
    assert groups([tokyo, berlin], [said, tokyo]) == {(0, 1): "sure", (1, 0): "sure"}


KEYED = WITHOUT_KEYS | {"cvr": "33920459"}


@pytest.mark.parametrize(
    "ours, theirs, why",
    [
        (FIRM, FIRM | {"cvr": "29023262", "address": "Algade 3"}, Doubt("other", ("cvr",))),
        (FIRM, FIRM | {"name": "Havnens Tandklinik Holding ApS", "cvr": ""}, Doubt("part", ("name",))),
        (FIRM, FIRM | {"address": "Havnegade 14"}, Doubt("house", ("address",))),
        (KEYED, KEYED | {"cvr": "33920458"}, Doubt("near", ("cvr",))),
        (WITHOUT_KEYS, WITHOUT_KEYS, Doubt("only", ("name", "address"))),
        (FIRM | {"cvr": "", "phone": ""}, FIRM | {"cvr": "", "phone": ""}, Doubt("alone", ("email",))),
        (KEYED | {"address": ""}, KEYED, Doubt("unknown", ("address",))),
        (KEYED | {"address": ""}, KEYED | {"name": "Havnans Tandklinek"}, Doubt("letters", ("name",))),
    ],
)
def test_a_pair_to_look_at_says_why_it_is_not_sure(ours: Values, theirs: Values, why: Doubt) -> None:
    (found,) = match([(1, ours)], [(1, theirs)])
    assert (found.group, found.doubt) == ("look", why)


def test_one_of_several_says_so() -> None:
    assert match([(1, FIRM)], [(1, FIRM), (2, FIRM)])[0].doubt == Doubt("several")


def test_a_key_that_others_share_is_called_shared() -> None:
    shop = {"name": "Havnens Tandklinik", "cvr": "33920459", "city": "Odense C"}
    others = [{"name": f"Brasserie {name}", "cvr": "33920459", "city": "Aalborg"} for name in ("Kilden", "Molen")]
    found = match([(1, shop)], list(enumerate([shop, *others])))
    assert (found[0].group, found[0].doubt) == ("look", Doubt("shared", ("cvr",)))


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_not_sure_has_a_doubt(seed: int) -> None:
    made = labelled(seed, 300)
    assert all((one.doubt is None) == (one.group == "sure") for one in match(made.ours, made.theirs))


def test_a_pair_called_not_the_same_is_left_out() -> None:
    assert match([("a", FIRM)], [("b", FIRM)], apart={("a", "b")}) == []


def test_three_candidates_are_given_and_the_best_stands_first() -> None:
    names = ["Havnens Tandklinik", "Havnens Tandklink", "Havnens Tandlæge", "Havnens Tandteknik", "Skovbryn"]
    found = match(
        [(0, {"name": names[0], "city": "Ribe"})], [(n, {"name": name, "city": "Ribe"}) for n, name in enumerate(names)]
    )
    assert len(found) == 3 and found[0].theirs == 0 and found[0].score > found[1].score


@pytest.mark.parametrize("shared", [{"name": "Diverse"}, {"name": "Diverse", "cvr": "33920459"}, {"cvr": "33920459"}])
def test_a_crowd_that_shares_all_it_has_is_not_paired_by_chance(shared: dict[str, str]) -> None:
    assert groups([shared] * 352, [shared] * 352) == {}


def test_one_of_a_crowd_is_found_by_what_is_its_own() -> None:
    crowd = [{"name": "Diverse", "cvr": "33920459"}] * 352
    own = {"name": "Diverse", "cvr": "33920459", "address": "Algade 3", "postcode": "9000", "phone": "98123456"}
    assert groups([*crowd, own], [own, *crowd]) == {(352, 0): "sure"}


def test_the_work_grows_with_the_crowd_and_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp.sync import matching

    compared: list[int] = []
    real = matching.findings
    monkeypatch.setattr(matching, "findings", lambda *parties: compared.append(1) or real(*parties))
    crowd = [(n, {"name": "Diverse", "cvr": "33920459", "email": f"a{n}@x.dk"}) for n in range(352)]
    match(crowd, crowd)
    assert len(compared) <= 352 * 10


names = st.sampled_from(
    ["Nordlys ApS", "Nordlys A/S", "Nordly", "Havblik", "Havblik Holding", "Jens Hansen", "Hansen Jens", ""]
)
parties = st.fixed_dictionaries(
    {"name": names},
    optional={
        "cvr": st.sampled_from(["33920459", "29023262", "DK33920459", "33920495", ""]),
        "phone": st.sampled_from(["66123456", "+45 66 12 34 56", "98123456"]),
        "email": st.sampled_from(["a@nordlys.dk", "b@nordlys.dk", "x@gmail.com"]),
        "address": st.sampled_from(["Havnegade 12", "Havneg. 12", "Havnegade 14", "Algade 3"]),
        "postcode": st.sampled_from(["5000", "9000"]),
        "city": st.sampled_from(["Odense", "Aalborg"]),
    },
)
registers = st.lists(parties, max_size=6)


def told(found: list[Suggestion[int, int]]) -> set[tuple[int, int, float, str]]:
    return {(one.ours, one.theirs, one.score, one.group) for one in found if one.group == "sure"}


@settings(deadline=None, derandomize=True)
@given(registers, registers)
def test_it_is_the_same_whichever_register_is_called_ours(ours: list[Values], theirs: list[Values]) -> None:
    there, back = (
        match(list(enumerate(ours)), list(enumerate(theirs))),
        match(list(enumerate(theirs)), list(enumerate(ours))),
    )
    assert told(there) == {(ours, theirs, score, group) for theirs, ours, score, group in told(back)}


@settings(deadline=None, derandomize=True)
@given(registers, registers)
def test_nobody_is_sure_twice_or_next_to_an_equal(ours: list[Values], theirs: list[Values]) -> None:
    sure = [pair for pair, group in groups(ours, theirs).items() if group == "sure"]
    assert len({i for i, _ in sure}) == len({j for _, j in sure}) == len(sure)
    assert all(ours.count(ours[i]) == 1 and theirs.count(theirs[j]) == 1 for i, j in sure)


@settings(deadline=None, derandomize=True)
@given(registers, registers)
def test_no_sure_pair_differs_in_cvr_or_name_or_town(ours: list[Values], theirs: list[Values]) -> None:
    for one in match(list(enumerate(ours)), list(enumerate(theirs))):
        if one.group == "sure":
            assert not {("other", field) for field in ("cvr", "name", "city", "address")} & {
                (found.kind, found.field) for found in one.evidence
            }


@settings(deadline=None, derandomize=True)
@given(registers, registers, st.data())
def test_the_order_of_the_rows_decides_nothing(ours: list[Values], theirs: list[Values], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(list(enumerate(theirs))))
    assert told(match(list(enumerate(ours)), list(enumerate(theirs)))) == told(match(list(enumerate(ours)), mixed))
