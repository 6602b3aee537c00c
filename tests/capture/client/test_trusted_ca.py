"""Which CA a client trusts by itself: the order of openstackclient."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracer.capture.client.trusted_ca import client_trust, with_authority

ENVIRONMENT = {"HOME": "/nowhere"}
OPENSTACK = ("openstack", "image", "list")


def clouds(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("argv", "environment", "expected"),
    [
        ((), {}, (None, "")),
        ((), {"CURL_CA_BUNDLE": "/curl"}, ("/curl", "CURL_CA_BUNDLE")),
        (
            (),
            {"CURL_CA_BUNDLE": "/curl", "REQUESTS_CA_BUNDLE": "/requests"},
            ("/requests", "REQUESTS_CA_BUNDLE"),
        ),
        ((), {"OS_CLOUD": "a", "REQUESTS_CA_BUNDLE": "/requests"}, ("/yaml", "cacert of the cloud a")),
        ((), {"OS_CLOUD": "a", "OS_CACERT": "/mine"}, ("/mine", "OS_CACERT")),
        (("--os-cacert", "/option"), {"OS_CLOUD": "a", "OS_CACERT": "/mine"}, ("/option", "--os-cacert")),
        (("--os-cacert=/option",), {"OS_CACERT": "/mine"}, ("/option", "--os-cacert")),
        (("--os-cloud", "a"), {"OS_CLOUD": "b"}, ("/yaml", "cacert of the cloud a")),
        (("--os-cloud=a",), {}, ("/yaml", "cacert of the cloud a")),
        ((), {"OS_CLOUD": "b"}, (None, "")),
        ((), {"OS_CLOUD": "missing"}, (None, "")),
    ],
)
def test_what_wins(
    argv: tuple[str, ...], environment: dict[str, str], expected: tuple[str | None, str], tmp_path: Path
) -> None:
    clouds(tmp_path / "clouds.yaml", "clouds: {a: {cacert: /yaml}, b: {}}")
    trust = client_trust((*OPENSTACK, *argv), ENVIRONMENT | environment, tmp_path)
    assert trust.authority == expected[0]
    assert trust.source.startswith(expected[1])
    assert bool(trust.source) == bool(expected[1])


def test_the_files_are_found_in_the_order_of_openstacksdk(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    work.mkdir()
    environment = {"HOME": str(home), "OS_CLOUD": "a"}

    def found(**more: str) -> str | None:
        return client_trust(OPENSTACK, environment | more, work).authority

    assert found() is None
    clouds(home / ".config/openstack/clouds.yml", "clouds: {a: {cacert: /home}}")
    assert found() == "/home"
    (work / "clouds.json").write_text(json.dumps({"clouds": {"a": {"cacert": "relative.pem"}}}))
    assert found() == str(work / "relative.pem")
    named = clouds(tmp_path / "named.yaml", "clouds: {a: {cacert: /named}}")
    assert found(OS_CLIENT_CONFIG_FILE=str(named)) == "/named"
    clouds(home / ".config/openstack/secure.yaml", "clouds: {a: {cacert: /secure}}")
    assert found() == "/secure"
    assert found(OS_CLIENT_SECURE_FILE=str(named)) == "/named"


def test_a_profile_gives_what_the_cloud_does_not(tmp_path: Path) -> None:
    clouds(tmp_path / "clouds.yaml", "clouds: {a: {profile: p}, b: {profile: p, cacert: /own}}")
    clouds(tmp_path / "clouds-public.yaml", "public-clouds: {p: {cacert: /vendor, verify: false}}")
    environment = ENVIRONMENT | {"OS_CLOUD": "a"}
    trust = client_trust(OPENSTACK, environment, tmp_path)
    assert (trust.authority, trust.insecure) == ("/vendor", True)
    assert client_trust(OPENSTACK, environment | {"OS_CLOUD": "b"}, tmp_path).authority == "/own"


@pytest.mark.parametrize(
    ("argv", "settings", "environment", "insecure"),
    [
        ((), "{}", {}, False),
        ((), "{verify: false}", {}, True),
        ((), "{verify: 'False'}", {}, True),
        ((), "{verify: true}", {}, False),
        (("--verify",), "{verify: false}", {}, False),
        ((), "{insecure: true}", {}, True),
        (("--insecure",), "{}", {}, True),
        ((), "{}", {"OS_INSECURE": "true"}, True),
        ((), "{}", {"OS_INSECURE": "false"}, False),
    ],
)
def test_the_check_is_off_where_the_client_has_it_off(
    argv: tuple[str, ...], settings: str, environment: dict[str, str], insecure: bool, tmp_path: Path
) -> None:
    clouds(tmp_path / "clouds.yaml", f"clouds: {{a: {settings}}}")
    trust = client_trust((*OPENSTACK, *argv), ENVIRONMENT | {"OS_CLOUD": "a"} | environment, tmp_path)
    assert trust.insecure == insecure


@pytest.mark.parametrize(
    ("text", "environment", "name"),
    [
        ("clouds: {a: {}}", {}, "a"),
        ("clouds: {a: {}}", {"OS_REGION_NAME": "x", "OS_TEST_PATH": "y"}, "a"),
        ("clouds: {a: {}}", {"OS_USERNAME": "x"}, None),
        ("clouds: {a: {}, b: {}}", {}, None),
    ],
)
def test_the_only_cloud_is_chosen_without_a_name(
    text: str, environment: dict[str, str], name: str | None, tmp_path: Path
) -> None:
    clouds(tmp_path / "clouds.yaml", text)
    trust = client_trust(OPENSTACK, ENVIRONMENT | environment, tmp_path)
    assert (trust.cloud and trust.cloud.name) == name
    assert trust.unnamed == (name is not None)
    assert not client_trust(OPENSTACK, ENVIRONMENT | environment | {"OS_CLOUD": "a"}, tmp_path).unnamed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "clouds: []",
        "clouds: {a: 1}",
        "clouds: {a: {cacert: [1]}}",
        "{",
        "\0",
        "a: !!python/object:x {}",
        "[" * 10_000,
        "clouds: {a: {verify: 2020-99-99}}",
    ],
)
def test_a_file_that_says_nothing_useful_is_left_to_the_client(text: str, tmp_path: Path) -> None:
    clouds(tmp_path / "clouds.yaml", text)
    trust = client_trust(OPENSTACK, ENVIRONMENT | {"OS_CLOUD": "a"}, tmp_path)
    assert (trust.authority, trust.insecure) == (None, False)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["openstack", "--os-cacert", "/a", "x"], ["openstack", "--os-cacert", "/ca", "x"]),
        (["openstack", "--os-cacert=/a{}", "x"], ["openstack", "--os-cacert=/ca", "x"]),
        (["openstack", "x", "--os-cacert"], ["openstack", "x", "--os-cacert"]),
        (["openstack", "x"], ["openstack", "x"]),
    ],
)
def test_the_client_is_given_the_authority_of_the_proxy(argv: list[str], expected: list[str]) -> None:
    assert with_authority(argv, Path("/ca")) == expected
