"""The plug-in in launch.json: each way to log in, and ways that a recording does not show."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.rendering.sites import page_of, seed_recording
from tests.sequences import test_logins as ways
from tests.sequences.runs import HOST, exchange, login, show, versions_of_glance
from tests.sequences.test_logins import _federated, _idp, _sent
from tracer.model import Body, Exchange
from tracer.rendering.pages.launch import launch
from tracer.rendering.pages.login_plugins import UNKNOWN, login_trace

SECRET = "********"
URL = {"OS_AUTH_URL": f"{HOST}/identity", "OS_IDENTITY_API_VERSION": "3"}
PROVIDER = {"OS_IDENTITY_PROVIDER": "idp", "OS_PROTOCOL": "openid"}


def _login(*methods: str, **identity: Any) -> Exchange:
    auth = {"auth": {"identity": {"methods": list(methods), **identity}}}
    body = Body(type="application/json", size=9, json=json.dumps(auth))
    return msgspec.structs.replace(login(), request=msgspec.structs.replace(login().request, body=body))


def _scoped() -> Exchange:
    scope = {"project": {"name": "demo", "domain": {"name": "Default"}}}
    text = json.dumps(
        {"auth": {"identity": {"methods": ["token"], "token": {"id": "<token-1>"}}, "scope": scope}}
    )
    body = Body(type="application/json", size=9, json=text)
    return msgspec.structs.replace(login(), request=msgspec.structs.replace(login().request, body=body))


def _environment(run: list[Exchange], command: str = "openstack image list") -> dict[str, str]:
    recording = msgspec.structs.replace(seed_recording(), exchanges=run, command=command)
    environment = json.loads(launch(recording, "x"))["env"]
    assert isinstance(environment, dict)
    return environment


def _grant(form: str) -> list[Exchange]:
    return [_idp("/token", content=form), _federated(), _login("token", token={"id": "<token-1>"})]


def test_federation_with_a_password() -> None:
    assert _environment([ways.DISCOVERY, ways.TOKEN, _federated(), _scoped()]) == {
        **URL,
        **PROVIDER,
        "OS_AUTH_TYPE": "v3oidcpassword",
        "OS_DISCOVERY_ENDPOINT": ways.DISCOVERY.request.url,
        "OS_USERNAME": "u",
        "OS_CLIENT_SECRET": SECRET,
        "OS_PASSWORD": SECRET,
        "OS_PROJECT_NAME": "demo",
        "OS_PROJECT_DOMAIN_NAME": "Default",
    }


@pytest.mark.parametrize(
    ("run", "plugin"),
    [
        (_grant("grant_type=password"), "v3oidcpassword"),
        (_grant("grant_type=client_credentials"), "v3oidcclientcredentials"),
        (_grant("grant_type=authorization_code&code=<code-1>"), "v3oidcauthcode"),
        (_grant("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"), "v3oidcdeviceauthz"),
        (_grant("grant_type=new"), UNKNOWN),
        (ways.WAYS["v3oidcaccesstoken"], "v3oidcaccesstoken"),
        (ways.WAYS["v3samlpassword"], "v3samlpassword"),
        (ways.WAYS["v3samlpassword, mellon"], "v3samlpassword"),
        (ways.WAYS["v3adfspassword"], "v3adfspassword"),
        (ways.WAYS["v3websso"], "v3websso"),
        ([_sent(_federated("GET"), Authorization="Negotiate <credentials-1>")], "v3fedkerb"),
        ([_federated("GET")], UNKNOWN),
        ([_login("totp", totp={"user": {"id": "f0", "passcode": "<secret-1>"}})], "v3totp"),
        ([_login("password", "totp", password={"user": {"name": "a"}})], "v3multifactor"),
        ([_login("kerberos", kerberos={})], "v3kerberos"),
        ([_login("oauth1", oauth1={})], "v3oauth1"),
        ([_login("external")], UNKNOWN),
        ([_login("password", "new")], UNKNOWN),
        ([_login("application_credential", application_credential={"id": "a"}), ways.OAUTH2],
         "v3oauth2clientcredential"),
        (ways.WAYS["v3oauth2mtlsclientcredential"], "v3oauth2mtlsclientcredential"),
        ([versions_of_glance(), show()], UNKNOWN),
        ([_sent(exchange("GET", f"{HOST}/image/v2/images", 200), Authorization="Basic <credentials-1>")],
         "http_basic"),
    ],
)  # fmt: skip
def test_the_plugin_is_named_or_unknown(run: list[Exchange], plugin: str) -> None:
    assert _environment(run)["OS_AUTH_TYPE"] == plugin
    words = f"openstack --os-auth-type {plugin} image list"
    assert "OS_AUTH_TYPE" not in _environment(run, words)


def test_a_password_is_the_default() -> None:
    assert login_trace([_login("password", password={"user": {"name": "a"}})]).plugin == ""


def test_the_settings_of_several_factors() -> None:
    identity = {"password": {"user": {"name": "a"}}, "totp": {"user": {"name": "a"}}}
    environment = _environment([_login("password", "totp", **identity)])
    assert environment["OS_AUTH_METHODS"] == "v3password,v3totp"
    assert (environment["OS_PASSWORD"], environment["OS_PASSCODE"]) == (SECRET, SECRET)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "The run does not show by which plug-in"), ("ko", "어떤 플러그인으로 로그인했는지는")],
)
def test_the_page_states_that_the_plugin_is_unknown(tmp_path: Any, lang: str, sentence: str) -> None:
    run = [versions_of_glance(), show()]
    assert sentence in page_of(tmp_path, msgspec.structs.replace(seed_recording(), exchanges=run), lang)
    assert sentence not in page_of(tmp_path, seed_recording(), lang)
