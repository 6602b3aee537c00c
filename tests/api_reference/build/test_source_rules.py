from __future__ import annotations

import pytest

from tracer.api_reference.build.source_rules import load_rules
from tracer.errors import InputError


def test_a_service_has_its_own_rules() -> None:
    rules = load_rules("nova")
    selector = rules.selector("POST", "/servers", "create-multiple-servers")
    assert selector is not None
    assert selector.body == ("server.min_count|max_count!=1",)
    assert load_rules("swift").selectors == {}


def test_a_correction_is_the_beginning_of_a_path() -> None:
    rules = load_rules("neutron")
    assert rules.actual_path("/v1.0/sfc/port_chains/{id}") == "/v2.0/sfc/port_chains/{id}"
    assert rules.actual_path("/v2.0/networks") == ""


def test_a_rule_without_an_operation_is_refused() -> None:
    rules = load_rules("placement")
    with pytest.raises(
        InputError, match=r"PUT /resource_classes/\{\}: update-resource-class: no release has"
    ):
        rules.refuse_unused(set())
    rules.refuse_unused({"update-resource-class", "update-resource-class-microversions-1-2-1-6"})
