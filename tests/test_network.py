"""Tests reach nobody but this machine."""

import pytest
import requests


def test_a_call_to_another_host_fails_loudly() -> None:
    with pytest.raises(RuntimeError, match=r"tried to reach example\.com"):
        requests.get("https://example.com/", timeout=5)
