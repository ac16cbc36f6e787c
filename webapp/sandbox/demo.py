"""The world the demo starts with: three agreements, their lists and customers, and the people who may log in."""

from typing import TYPE_CHECKING

from webapp.sandbox import references
from webapp.sandbox.companies import company
from webapp.sandbox.crowd import MEMBERS, Crowd

if TYPE_CHECKING:
    from webapp.sandbox.agreement import Agreement
    from webapp.sandbox.world import Sandbox

SEED = 7
PASSWORD = "demo1234"
ACCOUNTANT, BOOKKEEPER = "revisor@fjordglans.example", "bogholder@sydhavn.example"
CLEANING, BUSINESS, SOUTH = 1482210, 1482377, 1500001
CROWD, RECORDED = 1600000, 1600001
PRODUCTS = (("R-1", "Rengøring, almindelig", 2, 345.0), ("R-2", "Vinduespolering", 9, 495.0),
            ("R-3", "Trappevask, fast aftale", 7, 1250.0))  # fmt: skip
FIRST_NUMBER = 1001


def seed_demo(sandbox: "Sandbox") -> None:
    """Make the demo's agreements, unless a kept state already has them."""
    if str(CLEANING) in sandbox.agreement_rows:
        return
    with sandbox.store.writing():
        _cleaning(sandbox)
        _other(sandbox, BUSINESS, "Fjordglans Erhverv ApS", "31415922", 100, 12)
        _other(sandbox, SOUTH, "Sydhavn Service ApS", "27182842", 200, 40)
        sandbox.add_user(ACCOUNTANT, PASSWORD, [CLEANING, BUSINESS], "Rikke Visholm")
        sandbox.add_user(BOOKKEEPER, PASSWORD, [SOUTH], "Bo Holdt")


def _cleaning(sandbox: "Sandbox") -> None:
    agreement = sandbox.add_agreement(CLEANING, "Fjordglans Rengøring ApS")
    _about(agreement, "Havnegade 12", "5000", "Odense C", "36421573")
    units = agreement.reference("units")
    for number, name in {1: "stk.", 2: "timer", 3: "uger", 7: "Mdr.", 9: "opg."}.items():
        references.put(agreement, "units", number, {"unitNumber": number, "name": name})
    units.pop("6", None)
    references.add_group(agreement, 3, "Boligforeninger")
    references.add_group(agreement, 4, "Offentlige", 19)
    for key, name, unit, price in PRODUCTS:
        row = {"productNumber": key, "name": name, "salesPrice": price, "productGroup": 1, "unit": unit}
        references.put(agreement, "products", key, row | {"lastUpdated": sandbox.timestamp()})
    references.add_term(agreement, 7, "Netto 45 dage", "net", 45)
    for index in range(60):
        _customer(agreement, index, FIRST_NUMBER + index)
    _details(agreement)


def _other(sandbox: "Sandbox", number: int, name: str, cvr: str, first: int, count: int) -> None:
    agreement = sandbox.add_agreement(number, name)
    _about(agreement, "Sydhavnsgade 3", "2450", "København SV", cvr)
    for place in range(count):
        _customer(agreement, first + place, 1 + place)


def _about(agreement: "Agreement", street: str, zip_code: str, city: str, cvr: str) -> None:
    company_facts = {"addressLine1": street, "zip": zip_code, "city": city, "name": agreement.company_name,
                     "companyIdentificationNumber": cvr}  # fmt: skip
    agreement.set(company=company_facts, signupDate="2019-04-01")


def _customer(agreement: "Agreement", index: int, number: int) -> None:
    found = company(index, SEED)
    fields = {name: found[key] for key, name in MEMBERS.items() if found[key]}
    group = 4 if found["ean"] else 3 if " afd. " in found["name"] else 1
    known = group if agreement.knows("customer-groups", group, None) else 1
    agreement.add_customer(customerNumber=number, customerGroup=known, paymentTerms=1 + index % 3, **fields)


def _details(agreement: "Agreement") -> None:
    """What an accountant has added by hand over the years, and what must survive every update."""
    for place, number in enumerate(range(FIRST_NUMBER, FIRST_NUMBER + 60, 4)):
        contact = agreement.add_contact(number, f"Kontakt {place + 1}", email=f"kontakt{place + 1}@kunde.example")
        location = agreement.add_delivery_location(number, address=f"Bagindgangen {place + 1}", city="Odense C")
        agreement.edit(
            number,
            attention=contact["number"],
            creditLimit=25_000.0 + 5_000 * place,
            layout=19,
            salesPerson=1 + place % 2,
            defaultDeliveryLocation=location["number"],
            county="Syddanmark",
        )
    agreement.edit(FIRST_NUMBER + 1, barred=True)
    agreement.edit(FIRST_NUMBER + 2, currency="EUR", customerGroup=2, vatZone=2, country="Sverige")
    agreement.edit(FIRST_NUMBER + 3, publicEntryNumber="4711-A", mobilePhone="26 11 22 33")


def add_crowd(sandbox: "Sandbox", count: int, seed: int) -> "Agreement":
    """An agreement of any number of customers, worked out when asked for."""
    if str(CROWD) not in sandbox.agreement_rows:
        agreement = sandbox.add_agreement(CROWD, "Mange Kunder A/S")
        agreement.set(derived={"first": 1, "count": count, "seed": seed})
        agreement.customers.derive(Crowd(1, count, seed))
        let_in(sandbox, CROWD)
    return sandbox.agreement(CROWD)


def let_in(sandbox: "Sandbox", number: int) -> None:
    """The demo's accountant may work in one more agreement."""
    user = sandbox.users.get(
        ACCOUNTANT, {"email": ACCOUNTANT, "password": PASSWORD, "agreements": [], "name": "Revisor"}
    )
    sandbox.users[ACCOUNTANT] = user | {"agreements": [*user["agreements"], number]}
