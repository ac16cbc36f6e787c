"""The newer services: customersapi v3.1.0 and webhooksapi v1.0.0."""

from webapp.sandbox.calls import Call, Routes
from webapp.sandbox.errors import ApiError
from webapp.sandbox.newer import children, customers, webhooks

CUSTOMERS = Routes(customers.ROUTES, children.ROUTES)
WEBHOOKS = Routes(webhooks.ROUTES)


def check_customers(call: Call) -> None:
    """The agreement must have the module and the app a role for it."""
    if not call.agreement.customersapi_enabled:
        raise ApiError(403, "Access denied.", newer_code="AccessDeniedAgreementMissingModules",
                       detail="The agreement is missing a module that this service needs.")  # fmt: skip
    if not {"SuperUser", "Sales"} & set(call.app["roles"]):
        raise _role("SuperUser or Sales")


def check_webhooks(call: Call) -> None:
    """Only a superuser's app may set webhooks up."""
    if "SuperUser" not in call.app["roles"]:
        raise _role("SuperUser")


def _role(roles: str) -> ApiError:
    return ApiError(403, "Access denied.", newer_code="AccessDenied", detail=f"The app needs the role {roles}.")
