"""Settings: where a value comes from, and that a wrong one stops the start with a sentence that names it."""

import pytest

from webapp.config import SETTINGS, WrongSetting, load, refuse_half_a_mail_server


def test_without_anything_set_every_setting_has_its_default() -> None:
    values = load({}, {})
    assert set(values) == {setting.name for setting in SETTINGS}
    assert (values["PORT"], values["POLL_SECONDS"], values["COMPARE_AT"]) == (8000, 300, "03:10")


def test_what_is_given_wins_over_the_environment_and_that_over_the_default() -> None:
    environment = {"PORT": "9000", "SANDBOX_PORT": "9001"}
    values = load({"PORT": 9100}, environment)
    assert (values["PORT"], values["SANDBOX_PORT"], values["INSTANCE"]) == (9100, 9001, "instance")


def test_an_empty_setting_in_the_environment_means_the_default() -> None:
    assert load({}, {"PORT": ""})["PORT"] == 8000


def test_addresses_lose_a_slash_at_their_end() -> None:
    assert load({"ECONOMIC_API_URL": "https://restapi.e-conomic.com/"}, {})["ECONOMIC_API_URL"][-4:] == ".com"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "eighty"), ("SANDBOX_PORT", "-1"),
        ("DATABASE_URL", "mysql://x"), ("DATABASE_URL", "webapp.db"),
        ("ECONOMIC_API_URL", "restapi.e-conomic.com"), ("ECONOMIC_OPENAPI_URL", "ftp://x"), ("ECONOMIC_GRANT_URL", ""),
        ("POLL_SECONDS", "0"), ("POLL_SECONDS", "5 minutes"),
        ("COMPARE_AT", "25:00"), ("COMPARE_AT", "3"), ("COMPARE_AT", "at night"), ("COMPARE_AT", "03:10+02:00"),
        ("PUBLIC_URL", "cleanmanager.dk"),
        ("MAIL_URL", "mail.x.dk:587"), ("MAIL_URL", "http://mail.x.dk"), ("MAIL_URL", "smtp://"),
        ("MAIL_URL", "smtp://mail.x.dk:mange"), ("MAIL_FROM", "CleanManager"), ("MAIL_FROM", "a@x.dk, b@x.dk"),
    ],
)  # fmt: skip
def test_a_wrong_setting_stops_with_its_name(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{name}"):
        load({name: value}, {})


def test_a_wrong_address_of_the_database_does_not_show_its_password() -> None:
    with pytest.raises(WrongSetting) as wrong:
        load({"DATABASE_URL": "mysql://webapp:hemmeligt@db/webapp"}, {})
    assert "hemmeligt" not in str(wrong.value)


@pytest.mark.parametrize("address", ["", "sqlite:///instance/webapp.db", "postgresql://u:p@db:5432/webapp"])
def test_the_known_databases_are_taken(address: str) -> None:
    assert load({"DATABASE_URL": address}, {})["DATABASE_URL"] == address


def test_a_wrong_mail_server_does_not_show_its_password() -> None:
    with pytest.raises(WrongSetting) as wrong:
        load({"MAIL_URL": "http://me:hemmeligt@mail.x.dk"}, {})
    assert "hemmeligt" not in str(wrong.value)


@pytest.mark.parametrize("lacking", ["MAIL_FROM", "PUBLIC_URL"])
def test_half_a_mail_server_stops_with_what_it_lacks(lacking: str) -> None:
    whole = {"MAIL_URL": "smtps://x.dk", "MAIL_FROM": "CleanManager <a@x.dk>", "PUBLIC_URL": "https://x.dk"}
    refuse_half_a_mail_server(load(whole, {}))
    with pytest.raises(WrongSetting, match=f"^MAIL_URL: needs {lacking}"):
        refuse_half_a_mail_server(load(whole | {lacking: ""}, {}))


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.meaning and setting.name.isupper() for setting in SETTINGS)
