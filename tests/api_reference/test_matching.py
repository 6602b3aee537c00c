from __future__ import annotations

from typing import Any

import pytest

from tracer.api_reference import operation_of

PROJECT = "5f705a4cdb034aa89e0bd7e3f2f7a1c3"


@pytest.mark.parametrize(
    ("service", "method", "path", "expected"),
    [
        ("glance", "GET", "/v2/images/9c31", "image.show-image"),
        ("glance", "GET", "//v2/images/", "image.list-images"),
        ("glance", "GET", "/v2/nothing", None),
        ("glance", "HEAD", "/v2/images", "image.list-images"),
        ("glance", "PATCH", "/v2/images", None),
        ("keystone", "HEAD", "/v3/auth/tokens", "identity.check-token"),
        ("nova", "GET", "/v2.1/servers/detail", "compute.list-servers-detailed"),
        ("nova", "GET", "/servers/detail", "compute.list-servers-detailed"),
        ("nova", "GET", f"/v2/{PROJECT}/servers/detail", "compute.list-servers-detailed"),
        ("nova", "GET", "/v2.1/servers/x", "compute.show-server-details"),
        ("nova", "GET", "/", "compute.list-all-major-versions"),
        ("nova", "GET", "/v2.1/", "compute.show-details-of-specific-api-version"),
        ("cinder", "GET", f"/v3/{PROJECT}/volumes/x", "block-storage.show-a-volume-s-details"),
        ("cinder", "GET", "/v3/volumes/x", "block-storage.show-a-volume-s-details"),
        ("swift", "PUT", "/v1/AUTH_x/box/a/b/c", "object-store.create-or-replace-object"),
        ("swift", "PUT", "/v1/AUTH_x/box", "object-store.create-container"),
        ("placement", "GET", "/resource_providers", "placement.list-resource-providers"),
        ("neutron", "POST", "/v2.0/networks", "network.create-network"),
        ("ironic", "PUT", "/v1/nodes/x/vendor_passthru", "baremetal.call-a-method"),
    ],
)  # fmt: skip
def test_an_operation_by_method_and_path(service: str, method: str, path: str, expected: str | None) -> None:
    operation = operation_of(service, "2026.2", method, path, body={"network": {}})
    assert (operation.id if operation else None) == expected


@pytest.mark.parametrize(
    ("identity", "scope", "expected"),
    [
        ("password", {}, "password-authentication-with-unscoped-authorization"),
        ("password", {"scope": {"project": {}}}, "password-authentication-with-scoped-authorization"),
        ("password", {"scope": {"system": {}}}, "password-authentication-with-scoped-authorization"),
        ("password", {"scope": "unscoped"}, "password-authentication-with-explicit-unscoped-authorization"),
        ("token", {}, "token-authentication-with-unscoped-authorization"),
        ("token", {"scope": {"domain": {}}}, "token-authentication-with-scoped-authorization"),
        ("token", {"scope": "unscoped"}, "token-authentication-with-explicit-unscoped-authorization"),
        ("token", {"scope": {"OS-TRUST:trust": {}}}, "consuming-a-trust"),
        ("application_credential", {}, "authenticating-with-an-application-credential"),
        ("oauth1", {}, "authenticate-with-identity-api"),
        ("mapped", {}, "request-a-scoped-os-federation-token"),
    ],
)
def test_a_login_by_its_method(identity: str, scope: dict[str, Any], expected: str) -> None:
    body = {"auth": {"identity": {"methods": [identity], identity: {}}, **scope}}
    operation = operation_of("keystone", "zed", "POST", "/v3/auth/tokens", body=body)
    assert operation is not None
    assert operation.id == f"identity.{expected}"


def test_a_second_factor_decides_before_the_password() -> None:
    body: dict[str, Any] = {"auth": {"identity": {"password": {}, "totp": {}}}}
    operation = operation_of("keystone", "2026.2", "POST", "/v3/auth/tokens", body=body)
    assert operation is not None
    assert operation.id.startswith("identity.multi-step-authentication")


def test_a_release_without_a_reference_has_the_nearest() -> None:
    old, new, unnamed = (
        operation_of("glance", release, "GET", "/v2/images/{image_id}/tasks")
        for release in ("yoga", "master", None)
    )
    assert old == operation_of("glance", "zed", "GET", "/v2/images/{image_id}/tasks")
    assert new == unnamed == operation_of("glance", "2026.2", "GET", "/v2/images/{image_id}/tasks")
