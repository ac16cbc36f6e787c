"""The pinned requirements can be installed by an old pip too, which takes a pin's extras to the letter."""

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]+)\])?==", re.MULTILINE)
ASKED = re.compile(r"^([A-Za-z0-9._-]+)\[([^\]]+)\]")


def asked_for() -> list[tuple[str, str]]:
    """Each package and extra that an installed package needs by itself."""
    lines = [line for found in distributions() for line in found.requires or [] if "extra ==" not in line]
    found = [match.groups() for line in lines if (match := ASKED.match(line))]
    return [(name.lower(), extra.strip()) for name, extras in found for extra in extras.split(",")]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_pin_names_the_extras_that_another_package_asks_for(name):
    pins = {pin.lower(): (extras or "").split(",") for pin, extras in PIN.findall((ROOT / name).read_text())}
    assert asked_for()
    assert not [(pin, extra) for pin, extra in asked_for() if pin in pins and extra not in pins[pin]]
