"""The roles that each suite may name."""

from __future__ import annotations

from tracer.matrix.roles import ADMIN, roles


def test_each_role_has_a_role_of_keystone_exactly_if_it_has_a_scope() -> None:
    assert ADMIN not in roles()
    for name, role in roles().items():
        assert bool(role.role) == (role.scope != "nothing"), name


def test_the_roles_whose_policies_differ() -> None:
    assert {"member", "reader", "manager", "unscoped", "application-credential"} <= roles().keys()
