"""The schemas with which the clients of Tempest validate responses.

Each function of a client sends one request, and validates the response by a schema of ``lib/api_schema``. The
functions run here in clients that send nothing: they note the request and the schema.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
import pkgutil
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from .route_rules import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["PACKAGES", "client_rules"]

PACKAGES = ("tempest",)

_BASE = "tempest.lib.common.rest_client"


class _Validated(BaseException):
    """The end of a function of a client. Functions catch errors, and not this.

    ``schema`` is that of the response, None if the function returns the response without a validation.
    """

    def __init__(self, schema: dict[str, Any] | None) -> None:
        super().__init__()
        self.schema = schema


class _Content(dict[str, Any]):
    """The content of a response. ``absent`` has the keys with which a function does not validate it."""

    def __init__(self) -> None:
        super().__init__()
        self.absent: list[str] = []

    def __contains__(self, key: object) -> bool:
        self.absent.append(str(key))
        return False


class _Body(str):
    """The body of a response."""

    __slots__ = ("content",)

    def __new__(cls) -> _Body:
        body = super().__new__(cls, "{}")
        body.content = _Content()
        return body

    content: _Content


class _AllParameters(dict[str, Any]):
    """The parameters of a query: each that a function asks for is true."""

    def __bool__(self) -> bool:
        return True

    def get(self, _key: str, _default: object = None) -> Any:
        """Return True."""
        return True


class _Headers(dict[str, str]):
    """Header fields of a request, of which a function may set some."""

    def get(self, _name: str, _default: object = None) -> NoReturn:
        """End a function that asks for the microversion of the request: its schema depends on more."""
        raise _Validated(None)


class _Response:
    """A response with a status that is not compared."""

    status = 200


class _Run:
    """One run of a function. ``choice`` is the index of the schema to choose from ``versions``."""

    def __init__(self, choice: int = 0) -> None:
        self.choice = choice
        self.versions: Sequence[dict[str, Any]] = ()
        self.sent: tuple[str, str, str | None] = ("", "", None)
        self.received = _Body()


class _SilentClient:
    """The part of a client that sends requests, and chooses schemas by the microversion."""

    token = ""
    tracer_run: _Run

    def request(
        self,
        method: str,
        url: str,
        extra_headers: object = False,
        headers: object = None,
        body: str | None = None,
        chunked: object = False,
    ) -> tuple[_Response, str]:
        """Note a request."""
        self.tracer_run.sent = (method, url, body)
        return _Response(), self.tracer_run.received

    def raw_request(self, *_words: object, **_options: object) -> NoReturn:
        """End the function: its request is for a version of the service, and not for its API."""
        raise _Validated(None)

    def get_schema(self, versions: Sequence[dict[str, Any]]) -> Any:
        """Return the chosen schema."""
        self.tracer_run.versions = versions
        return versions[self.tracer_run.choice]["schema"]

    def get_headers(self, *_types: object, **_options: object) -> _Headers:
        """Return no header fields."""
        return _Headers()

    def expected_success(self, *_statuses: object) -> None:
        """Accept every status."""

    def validate_response(self, schema: dict[str, Any], *_response: object) -> NoReturn:
        """End the function: its schema is known."""
        raise _Validated(schema)

    def _get_base_version_url(self) -> str:
        return "/"


class _Request(NamedTuple):
    """A request of a client, and the range of its microversions."""

    method: str
    path: str
    action: str
    versions: tuple[str, str]


def client_rules(folder: str, mount: str) -> list[Rule]:
    """Return the rules of all clients in a package. ``mount`` is what their paths begin with."""
    texts: Any = importlib.import_module("oslo_serialization.jsonutils")
    decode = texts.loads
    texts.loads = lambda text, *more: text.content if isinstance(text, _Body) else decode(text, *more)
    base: Any = importlib.import_module(_BASE)
    base.ResponseBody = _returned
    draft = importlib.import_module("tempest.lib.common.jsonschema_validator").JSONSCHEMA_VALIDATOR
    found: dict[_Request, list[Any]] = {}  # schemas by request: that of a query may be another one
    for module in pkgutil.iter_modules(importlib.import_module(folder).__path__):
        for request, schema in _validations(importlib.import_module(f"{folder}.{module.name}")):
            known = found.setdefault(request, [])
            if schema not in known:
                known.append(schema)
    return [
        {
            **rule(each.method, mount + each.path, "response", _any_of(schemas),
                   versions=each.versions, action=each.action),
            "draft": draft.META_SCHEMA["$schema"],
        }
        for each, schemas in found.items()
        # A response with content in some cases only is not described by one schema.
        if "{" not in each.action and (None not in schemas or len(schemas) == 1)
    ]  # fmt: skip


def _returned(*_response: object) -> NoReturn:
    """End a function that makes its result: it has validated nothing."""
    raise _Validated(None)


def _any_of(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _validations(module: Any) -> Iterator[tuple[_Request, Any]]:
    """Yield the requests of the clients in a module, each with a schema of its response."""
    base = importlib.import_module(_BASE).RestClient
    for client in vars(module).values():
        if not (
            inspect.isclass(client) and issubclass(client, base) and client.__module__ == module.__name__
        ):
            continue
        silent = type(client.__name__, (_SilentClient, client), {})
        own = {} if client.__init__ is base.__init__ else inspect.signature(client.__init__).parameters
        for options in _choices(own.values(), required=False):
            sender = silent(None, "", "", **options)
            for name in _function_names(client):
                yield from _runs(sender, getattr(sender, name))


def _function_names(client: type) -> list[str]:
    """Return the names of the functions of a client that send requests."""
    package = client.__module__.rpartition(".")[0]
    return [
        name
        for owner in client.__mro__
        if owner.__module__.startswith(package)
        for name, value in vars(owner).items()
        if inspect.isfunction(value) and not name.startswith("_") and not hasattr(_SilentClient, name)
    ]


def _choices(parameters: Any, *, required: bool = True) -> Iterator[dict[str, Any]]:
    """Yield arguments of a function: names as placeholders, switches on and off."""
    names: list[str] = []
    values: list[list[Any]] = []
    for each in parameters:
        if isinstance(each.default, bool):
            names.append(each.name)
            values.append([each.default, not each.default])
        elif each.name == "params" and each.default is None:
            names.append(each.name)
            values.append([None, _AllParameters()])
        elif required and each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD:
            names.append(each.name)
            values.append([f"{{{each.name}}}"])
    for chosen in itertools.product(*values):
        yield dict(zip(names, chosen, strict=True))


def _runs(sender: Any, function: Callable[..., Any]) -> Iterator[tuple[_Request, Any]]:
    """Yield the requests of a function with each choice of arguments and each range of microversions."""
    for arguments in _choices(inspect.signature(function).parameters.values()):
        choice, left = 0, 1
        while left > 0:
            sender.tracer_run = run = _Run(choice)
            yield from _run(run, function, arguments)
            choice += 1
            left = len(run.versions) - choice


def _run(
    run: _Run, function: Callable[..., Any], arguments: dict[str, Any]
) -> Iterator[tuple[_Request, Any]]:
    try:
        function(**arguments)
    except _Validated as end:
        if end.schema is None:
            return
        method, url, body = run.sent
        path = "/" + url.partition("?")[0].strip("/")
        action = next(iter(json.loads(body or "{}")), "") if path.endswith("/action") else ""
        bounds = run.versions[run.choice] if run.versions else {"min": None, "max": None}
        request = _Request(method, path, action, (bounds["min"] or "", bounds["max"] or ""))
        yield request, end.schema.get("response_body")
        for key in run.received.content.absent:
            yield request, {"type": "object", "required": [key]}
    except AttributeError:  # the schemas of these microversions lack that of the function
        return
