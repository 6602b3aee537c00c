from __future__ import annotations

import pytest

from tracer.api_reference import link, operations, reference
from tracer.errors import InputError


def test_an_unknown_service_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no API reference for 'barbican'; known: cinder, designate"):
        reference("barbican")


@pytest.mark.parametrize(("release", "nearest"), [("yoga", "zed"), ("master", "2026.2"), ("mine", "2026.2")])
def test_another_release_has_the_operations_of_the_nearest(release: str, nearest: str) -> None:
    assert [*operations("nova", release)] == [*operations("nova", nearest)]
    assert [*operations("nova", "zed")] != [*operations("nova", "2026.2")]


def test_a_link_leads_to_the_anchor() -> None:
    by_id = {operation.id: operation for operation in operations("glance")}
    page = "https://docs.openstack.org/api-ref/image/v2/index.html"
    assert link("glance", by_id["image.show-image"]) == f"{page}#show-image"
