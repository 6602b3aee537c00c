"""Rules for the locations of secrets, and their look-up by names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.redaction.paths import wildcard

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from tracer.redaction.policy import FieldRule, HeaderForm

__all__ = ["LocationRule", "RuleNames", "is_name_service", "mapped", "rule_for_path"]

_MOST_NAMES = 4096  # cached look-ups of one kind
_SERVICES = frozenset({"compat", "db", "files", "ldap", "nis", "nisplus", "sss", "systemd", "winbind"})


class LocationRule(NamedTuple):
    """The rule for a location of a secret: its name in counts, the kind of secret, and the replacement."""

    name: str
    kind: str
    form: HeaderForm = "value"
    spread: bool = True
    follow: bool = False
    many: bool = False
    numbers: bool = True
    listed: bool = False
    mapped: bool = False
    whole: bool = False


class RuleNames:
    """A look-up of rules by names, in any letter case and with wild cards."""

    def __init__(self, rules: Iterable[tuple[str, LocationRule]], exempt: Iterable[str] = ()) -> None:
        self._exact: dict[str, LocationRule] = {}
        self._globs: list[tuple[re.Pattern[str], LocationRule]] = []
        self._cache: dict[str, LocationRule | None] = {}
        gone = {name.lower() for name in exempt}
        for name, rule in rules:
            if name.lower() in gone:
                continue
            if "*" in name:
                self._globs.append((wildcard(name), rule))
            else:
                self._exact.setdefault(name.lower(), rule)

    def rules(self) -> Iterator[LocationRule]:
        """Yield the rules of all names."""
        yield from self._exact.values()
        yield from (rule for _, rule in self._globs)

    def find(self, name: str) -> LocationRule | None:
        """Return the rule for ``name``, None without one."""
        low = name.lower()
        rule = self._exact.get(low)
        if rule is not None or not self._globs:
            return rule
        if low in self._cache:
            return self._cache[low]
        rule = next((rule for glob, rule in self._globs if glob.fullmatch(low)), None)
        if len(self._cache) < _MOST_NAMES:
            self._cache[low] = rule
        return rule


def is_name_service(rule: LocationRule, value: str) -> bool:
    """Return whether ``value`` is a value of ``passwd`` in nsswitch.conf (the name service switch)."""
    return rule.name == "passwd" and _SERVICES.issuperset(value.split())


def rule_for_path(path: str, rule: FieldRule) -> LocationRule:
    """Return the rule for the field at ``path``."""
    return LocationRule(path, rule.kind, spread=rule.spread, follow=rule.follow, whole=rule.whole)


def mapped(rule: LocationRule) -> LocationRule | None:
    """Return the rule for the content of an object under ``rule``; None if not all of it is secret."""
    if rule.whole:
        return rule._replace(spread=False)
    return rule if rule.mapped else None
