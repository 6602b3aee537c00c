"""releases.yaml: what is read from it, and what is refused, with the place."""

import pytest

from tracer.cloud.release_data import Catalog, catalog, load, release, releases, select, selectable
from tracer.errors import CloudError, InputError

GOOD = """
services:
  keystone: {type: identity, mount: /identity, app: "keystone.wsgi:app", files: {k.conf: "at {home}"}}
  glance: {type: image, mount: /image, app: "glance.wsgi:app"}
server: {cheroot: 1.0}
defaults: {add: [setuptools], without: [netifaces], newer: {cheroot: "2026-10-20", scrypt: "2026-10-20"}}
releases:
  "2026.2":
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


def test_every_environment_has_the_defaults_beside_its_own() -> None:
    own = 'exclude-newer: "2026-10-20", add: [x<2], without: [y], newer: {scrypt: "2025-01-01"}}]\n    client'
    text = good().replace('exclude-newer: "2026-10-20"}]\n    client', own)
    assert text != good()
    found = load(text, "r.yaml").releases["2026.2"]
    (services,), (client,) = found.environments, found.client.environments
    assert (services.add, services.without) == (["setuptools", "x<2"], ["netifaces", "y"])
    assert services.newer == {"cheroot": "2026-10-20", "scrypt": "2025-01-01"}
    assert (client.add, client.without) == (["setuptools"], ["netifaces"])
    assert client.newer == {"cheroot": "2026-10-20", "scrypt": "2026-10-20"}
    assert client.exclude_newer == "2026-10-20"


def test_clients_have_defaults_of_their_own_beside_those_of_all_environments() -> None:
    text = good().replace("defaults: {", "defaults: {client: {add: [plug-in]}, ")
    assert text != good()
    found = load(text, "r.yaml").releases["2026.2"]
    assert found.environments[0].add == ["setuptools"]
    assert found.client.environments[0].add == ["setuptools", "plug-in"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cheroot: 1.0.0", "cheroot: 1.0", "r.yaml: server[...]: expected str, got float"),
        ('"2026.2":\n', "2026.2:\n", "r.yaml: releases: expected a text as key, got 2026.2 (quote it)"),
        ("mount: /image", "mount: image", "services.glance.mount: expected str matching regex"),
        ("{home}", "{house}", "r.yaml: services.keystone: unknown placeholder {house}"),
        ("{home}", "{home", "r.yaml: services.keystone: expected '}'"),
        (
            'files: {k.conf: "at {home}"}',
            "files: {k.conf: x}, quiet: {k.conf: y, c.conf: z}",
            "r.yaml: services.keystone: text for 'c.conf', which is not in files",
        ),
        (
            'files: {k.conf: "at {home}"}',
            "limits: {defaults: {}, files: {c.conf: z}}",
            "r.yaml: services.keystone: text for 'c.conf', which is not in files",
        ),
        (
            'files: {k.conf: "at {home}"}',
            'files: {k.conf: x}, quiet: {k.conf: "{house}"}',
            "r.yaml: services.keystone: unknown placeholder {house}",
        ),
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
        ("    services: {k", "    name: x\n    services: {k", "r.yaml: releases.2026.2: unknown key 'name'"),
        ("add: [", "ad: [", "r.yaml: defaults: object contains unknown field ad"),
        ("add: [", 'python: ["3.11"], add: [', "r.yaml: defaults: object contains unknown field python"),
        ('scrypt: "2026-10-20"', "scrypt: soon", "r.yaml: defaults.newer[...]: expected str matching regex"),
        ("defaults: {", "defaults: 1 #", "r.yaml: defaults: expected object, got int"),
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


FURTHER = """
services:
  keystone: {type: identity, mount: /identity, app: "keystone.wsgi:app"}
  placement: {type: placement, mount: /placement, app: "p:app", package: openstack-placement}
  nova: {type: compute, mount: /compute, path: /v2.1, app: "n:app", requires: [placement, neutron]}
  neutron: {type: network, mount: /networking, app: "q:app", requires: [nova]}
  cinder: {type: block-storage, mount: /volume, app: "c:app"}
groups: {compute: [nova], volume: [cinder]}
server: {cheroot: 1.0.0}
releases:
  "2026.1":
    services: {keystone: 29.0.0}
    environments: [{python: ["3.11", "3.12"], exclude-newer: "2026-04-20"}]
    client: {packages: {c: 1.0.0}, environments: [{python: ["3.11"], exclude-newer: "2026-04-20"}]}
  "2026.2":
    services: {keystone: 30.0.0}
    environments: [{python: ["3.11", "3.12"], exclude-newer: "2026-10-20"}]
    further:
      services: {placement: 16.0.0, neutron: 29.0.0, nova: 34.0.0, cinder: 29.0.0}
      environments: [{python: ["3.11"], exclude-newer: "2026-10-20", add: [fixtures]}]
    client: {packages: {c: 1.0.0}, environments: [{python: ["3.11"], exclude-newer: "2026-10-20"}]}
"""


@pytest.fixture
def further() -> Catalog:
    return load(FURTHER, "r.yaml")


def test_without_a_group_the_further_services_of_a_release_stay_out(further: Catalog) -> None:
    chosen = select(further.releases["2026.2"], known=further)
    assert list(chosen.services) == ["keystone"]
    assert chosen.packages == {"keystone": "30.0.0", "cheroot": "1.0.0"}
    assert chosen.environments[0].python == ["3.11", "3.12"]


def test_a_group_brings_what_its_services_require_in_the_order_of_their_start(further: Catalog) -> None:
    chosen = select(further.releases["2026.2"], ["compute"], known=further)
    assert list(chosen.services) == ["keystone", "placement", "neutron", "nova"]
    assert list(select(further.releases["2026.2"], ["volume"], known=further).services) == [
        "keystone",
        "cinder",
    ]


def test_one_environment_has_all_further_services(further: Catalog) -> None:
    by_group = [select(further.releases["2026.2"], [group], known=further) for group in further.groups]
    assert by_group[0].packages == by_group[1].packages
    assert by_group[0].packages["openstack-placement"] == "16.0.0"
    assert "placement" not in by_group[0].packages
    assert [(one.python, one.add) for one in by_group[0].environments] == [(["3.11"], ["fixtures"])]


def test_a_service_of_no_group_does_not_change_the_environment_of_the_groups(further: Catalog) -> None:
    text = FURTHER.replace("groups:", '  swift: {type: object-store, mount: /v1, app: "s:app"}\ngroups:')
    more = load(text.replace("cinder: 29.0.0", "cinder: 29.0.0, swift: 2.38.2"), "r.yaml")
    known = more.releases["2026.2"]
    before = select(further.releases["2026.2"], ["compute"], known=further)
    assert select(known, ["compute"], known=more).packages == before.packages
    assert select(known, ["compute", "cinder"], known=more).packages == before.packages
    alone, everything = select(known, ["swift"], known=more), select(known, ["all"], known=more)
    assert alone.packages == everything.packages == {**before.packages, "swift": "2.38.2"}
    assert list(alone.services) == ["keystone", "swift"]


def test_a_release_without_the_services_of_a_group_is_one_line_with_those_that_have_them(
    further: Catalog,
) -> None:
    with pytest.raises(CloudError) as caught:
        select(further.releases["2026.1"], ["compute"], known=further)
    assert str(caught.value) == (
        "2026.1 has not all services for compute in this version: neutron, nova, placement;"
        " releases with compute: 2026.2"
    )


def test_an_unknown_group_is_answered_with_the_known_ones(further: Catalog) -> None:
    known = "compute, volume, all, keystone, placement, nova, neutron, cinder"
    with pytest.raises(CloudError, match=rf"^unknown services 'x'; known: {known}$"):
        select(further.releases["2026.2"], ["x"], known=further)


def test_services_are_selected_by_their_names_and_all_at_once(further: Catalog) -> None:
    known = further.releases["2026.2"]
    assert list(select(known, ["cinder"], known=further).services) == ["keystone", "cinder"]
    assert list(select(known, ["cinder", "neutron"], known=further).services) == list(known.versions)
    assert list(select(known, ["all"], known=further).services) == list(known.versions)
    assert list(select(further.releases["2026.1"], ["all"], known=further).services) == ["keystone"]


def test_a_service_of_no_group_is_selectable_by_its_name_and_a_group_only_as_a_whole(
    further: Catalog,
) -> None:
    known = further.releases["2026.2"]
    assert selectable(known, known=further) == ["compute", "volume"]
    without = load(FURTHER.replace(", volume: [cinder]", "").replace("neutron: 29.0.0, ", ""), "r.yaml")
    assert selectable(without.releases["2026.2"], known=without) == ["placement", "nova", "cinder"]


@pytest.mark.parametrize("path", ["/v1", "/v1/$(project_id)s", "/AUTH_$(project_id)s"])
def test_the_path_in_the_catalogue_may_contain_the_project(path: str) -> None:
    found = load(FURTHER.replace("path: /v2.1", f"path: {path}"), "r.yaml")
    assert found.services["nova"].path == path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("requires: [nova]", "requires: [nowa]", "services.neutron.requires: unknown service 'nowa'"),
        ("volume: [cinder]", "volume: [cindy]", "groups.volume: unknown service 'cindy'"),
        ("cinder: 29.0.0", "cindy: 29.0.0", "releases.2026.2.further.services: unknown service 'cindy'"),
        ("path: /v2.1", "path: v2.1", "services.nova.path: expected str matching regex"),
    ],
)
def test_an_unknown_service_is_one_line_with_the_place(old: str, new: str, message: str) -> None:
    assert old in FURTHER
    with pytest.raises(InputError) as caught:
        load(FURTHER.replace(old, new, 1), "r.yaml")
    assert message in str(caught.value)


def test_a_list_is_not_the_data() -> None:
    with pytest.raises(InputError, match=r"^r\.yaml: expected a mapping, got list$"):
        load("[]", "r.yaml")


SHIPPED = {
    "zed": ("22.0.0", "25.0.0", "6.0.0", "0.103.0", "5.1.0"),
    "2023.1": ("23.0.0", "26.0.0", "6.2.0", "1.0.1", "5.1.2"),
    "2023.2": ("24.0.0", "27.0.0", "6.3.0", "2.0.0", "5.3.0"),
    "2024.1": ("25.0.0", "28.0.0", "6.6.0", "3.1.0", "5.6.0"),
    "2024.2": ("26.0.0", "29.0.0", "7.2.0", "4.1.0", "5.8.0"),
    "2025.1": ("27.0.0", "30.0.0", "8.0.0", "4.5.0", "5.10.0"),
    "2025.2": ("28.0.0", "31.0.0", "8.2.0", "4.7.1", "5.12.0"),
    "2026.1": ("29.0.0", "32.0.0", "9.0.0", "4.11.0", "5.13.1"),
    "2026.2": ("30.0.0", "33.0.0", "10.4.0", "4.21.0", "5.18.1"),
}
"""Of every release Keystone and Glance, and the client, SDK and keystoneauth1 of its time."""


def test_shipped_releases_are_those_and_oldest_first() -> None:
    found = {
        name: (*known.services.values(), *known.client.packages.values())
        for name, known in releases().items()
    }
    assert found == SHIPPED
    assert list(found) == list(SHIPPED)
    for known in releases().values():
        assert list(known.services) == ["keystone", "glance"]
        assert list(known.client.packages) == ["python-openstackclient", "openstacksdk", "keystoneauth1"]
        assert all("osc-placement" in environment.add for environment in known.client.environments)


def test_the_further_services_are_those_that_were_started_on_python_3_11() -> None:
    """A service that the release has is of the same series as its Nova."""
    for known in releases().values():
        assert known.further
        assert list(known.further.services)[:4] == ["placement", "neutron", "nova", "cinder"]
        names = [*known.services, "placement", "neutron", "nova", "cinder"]
        series = {name: int(known.versions[name].split(".")[0]) for name in names}
        behind = {name: series["nova"] - number for name, number in series.items()}
        # The first versions of the services of zed differ, and each release adds one.
        expected = {"keystone": 4, "glance": 1, "placement": 18, "neutron": 5, "nova": 0, "cinder": 5}
        assert behind == expected, known.name
        (environment,) = known.further.environments
        assert environment.python == ["3.11"]
        assert environment.exclude_newer == known.environments[0].exclude_newer
        assert "fixtures" in environment.add or known.name == "zed"
        assert selectable(known)[:2] == ["compute", "volume"]


def test_services_beyond_nova_and_cinder_are_those_that_were_tried_end_to_end() -> None:
    more = {name: selectable(known)[2:] for name, known in releases().items() if selectable(known)[2:]}
    assert more == {"2026.2": ["swift", "barbican", "heat", "ironic", "designate"]}


def test_every_release_runs_on_the_oldest_python_that_the_program_does() -> None:
    """One Python is enough for all of them; a way that is tried later is of later packages."""
    for known in releases().values():
        for environments in (known.environments, known.client.environments):
            assert "3.11" in environments[0].python
            days = [one.exclude_newer for one in environments]
            assert days == sorted(days)
            versions = [version for one in environments for version in one.python]
            assert len(versions) == len(set(versions))


def test_a_release_goes_by_each_of_its_names() -> None:
    assert release("Antelope") is release("2023.1")
    assert release("2022.2") is release("zed")


def test_only_services_without_a_catalogue_of_their_own_have_an_account() -> None:
    identity = [one for one in catalog().services.values() if one.type == "identity"]
    assert [one.catalogue for one in identity] == ["keystone.db"]
    assert all(one.user for one in catalog().services.values() if one.type != "identity")


def test_an_unknown_release_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CloudError) as caught:
        release("foo")
    assert str(caught.value).startswith("unknown release 'foo'; known: zed, ")
