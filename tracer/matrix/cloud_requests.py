"""Requests of a suite on a running cloud: their URLs, and the process that sends them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.capture.client.requests_process import OrderedRequest, RequestsProcess, ServiceResponse
from tracer.capture.recorded_command import Result, record_request
from tracer.errors import CommandError
from tracer.formats.json_paths import value_at
from tracer.sequences.catalogue import Catalogue, participant_of_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracer.capture.recorded_command import Services
    from tracer.matrix.suite_requests import SuiteRequest
    from tracer.runs.settings import Settings

__all__ = ["CloudRequests", "json_value", "response_value"]

_VERSION = re.compile(r"/v\d+(\.\d+)?(/.*)?$")
_VERSIONED = re.compile(r"/v\d+(\.\d+)?(/|$)")
_HEADERS = "headers."


class CloudRequests:
    """The sender of requests to the services at ``endpoints``: public URLs by service type."""

    def __init__(self, endpoints: Mapping[str, str], process: RequestsProcess, authority: Path) -> None:
        self._endpoints = endpoints
        self._process = process
        self._authority = authority
        self._catalogue = Catalogue((participant_of_type(kind), url) for kind, url in endpoints.items())

    def send(self, request: SuiteRequest, environment: Mapping[str, str], folder: Path) -> ServiceResponse:
        """Send ``request`` without a recording. ``folder`` has the files of the suite.

        Raises CommandError if the cloud lacks the service, or if no response comes.
        """
        return self._process.send(self._ordered(request, environment, folder))

    def record(
        self,
        request: SuiteRequest,
        environment: Mapping[str, str],
        folder: Path,
        settings: Settings,
        services: Services | None,
    ) -> tuple[Result, ServiceResponse]:
        """Send and record ``request``. Raise CommandError as ``send`` does, and TracerError as ``record``."""
        ordered = self._ordered(request, environment, folder)
        settings = settings.with_catalogue(self._catalogue)
        return record_request(self._process, ordered, settings, self._authority, services=services)

    def _ordered(self, request: SuiteRequest, environment: Mapping[str, str], folder: Path) -> OrderedRequest:
        if request.service not in self._endpoints:
            raise CommandError(f"has no service {request.service!r} in this cloud", request.line)
        data = None if request.text is None else request.text.encode()
        if request.file is not None:
            data = (folder / request.file).read_bytes()
        return OrderedRequest(
            title=request.line,
            method=request.method,
            url=_url(self._endpoints[request.service], request.target),
            environment={name: value for name, value in environment.items() if name.startswith("OS_")},
            headers=request.headers,
            json=request.body,
            data=data,
        )


def response_value(response: ServiceResponse, path: str) -> str:
    """Return the value at ``path`` of the JSON body, or of the header field of ``headers.NAME``.

    Raises LookupError if there is no such value.
    """
    if path.startswith(_HEADERS):
        fields = {name.lower(): value for name, value in response.headers.items()}
        return fields[path.removeprefix(_HEADERS).lower()]
    return str(json_value(response, path))


def json_value(response: ServiceResponse, path: str) -> Any:
    """Return the value at ``path`` of the JSON body. Raise LookupError if there is no such value."""
    try:
        return value_at(msgspec.json.decode(response.body), path)
    except msgspec.DecodeError:
        raise LookupError(path) from None


def _url(endpoint: str, target: str) -> str:
    """Return the URL of ``target``: below the endpoint, without the endpoint's version if it has its own."""
    below = endpoint.rstrip("/")
    if _VERSIONED.match(target) or target == "/":
        below = _VERSION.sub("", below)
    return below + target
