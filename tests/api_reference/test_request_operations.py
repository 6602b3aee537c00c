from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api_reference.planting import request_of
from tracer.api_reference import find_operation, operation_of, operations, services
from tracer.api_reference.path_templates import path_values

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
        ("nova", "GET", "/healthcheck", None),
        ("nova", "GET", "/v2.1/unknownthing", None),
        ("nova", "GET", "/v2.1/123456/servers", "compute.list-servers"),
        ("nova", "GET", "/v2.1/servers/detail.json", "compute.list-servers-detailed"),
        ("manila", "GET", f"/v2/{PROJECT}/shares/detail", "shared-file-system.list-shares-with-details"),
        ("manila", "GET", f"/v2/{PROJECT}/limits", "shared-file-system.list-share-limits"),
        ("octavia", "GET", "/v2.0/lbaas/loadbalancers", "load-balancer.list-load-balancers"),
        ("cinder", "GET", f"/v3/{PROJECT}", None),
        ("octavia", "GET", "/v2", None),
        ("neutron", "GET", "/v2.0/networks.json", "network.list-networks"),
        ("neutron", "GET", "/v2.0/sfc/port_chains", "network.list-port-chains"),
        ("designate", "PATCH", "/v2/reverse/floatingips/Region%3AID", "dns.set-floatingip-s-ptr-record"),
        ("glance", "GET", "/v2/foo/images", None),
        ("barbican", "GET", "/v1/secrets", None),
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
        ("password", {"scope": None}, "password-authentication-with-unscoped-authorization"),
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
    body: dict[str, Any] = {"auth": {"identity": {"password": {"user": {}}, "totp": {"user": {}}}}}
    operation = operation_of("keystone", "2026.2", "POST", "/v3/auth/tokens", body=body)
    assert operation is not None
    assert operation.id.startswith("identity.multi-step-authentication")


def test_a_release_without_a_reference_has_the_nearest() -> None:
    path = "/v1/nodes/x/inventory"  # since 2023.1
    old, new, unnamed = (operation_of("ironic", release, "GET", path) for release in ("yoga", "master", None))
    assert old is None
    assert new == unnamed == operation_of("ironic", "2026.2", "GET", path) is not None


ACTIONS = """
addFixedIp add-associate-fixed-ip
addFloatingIp add-associate-floating-ip
changePassword change-administrative-password
addSecurityGroup add-security-group-to-a-server
confirmResize confirm-resized-server
createImage create-image
createBackup create-server-back-up
evacuate evacuate-server
forceDelete force-delete-server
lock lock-server
os-getRDPConsole get-rdp-console
os-getSerialConsole get-serial-console
os-getSPICEConsole get-spice-console
os-getVNCConsole get-vnc-console
injectNetworkInfo inject-network-information
os-migrateLive live-migrate-server
migrate migrate-server
pause pause-server
reboot reboot-server
rebuild rebuild-server
rescue rescue-server
removeFixedIp remove-disassociate-fixed-ip
removeFloatingIp remove-disassociate-floating-ip
resize resize-server
removeSecurityGroup remove-security-group-from-a-server
resetNetwork reset-networking-on-a-server
os-resetState reset-server-state
restore restore-soft-deleted-instance
resume resume-suspended-server
revertResize revert-resized-server
shelveOffload shelf-offload-remove-server
shelve shelve-server
os-getConsoleOutput show-console-output
os-start start-server
os-stop stop-server
suspend suspend-server
trigger_crash_dump trigger-crash-dump-in-server
unlock unlock-server
unpause unpause-server
unrescue unrescue-server
unshelve unshelve-restore-shelved-server
"""
"""The keys of server actions, after Nova's ``doc/api_samples``, and the last parts of the IDs."""


@pytest.mark.parametrize(("key", "name"), [line.split() for line in ACTIONS.split("\n")[1:-1]])
def test_an_action_of_a_server_by_the_key_of_the_body(key: str, name: str) -> None:
    operation = operation_of("nova", "2026.2", "POST", "/v2.1/servers/x/action", body={key: None})
    assert operation is not None
    assert operation.id == f"compute.{name}"


def test_an_unknown_action_is_no_operation() -> None:
    assert operation_of("nova", "2026.2", "POST", "/v2.1/servers/x/action", body={"dance": None}) is None
    assert operation_of("nova", "2026.2", "POST", "/v2.1/servers/x/action", body=[["reboot"]]) is None


def test_a_deep_body_and_a_long_path_are_harmless() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    assert (
        operation_of("designate", "2026.2", "POST", "/v2/zones/x/recordsets", body={"type": deep}) is not None
    )
    assert operation_of("nova", "2026.2", "GET", "/a" * 100_000) is None


@pytest.mark.parametrize("service", services())
def test_the_template_in_the_spelling_of_the_request_matches_its_path(service: str) -> None:
    found = 0
    for operation in operations(service, "2026.2"):
        request = request_of(operation)
        version, rest = re.fullmatch(r"(/v\d[\d.]*)?(.*)", request.path, re.DOTALL).groups("")  # type: ignore[union-attr]
        for path in (
            request.path,
            f"{request.path}.json",
            f"{version or '/v2.1'}{rest}",
            f"{version or '/v2.1'}/{PROJECT}{rest}",
            f"/v2.0{rest}",
        ):
            match = find_operation(
                service, "2026.2", request.method, path, query=request.query, body=request.body
            )
            if match is not None:
                found += 1
                template = match.template_sent.removesuffix("/") or "/"
                assert path_values(template, path.removesuffix("/") or "/") is not None, (template, path)
    assert found > 10


def test_a_version_that_is_a_parameter_stays_one() -> None:
    match = find_operation("nova", "2026.2", "GET", "/v2.1/")
    assert match is not None
    assert match.template_sent == "/{api_version}"
