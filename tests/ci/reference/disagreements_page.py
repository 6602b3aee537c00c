"""The page on contradictions between OpenStack's documentation and its services, from the recordings here."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracer.conformance.api import ApiFinding, ApiReport, check_api
from tracer.recording import below
from tracer.rendering.disagreement_report import disagreement_report
from tracer.rendering.pages.wording import wording

if TYPE_CHECKING:
    from tests.ci.reference.translation import Texts

__all__ = ["disagreements_page"]

_ROOT = Path(__file__).parents[3]
_FOLDER = Path("docs/reference")


def disagreements_page(texts: Texts, language: str) -> str:
    """Return the page in a language."""
    say = texts.frames[language]
    preface = (say("other_language", name="disagreements"), say("generated"))
    return disagreement_report(_report(), wording(language), _FOLDER, preface=preface)


@functools.cache
def _report() -> ApiReport:
    """Return the report on the recordings here. No schemas: they are not the same on each machine."""
    report = check_api(below([_ROOT / "recordings"], again=False), lambda _: None)
    return msgspec.structs.replace(
        report,
        findings=list(map(_relative, report.findings)),
        contradictions=list(map(_relative, report.contradictions)),
    )


def _relative(finding: ApiFinding) -> ApiFinding:
    return msgspec.structs.replace(finding, recording=str(Path(finding.recording).relative_to(_ROOT)))
