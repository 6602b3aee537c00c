"""releases.yaml: what is read from it, and what is refused, with the place."""

import pytest

from tracer.cloud.releases import catalog, load, release, releases
from tracer.errors import CloudError, InputError

GOOD = """
services:
  keystone: {type: identity, mount: /identity, app: "keystone.wsgi:app", files: {k.conf: "at {home}"}}
  glance: {type: image, mount: /image, app: "glance.wsgi:app"}
server: {cheroot: 1.0}
releases:
  "2026.2":
    version: "2026.2"
    services: {keystone: 30.0.0, glance: 33.0.0}
    environments: [{python: ["3.11"], exclude-newer: "2026-10-20"}]
    client: {packages: {c: 1.0.0}, environments: [{python: ["3.11"], exclude-newer: "2026-10-20"}]}
"""


def good() -> str:
    return GOOD.replace("cheroot: 1.0", "cheroot: 1.0.0")


def test_a_release_keeps_the_order_of_its_services() -> None:
    found = load(good(), "r.yaml")
    assert list(found.releases["2026.2"].services) == ["keystone", "glance"]
    assert found.releases["2026.2"].name == "2026.2"
    assert found.services["keystone"].files == {"k.conf": "at {home}"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cheroot: 1.0.0", "cheroot: 1.0", "r.yaml: server[...]: expected str, got float"),
        ('"2026.2":\n', "2026.2:\n", "r.yaml: releases: expected a text as key, got 2026.2 (quote it)"),
        ("mount: /image", "mount: image", "services.glance.mount: expected str matching regex"),
        ("{home}", "{house}", "r.yaml: services.keystone: unknown placeholder {house}"),
        ("{home}", "{home", "r.yaml: services.keystone: expected '}'"),
        ("glance: 33.0.0", "nova: 33.0.0", "r.yaml: releases.2026.2.services: unknown service 'nova'"),
        ("keystone: 30.0.0, ", "", "r.yaml: releases.2026.2.services: no service of type identity"),
        ("python: [", "pythons: [", "r.yaml: releases.2026.2.environments[0]: object"),
        (
            "environments: [{p",
            "environments: [] #",
            "releases.2026.2.environments: expected array of length >= 1",
        ),
        (
            'exclude-newer: "2026-10-20"',
            'exclude-newer: "soon"',
            "environments[0].exclude-newer: expected str",
        ),
        ("version:", "name: x\n    version:", "r.yaml: releases.2026.2: unknown key 'name'"),
        ("server:", "servers:", "r.yaml: unknown key 'servers'"),
        (
            "services: {keystone: 30.0.0, glance: 33.0.0}",
            "services: 1",
            "releases.2026.2.services: expected object",
        ),
    ],
)
def test_wrong_data_is_one_line_with_the_place(old: str, new: str, message: str) -> None:
    assert old in good()
    with pytest.raises(InputError) as caught:
        load(good().replace(old, new, 1), "r.yaml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_list_is_not_the_data() -> None:
    with pytest.raises(InputError, match=r"^r\.yaml: expected a mapping, got list$"):
        load("[]", "r.yaml")


def test_shipped_releases_name_what_facts_say() -> None:
    known = releases()
    assert [next(iter(known)), next(reversed(known))] == ["zed", "2026.2"]
    assert known["zed"].services == {"keystone": "22.0.0", "glance": "25.0.0"}
    assert known["zed"].client.packages["python-openstackclient"] == "6.0.0"
    assert known["2026.2"].services == {"keystone": "30.0.0", "glance": "33.0.0"}


def test_only_services_without_a_catalogue_of_their_own_have_an_account() -> None:
    identity = [one for one in catalog().services.values() if one.type == "identity"]
    assert [one.catalogue for one in identity] == ["keystone.db"]
    assert all(one.user for one in catalog().services.values() if one.type != "identity")


def test_an_unknown_release_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CloudError) as caught:
        release("foo")
    assert str(caught.value).startswith("unknown release 'foo'; known: zed, ")
