from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from tracer.errors import InputError
from tracer.model import Body, Exchange, Request, Response
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.participants import client_agent, client_label, named_by_agent, resolve


def exchange(
    url: str, method: str = "GET", agent: str = "a", sender: str = "client", answer: object = None
) -> Exchange:
    text = json.dumps(answer)
    body = Body(type="application/json", size=len(text), json=text) if answer is not None else None
    return Exchange(
        sender=sender,
        started=0,
        request=Request(method=method, url=url, headers={"User-Agent": agent}),
        response=Response(status=201, body=body),
    )


def names(*exchanges: Exchange, configured: str = "", command: str | None = None) -> list[str]:
    return [*resolve(exchanges, ParticipantMap(configured), command)[0]]


def unanswered(url: str, method: str = "CONNECT", **fields: str) -> Exchange:
    request = Request(method=method, url=url, headers={**fields})
    return Exchange(sender="client", started=0, request=request, error="refused")


def test_the_catalogue_names_receivers_by_their_url() -> None:
    catalog = [
        {"type": "image", "endpoints": [{"url": "http://a.test:9292"}]},
        {"type": "identity", "endpoints": [{"url": "http://b.test:5000/v3"}]},
        {"type": "volumev3", "endpoints": [{"url": "http://c.test/x/v3/0123"}]},
    ]
    login = exchange("http://b.test:5000/v3/auth/tokens", "POST", answer={"token": {"catalog": catalog}})
    assert names(
        exchange("http://b.test:5000"),
        login,
        exchange("http://a.test:9292/v2/images"),
        exchange("http://c.test/x/v3/1"),
    ) == ["keystone", "keystone", "glance", "cinder"]


def test_the_mount_path_names_what_no_catalogue_does() -> None:
    assert names(exchange("http://x.test/identity/"), exchange("http://x.test/image/v2")) == [
        "keystone",
        "glance",
    ]


def answered(url: str, status: int, method: str = "GET", answer: object = None, **headers: str) -> Exchange:
    made = exchange(url, method, answer=answer)
    assert made.response is not None
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(made, response=replace(made.response, status=status, headers=fields))


@pytest.mark.parametrize("root", ["http://h.test:5000", "http://h.test/keys", "https://[fd00::1]:5000"])
def test_a_refused_login_is_to_keystone(root: str) -> None:
    login = answered(f"{root}/v3/auth/tokens", 401, "POST")
    assert names(answered(root, 300), answered(f"{root}/v3", 200), login) == ["keystone"] * 3


def test_a_login_without_a_response_is_to_keystone() -> None:
    assert names(unanswered("http://h.test:5000/v3/auth/tokens", "POST")) == ["keystone"]


def test_the_media_type_of_discovery_names_keystone() -> None:
    kind = "application/vnd.openstack.identity-v3+json"
    version = {"version": {"id": "v3.14", "media-types": [{"base": "application/json", "type": kind}]}}
    assert names(answered("http://h.test:5000/v3", 200, answer=version)) == ["keystone"]
    other = {"version": {"id": "v3.14", "media-types": [{"type": "application/vnd.openstack.volume+json"}]}}
    assert names(answered("http://h.test:5000/v3", 200, answer=other)) == ["service-1"]


@pytest.mark.parametrize(
    "challenge",
    [
        'Keystone uri="http://k.test:5000"',
        "Keystone uri='http://k.test:5000/v3'",
        "keystone uri=http://k.test:5000",
    ],
)
def test_a_request_for_a_token_names_keystone(challenge: str) -> None:
    refused = answered("http://i.test:9292/v2/images", 401, WWW_Authenticate=challenge)
    assert names(refused, answered("http://k.test:5000", 300)) == ["service-1", "keystone"]
    assert names(
        answered("http://i.test/", 401, WWW_Authenticate="Basic realm=x"), unanswered("http://k.test")
    ) == [
        "service-1",
        "service-2",
    ]


@pytest.mark.parametrize(("status", "name"), [(502, "keystone"), (503, "keystone"), (404, "service-1")])
def test_a_keystone_that_is_down_behind_a_proxy(status: int, name: str) -> None:
    assert names(answered("http://h.test:5000/v3", status), command="openstack token issue") == [name]
    assert names(answered("http://h.test:5000/v3", status)) == ["service-1"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_keeps_the_participant(status: int) -> None:
    catalog = [{"type": "image", "endpoints": [{"url": "http://a.test:9292"}]}]
    login = exchange("http://b.test:5000/v3/auth/tokens", "POST", answer={"token": {"catalog": catalog}})
    first = answered("http://a.test:9292/v2/images/1", status, Location="http://other.test:1/v2/images/1")
    second = answered("http://other.test:1/v2/images/1", status, Location="//third.test/v2/images/1/")
    third = answered("http://third.test/v2/images/1", 200)
    assert names(login, first, second, third) == ["keystone", "glance", "glance", "glance"]
    assert names(login, third, first) == ["keystone", "service-1", "glance"]
    broken = answered("http://a.test:9292/v2/images/1", status, Location="http://[")
    assert names(login, broken, third) == ["keystone", "glance", "service-1"]


def test_a_port_alone_names_nobody() -> None:
    receivers, labels = resolve([exchange("http://x.test:9292/v2/images")], ParticipantMap())
    assert receivers == ["service-1"]
    assert labels == {"client": "openstack-client", "service-1": "x.test:9292"}


def test_the_configured_map_names_the_rest() -> None:
    configured = "glance=http://x.test:9292/img, ironic=y.test"
    assert names(
        exchange("http://x.test:9292/img/v2"),
        exchange("http://x.test:9292/imgs"),
        exchange("http://y.test/"),
        configured=configured,
    ) == ["glance", "service-1", "ironic"]


LIST = "openstack --os-auth-type password image list"


@pytest.mark.parametrize("first", [unanswered("https://x.test:5000/"), unanswered("http://x.test/v3", "GET")])
def test_a_command_of_openstack_begins_at_keystone_also_where_nobody_answers(first: Exchange) -> None:
    """Of an https cloud, a proxy sees no path that would name it."""
    again, other = unanswered(first.request.url), unanswered("https://y.test/")
    assert names(first, again, other, command=LIST) == ["keystone", "keystone", "service-1"]
    assert names(first, again, configured=f"idp={first.request.url}", command=LIST) == ["idp", "idp"]


@pytest.mark.parametrize(
    ("first", "command"),
    [
        (unanswered("https://x.test/"), None),
        (unanswered("https://x.test/"), "curl https://x.test/"),
        (unanswered("https://x.test/"), "openstack --os-endpoint https://x.test image list"),
        (unanswered("http://x.test/v2/images", "GET", **{"X-Auth-Token": "<token-1>"}), LIST),
        (exchange("http://x.test/"), LIST),
    ],
)
def test_what_may_be_another_service_is_not_named(first: Exchange, command: str | None) -> None:
    assert names(first, command=command) == ["service-1"]


def test_a_map_gives_senders_by_port() -> None:
    assert ParticipantMap("glance=8081,nova=http://n.test").senders == {8081: "glance"}


@pytest.mark.parametrize("text", ["glance", "=http://x", "glance=", "Gl ance=http://x", "a;b=1"])
def test_a_wrong_map_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match="expected name=URL or name=PORT"):
        ParticipantMap(text)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("glance-api keystonemiddleware.auth_token/10.1.0", "glance"),
        ("nova-compute keystoneauth1/5.1.0", "nova"),
        ("openstacksdk/0.103.0 keystoneauth1/5.1.0", None),
        ("python-glanceclient", None),
        ("", None),
    ],
)
def test_a_services_agent_names_it(agent: str, name: str | None) -> None:
    assert named_by_agent(agent) == name


def test_the_clients_agent_is_not_that_of_a_service() -> None:
    assert (
        client_agent([exchange("http://x", agent="short"), exchange("http://x", agent="the longer one")])
        == "the longer one"
    )
    assert client_agent([exchange("http://x", agent="glance-api", sender="glance")]) == ""


def test_a_cloud_on_ipv6_has_the_same_participants() -> None:
    catalog = [{"type": "image", "endpoints": [{"url": "http://[::1]:43399/img"}]}]
    login = exchange(
        "http://[::1]:43399/identity/v3/auth/tokens", "POST", answer={"token": {"catalog": catalog}}
    )
    assert names(
        exchange("http://[::1]:43399/identity"),
        login,
        exchange("http://[0:0:0:0:0:0:0:1]:43399/img/v2/images"),
    ) == ["keystone", "keystone", "glance"]


def test_an_unknown_service_on_ipv6_is_labelled_with_its_address_in_brackets() -> None:
    receivers, labels = resolve(
        [exchange("http://[FE80::1%25eth0]:9292/v2"), exchange("http://[fe80:0::1%25eth0]:9292/v2")],
        ParticipantMap(),
    )
    assert receivers == ["service-1", "service-1"]
    assert labels["service-1"] == "[fe80::1%25eth0]:9292"


@pytest.mark.parametrize(
    "url", ["http://[::1]:9292", "[::1]:9292", "http://[0::0001]:9292/", "HTTP://[::1]:9292"]
)
def test_a_map_names_an_ipv6_address_in_any_spelling(url: str) -> None:
    assert names(exchange("http://[::1]:9292/v2"), configured=f"glance={url}") == ["glance"]
    assert names(exchange("http://[::2]:9292/v2"), configured=f"glance={url}") == ["service-1"]


def test_a_map_knows_the_default_port() -> None:
    assert names(exchange("http://x.test/v2"), configured="glance=http://x.test:80") == ["glance"]


@pytest.mark.parametrize("url", ["http://x.test:5000", "http://x.test:5000/", "http://x.test:5000/v3"])
def test_keystone_answers_at_the_authentication_url(url: str) -> None:
    configured = ParticipantMap("proxy=http://x.test:5000/other").with_auth_url(url)
    asked = [exchange(f"http://x.test:{rest}") for rest in ("5000/", "5000/v3", "5000/other", "9292/v3")]
    receivers, _ = resolve(asked, configured)
    assert receivers == ["keystone", "keystone", "proxy", "service-1"]


@pytest.mark.parametrize("url", ["", "x.test", "http://[::1", "file:///x"])
def test_an_authentication_url_that_names_no_host_has_no_effect(url: str) -> None:
    configured = ParticipantMap().with_auth_url(url)
    assert resolve([exchange("http://x.test/v3")], configured)[0] == ["service-1"]


@pytest.mark.parametrize(
    "url", ["::1:9292", "http://::1:9292", "http://[::1:9292", "http://h:99999", "http:///x"]
)
def test_a_map_with_a_url_that_names_no_host_is_one_line(url: str) -> None:
    with pytest.raises(InputError, match="not a URL: "):
        ParticipantMap(f"glance={url}")


SDK = "openstacksdk/4.4.0 keystoneauth1/5.10.0 python-requests/2.32.3 CPython/3.12.3"


@pytest.mark.parametrize(
    ("agent", "command", "documented", "label"),
    [
        (SDK, "openstack image list", True, "openstack-client"),
        (SDK, "openstack server list", False, "openstack-client"),
        (SDK, "openstack --os-cloud x", False, "openstack-client"),
        (SDK, None, True, "openstack-client"),
        (SDK, None, False, "openstacksdk"),
        (SDK, "python many.py", False, "openstacksdk"),
        ("curl/8.5.0", "curl http://x.test", False, "curl"),
        ("curl/8.5.0", None, False, "curl"),
        ("Mozilla/5.0 (X11) Gecko/20100101 Firefox/128.0", None, False, "firefox"),
        ("", "python many.py", False, "client"),
        ("", None, False, "client"),
    ],
)
def test_the_client_is_named_by_its_user_agent(
    agent: str, command: str | None, *, documented: bool, label: str
) -> None:
    assert client_label(agent, command, is_openstack=documented) == label


def test_the_server_of_a_federated_login_is_the_identity_provider() -> None:
    form = Body(type="application/x-www-form-urlencoded", size=9, text="grant_type=password")
    token = Request(
        method="POST",
        url="https://idp.example.org/token",
        headers={"Content-Type": form.type},
        body=form,
    )
    page = Request(method="GET", url="https://idp.example.org/")
    stranger = Request(method="GET", url="https://elsewhere.example.org/")
    run = [Exchange(sender="client", started=0.0, request=each) for each in (page, token, stranger)]
    receivers, labels = resolve(run, ParticipantMap())
    assert receivers == ["identity-provider", "identity-provider", "service-1"]
    assert labels["identity-provider"] == "identity-provider"
    named, _ = resolve(run, ParticipantMap("keycloak=https://idp.example.org"))
    assert named == ["keycloak", "keycloak", "service-1"]
