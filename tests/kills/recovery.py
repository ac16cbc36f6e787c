"""How soon a killed app says yes again, with an interpreter of its own and nobody else at work in the house."""

import shutil
import tempfile
import time
from pathlib import Path

import requests

from tests.kills.furnish import Facts, furnish
from tests.kills.house import APP, SANDBOX, House
from webapp import db


def cold(times: int) -> list[float]:
    """Seconds from the death of the app to the next stored webhook call, once for each time."""
    folder = Path(tempfile.mkdtemp(prefix="webapp-kills-"))
    house = House(folder)
    try:
        house.up(SANDBOX)
        facts = furnish(house)
        house.up(APP)
        return [_once(house, facts) for _ in range(times)]
    finally:
        db.close()
        house.close()
        shutil.rmtree(folder)


def _once(house: House, facts: Facts) -> float:
    house.lives[APP].kill()
    died = time.monotonic()
    house.start(APP, fresh=True)
    while not _is_stored(f"{house.app}/w/{facts.webhook}"):
        time.sleep(0.02)
    return time.monotonic() - died


def _is_stored(address: str) -> bool:
    try:
        return requests.post(address, data={"new": 1001, "old": 1001}, timeout=5).status_code == 200
    except requests.RequestException:
        return False
