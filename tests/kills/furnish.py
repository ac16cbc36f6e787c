"""The world of a storm: a company with its register, connected to the sandbox's agreement, with a webhook set up."""

from dataclasses import dataclass

from tests.kills.house import House
from webapp import db, migrations, ports, vault
from webapp.models.company import Company
from webapp.models.connection import AccessGrant, Connection
from webapp.models.user import User
from webapp.sync import connect, register

AGREEMENT = 1482210
EMAIL, PASSWORD = "alice@fjordglans.example", "kills-and-restarts"
DEFAULTS = {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"}
CALM = {"webhook_first_pause": 0.3, "webhook_timeout": 2.0, "webhook_tries": 50, "budget": 1_000_000, "latency": 0.003}


@dataclass(frozen=True)
class Facts:
    """What the people of the load know from the start."""

    connection_id: int
    company_id: int
    webhook: str
    customers: dict[int, int]
    """Our customers' ids and numbers."""


def bind(house: House) -> None:
    """Let this process read what the house's processes write."""
    vault.use([house.key])
    db.bind(house.database)


def furnish(house: House, customers: int = 12, agreement: int = AGREEMENT) -> Facts:
    """Everything until the first fetch is ordered. The sandbox is up."""
    bind(house)
    migrations.upgrade()
    house.control("switches", **CALM)
    token = house.control(f"agreements/{agreement}/grant", app="demo-app-public")["token"]
    with db.connected():
        company = Company.create(name="Fjordglans Rengøring ApS")
        alice = User(company=company, email=EMAIL, name="Alice Holm")
        alice.set_password(PASSWORD)
        alice.save()
        made = [register.add(company, None, {"name": f"Vores {n}", "city": "Odense"}, alice) for n in range(customers)]
        connection = _connected(company, alice, token, agreement)
        secret = connect.new_webhook(connection)
    about = {"eventType": "CUSTOMER_UPDATED", "contentType": "application/x-www-form-urlencoded"}
    address = {"url": f"{house.app}/w/{secret}", "postData": "new=[NEWNUMBER]&old=[OLDNUMBER]"}
    house.control(f"agreements/{agreement}/webhooks", **about, **address)
    return Facts(connection.id, company.id, secret, {customer.id: customer.number for customer in made})


def _connected(company: Company, alice: User, token: str, agreement: int) -> Connection:
    with db.write():
        grant = AccessGrant(company=company, user=alice, state_hash=ports.token(8))
        grant.grant_token = vault.seal(token, bound=f"grant:{company.id}:{agreement}")
        grant.agreement_number, grant.agreement_name = agreement, company.name
        grant.save(force_insert=True)
        connection = connect.open_with(grant, alice)
        connection.set_defaults(DEFAULTS)
        connection.save()
    connect.activate(connection, alice)
    return connection
