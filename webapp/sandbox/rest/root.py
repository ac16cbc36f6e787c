"""The entrance of the legacy service: what there is, who one is, and the settings an app keeps for itself."""

from webapp.sandbox import rules
from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import ApiError, not_found
from webapp.sandbox.store import Row, Table

RESOURCES = ("accounts", "currencies", "customer-groups", "customers", "employees", "layouts", "payment-terms",
             "products", "self", "units", "vat-zones")  # fmt: skip
COMPANY = ("addressLine1", "addressLine2", "zip", "city", "country", "name", "phoneNumber", "faxNumber", "attention",
           "email", "companyIdentificationNumber", "vatNumber", "website")  # fmt: skip
LANGUAGES = {"da": (1, "Danish", "da-DK"), "en": (2, "English", "en-GB")}
MOST_SETTINGS = 200


def root(call: Call) -> Answer:
    return Answer(200, {
        "apiName": "e-conomic REST API (sandbox)",
        "version": "sandbox",
        "serverTime": call.sandbox.timestamp(),
        "resources": {
            "stable": {name: call.link(f"/{name}") for name in RESOURCES},
            "experimental": {"app-settings": call.link("/app-settings")},
            "deprecated": {},
        },
        "self": call.link("/"),
    })  # fmt: skip


def self(call: Call) -> Answer:
    about = call.agreement.about
    number, name, culture = LANGUAGES.get(about["language"], LANGUAGES["en"])
    facts = {"name": about["companyName"]} | about.get("company", {})
    company = {name: facts[name] for name in COMPANY if name in facts}
    login = about.get("login", "ADM")
    language = {"languageNumber": number, "name": name, "culture": culture, "self": call.link(f"/languages/{number}")}
    user = {"loginId": login, "email": about.get("userEmail", "admin@example.dk"), "name": about.get("user", login),
            "language": language, "agreementNumber": call.agreement.number}  # fmt: skip
    return Answer(200, {
        "agreementNumber": call.agreement.number,
        "agreementType": {"agreementTypeNumber": 1, "name": "denmark"},
        "userName": login,
        "signupDate": about["signupDate"],
        "user": user,
        "company": company,
        "bankInformation": about.get("bankInformation", {}),
        "application": _application(call),
        "settings": {"baseCurrency": "DKK"},
        "companyAffiliation": "e-conomic",
        "canSendElectronicInvoice": True,
        "modules": [{"moduleNumber": 3, "name": "Indscanning", "self": call.link("/modules/agreement/3")}],
        "self": call.link("/self"),
    })  # fmt: skip


def _application(call: Call) -> Row:
    roles = {"SuperUser": 2, "Bookkeeping": 3, "Sales": 4, "ProjectEmployee": 5}
    return {
        "appNumber": call.app["number"],
        "name": call.app["name"],
        "appPublicToken": call.app["public"],
        "created": call.app["created"],
        "requiredRoles": [{"roleNumber": roles.get(role, 9), "name": role} for role in call.app["roles"]],
        "self": call.link(f"/apps/{call.app['number']}"),
    }


def replace_company(call: Call) -> Answer:
    body = rules.body_object(call, "/schema")
    call.agreement.set(company={name: value for name, value in body.items() if value and name != "self"})
    if isinstance(body.get("name"), str) and body["name"]:
        call.agreement.set(companyName=body["name"])
    return Answer(200, call.agreement.about["company"])


def echo(call: Call) -> Answer:
    """Answers with the status one asks for."""
    try:
        status = int(call.arg("statuscode") or 200)
    except ValueError:
        status = 0
    if not 100 <= status <= 599:
        raise ApiError(400, "statuscode must be a number between 100 and 599.", hint="")
    return Answer(status, {"echo": call.method, "statusCode": status} if status not in (204, 304) else None)


def _settings(call: Call, scope: str) -> Table:
    if scope not in ("agreement", "user"):
        raise not_found()
    return call.agreement.table(f"app-settings-{scope}-{call.app['number']}")


def list_settings(call: Call, scope: str) -> Answer:
    rows = _settings(call, scope)
    return Answer(200, {"collection": [_setting(call, scope, key, rows[key]) for key in rows],
                        "self": call.link(f"/app-settings/{scope}")})  # fmt: skip


def get_setting(call: Call, scope: str, key: str) -> Answer:
    rows = _settings(call, scope)
    if key not in rows:
        raise not_found()
    return Answer(200, _setting(call, scope, key, rows[key]))


def put_setting(call: Call, scope: str, key: str) -> Answer:
    rows = _settings(call, scope)
    fresh = key not in rows
    if fresh and len(rows) >= MOST_SETTINGS:
        raise ApiError(400, f"At most {MOST_SETTINGS} settings are allowed.", code="E04300", hint="")
    body = rules.body_object(call, "/schema")
    rows[key] = body.get("content", body)
    return Answer(201 if fresh else 200, _setting(call, scope, key, rows[key]))


def delete_setting(call: Call, scope: str, key: str) -> Answer:
    rows = _settings(call, scope)
    if key not in rows:
        raise not_found("E06000")
    del rows[key]
    return Answer(204)


def _setting(call: Call, scope: str, key: str, content: object) -> Row:
    return {"key": key, "content": content, "self": call.link(f"/app-settings/{scope}/{key}")}


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/"): root,
    ("GET", "/self"): self,
    ("PUT", "/self/company"): replace_company,
    **{(method, "/echo"): echo for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
    ("GET", "/app-settings/<scope>"): list_settings,
    ("GET", "/app-settings/<scope>/<key>"): get_setting,
    ("PUT", "/app-settings/<scope>/<key>"): put_setting,
    ("POST", "/app-settings/<scope>/<key>"): put_setting,
    ("DELETE", "/app-settings/<scope>/<key>"): delete_setting,
}
