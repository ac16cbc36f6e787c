"""Any sequence of calls, good and bad, leaves both services telling the same story."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.sandbox.conftest import PUBLIC, Api, Clock
from webapp.sandbox import Sandbox

numbers = st.integers(1, 6)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
values = st.one_of(st.none(), st.booleans(), st.integers(-2, 10**10), st.floats(), texts, st.just([]))
fields = st.sampled_from(["name", "city", "zip", "address", "currency", "creditLimit", "barred", "ean", "pNumber",
                          "customerNumber", "customerGroup", "layout", "attention", "noget"])  # fmt: skip
changes = st.dictionaries(fields, values, max_size=3)
good = st.fixed_dictionaries({"name": texts.filter(bool).map(lambda text: text[:255])},
                             optional={"city": texts.map(lambda text: text[:50]), "barred": st.booleans(),
                                       "address": texts})  # fmt: skip
BASE: dict[str, Any] = {"currency": "DKK", "customerGroup": {"customerGroupNumber": 1},
                        "paymentTerms": {"paymentTermsNumber": 1}, "vatZone": {"vatZoneNumber": 1}}  # fmt: skip


class AnyCalls(RuleBasedStateMachine):
    """Writes at random against a handful of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = Sandbox(now=Clock())
        self.agreement = self.sandbox.add_agreement(1, "Vilkårlig ApS")
        self.api = Api(self.sandbox, self.agreement.grant(PUBLIC))

    @rule(body=good, change=changes)
    def create(self, body: dict[str, Any], change: dict[str, Any]) -> None:
        assert self.api("POST", "/rest/customers", BASE | body | change).status_code in (201, 400)

    @rule(number=numbers, body=good, change=changes)
    def replace(self, number: int, body: dict[str, Any], change: dict[str, Any]) -> None:
        assert self.api("PUT", f"/rest/customers/{number}", BASE | body | change).status_code in (200, 201, 400)

    @rule(number=numbers, city=texts, stale=st.booleans())
    def update(self, number: int, city: str, stale: bool) -> None:
        path = f"/customersapi/v3.1.0/Customers/{number}"
        seen = self.api.get(path).json
        body = seen | {"city": city} | ({"objectVersion": "0"} if stale else {})
        expected = (404,) if "customerNumber" not in seen else (409,) if stale else (200, 400)
        assert self.api("PUT", path, body).status_code in expected

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        there = number in self.agreement.customers
        assert self.api("DELETE", f"/rest/customers/{number}").status_code == (204 if there else 404)

    @invariant()
    def both_services_agree(self) -> None:
        legacy = self.api.get("/rest/customers?pagesize=1000").json
        newer = self.api.get("/customersapi/v3.1.0/Customers").json["items"]
        rows = legacy["collection"]
        assert legacy["pagination"]["results"] == len(rows) == len(self.agreement.customers)
        assert [row["customerNumber"] for row in rows] == [row["customerNumber"] for row in newer]
        assert [row["name"] for row in rows] == [row["name"] for row in newer]


AnyCalls.TestCase.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyCalls = AnyCalls.TestCase
