from __future__ import annotations

import pytest

from tracer.api_reference.build.sources import sources
from tracer.errors import InputError
from tracer.releases import is_openstack


def test_each_release_has_a_version_of_each_package() -> None:
    known = sources()
    assert all(map(is_openstack, known.releases))
    for release in known.releases:
        for service in known.services:
            assert known.package(service, release).count("==") == 1


def test_packages_may_have_another_name() -> None:
    assert sources().package("neutron", "zed") == "neutron-lib==3.1.0"
    assert sources().package("glance", "2024.1") == "glance==28.0.1"


def test_an_unknown_release_names_the_file() -> None:
    with pytest.raises(InputError, match=r"no versions for '2030\.1' in sources\.yaml; known: zed"):
        sources().package("glance", "2030.1")
