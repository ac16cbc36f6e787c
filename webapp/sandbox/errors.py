"""The error bodies of both services, in the recorded shapes."""

from typing import Any

NOT_FOUND_HINT = (
    "The API tries to provide all the resource urls you need. If you have hard coded urls yourself, then try to look "
    "at the enclosing collection for hypermedia information on where the resource you are looking for could be."
)
VALIDATION_HINT = "Inspect validation errors and correct your request."

DANISH = {
    "Resource not found.": "Ressourcen blev ikke fundet.",
    "Access denied.": "Adgang nægtet.",
    "Unauthorized access.": "Ingen adgang.",
}

# The titles and section numbers of RFC 9110 as the newer services give them.
SECTIONS = {400: "15.5.1", 401: "15.5.2", 403: "15.5.4", 404: "15.5.5", 405: "15.5.6", 409: "15.5.10",
            415: "15.5.16", 429: "15.5", 500: "15.6.1", 501: "15.6.2"}  # fmt: skip


class ApiError(Exception):
    """A refusal, told in the words of whichever service was asked."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        errors: Any = None,
        newer_code: str = "",
        detail: str = "",
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.hint = status, message, code, hint
        self.errors, self.newer_code, self.detail = errors, newer_code, detail
        self.headers, self.extra = headers or {}, extra


def not_found(code: str | None = None) -> ApiError:
    """The record or address does not exist."""
    return ApiError(
        404,
        "Resource not found.",
        code=code,
        hint=NOT_FOUND_HINT,
        newer_code="ResourceNotFound",
        detail="The resource you have been looking for does not exist.",
    )


def entry(name: str, message: str, code: str, value: Any, hint: str = "") -> dict[str, Any]:
    """One error about one property."""
    return {
        "propertyName": name,
        "errorMessage": message,
        "errorCode": code,
        "inputValue": value,
        "developerHint": hint or VALIDATION_HINT,
    }


def validation(entries: list[dict[str, Any]]) -> ApiError:
    """A refusal of values: the error object mirrors the request."""
    errors: dict[str, Any] = {}
    for item in entries:
        errors.setdefault(item["propertyName"], {"errors": []})["errors"].append(item)
    return _validation(errors, len(entries))


def schema(messages: list[tuple[str, str, Any]], path: str, form: str) -> ApiError:
    """A refusal of the body's shape: (property, text, value) each; the form is a switch, as both are seen."""
    if form != "strings":
        return _reshaped(validation([entry(name, text, "E04300", value) for name, text, value in messages]), form)
    error = _validation([f"{text} Path '{name}'." if name else text for name, text, _ in messages], len(messages))
    error.extra["schemaPath"] = path
    return error


def _reshaped(error: ApiError, form: str) -> ApiError:
    """The same in one of the other recorded forms: a list by place, or as it was in 2015."""
    if form == "list":
        error.errors = [{"arrayIndex": 0, "entries": error.errors}]
    elif form == "2015":
        error.message, error.code, error.extra = "Validation error.", None, {}
        for found in error.errors.values():
            found["errors"] = [
                {"errorCode": one["errorCode"], "message": one["errorMessage"], "value": one["inputValue"],
                 "developerHint": one["developerHint"]}
                for one in found["errors"]
            ]  # fmt: skip
    return error


def _validation(errors: Any, count: int) -> ApiError:
    plural = "s" if count != 1 else ""
    message = f"Validation failed. {count} error{plural} found."
    return ApiError(400, message, code="E04300", hint=VALIDATION_HINT, errors=errors, errorCount=count)


def legacy_body(error: ApiError, log_id: str, log_time: str, language: str = "en") -> dict[str, Any]:
    """The legacy service's body, keys in the recorded order."""
    message = DANISH.get(error.message, error.message) if language == "da" else error.message
    body: dict[str, Any] = {"message": message}
    if error.code:
        body["errorCode"] = error.code
    body |= {"developerHint": error.hint, "logId": log_id, "httpStatusCode": error.status}
    if error.errors is not None:
        body["errors"] = error.errors
    return body | {"logTime": log_time} | error.extra


def problem_body(error: ApiError, log_id: str, log_time: str) -> dict[str, Any]:
    """The newer services' problem details."""
    return {
        "type": f"https://tools.ietf.org/html/rfc9110#section-{SECTIONS.get(error.status, '15')}",
        "title": error.message,
        "status": error.status,
        "detail": error.detail or error.hint or error.message,
        "errors": error.errors if isinstance(error.errors, list) else [],
        "traceId": log_id,
        "traceTimeUtc": log_time,
        "errorCode": error.newer_code or "Unknown",
    }
