"""The shared demo agreement that the word demo opens; made when it is first asked for."""

from typing import TYPE_CHECKING

from webapp.sandbox import references

if TYPE_CHECKING:
    from webapp.sandbox.agreement import Agreement
    from webapp.sandbox.world import Sandbox

NUMBER = 1118081
UNITS = {1: "stk.", 2: "timer", 3: "pcs.", 4: "meter", 5: "hours", 6: "Mdr", 7: "Mdr.", 8: "Måned", 10: "År",
         12: "Kilo", 13: "Snit"}  # fmt: skip
COMPANY = {"addressLine1": "Langebrogade 1", "zip": "1411", "city": "Copenhagen", "name": "The Demo Company",
           "phoneNumber": "+4512345678", "faxNumber": "+4522334455", "attention": "API Team",
           "email": "api@e-conomic.com", "companyIdentificationNumber": "29403473"}  # fmt: skip
BANK = {"bankName": "Money Money", "swiftCode": "MOBADK11", "ibanNumber": "DK5000400440116243", "bankSortCode": "1234",
        "bankAccountNumber": "123456789", "pbsCustomerGroupNumber": "1", "giro": "1234567"}  # fmt: skip
CUSTOMERS = (
    ("Decathlon", "Avenue des Arts No 5", "Brussels", "Belgium", "1040", -1600.0),
    ("Intersport", "Avenue des arts no 3", "Brussels", "Belgium", "1212", -42407.38),
    ("Demo Name", "Vejen 1", "København K", "Danmark", "1411", 0.0),
    ("Storebjerg El ApS", "Havnegade 7", "Aarhus C", "Danmark", "8000", 0.0),
    ("Karlsen Byg", "Nygade 12", "Odense C", "Danmark", "5000", 0.0),
)


def open_demo(sandbox: "Sandbox") -> "Agreement":
    """The demo agreement."""
    try:
        return sandbox.agreement(NUMBER)
    except KeyError:
        return _made(sandbox)


def _made(sandbox: "Sandbox") -> "Agreement":
    agreement = sandbox.add_agreement(NUMBER, "The Demo Company")
    agreement.set(
        company=COMPANY,
        user="John Doe",
        login="Joh",
        userEmail="api@e-conomic.com",
        bankInformation=BANK,
        signupDate="2016-02-17",
    )
    agreement.reference("units").clear()
    for number, name in UNITS.items():
        references.put(agreement, "units", number, {"unitNumber": number, "name": name})
    references.add_term(agreement, 6, "Net 14 days", "net", 14)
    references.add_term(agreement, 7, "DemoDueDatePaymentTerms", "dueDate", None)
    references.add_term(agreement, 8, "Prepaid", "prepaid", None)
    references.add_term(agreement, 14, "Factors", "prepaid", None)
    for name, address, city, country, zip_code, balance in CUSTOMERS:
        agreement.add_customer(name=name, address=address, city=city, country=country, zip=zip_code, balance=balance)
    return agreement
