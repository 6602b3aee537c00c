"""The formats of recordings and reports: tables of the built-in formats, beside the formats of plug-ins.

The functions in the tables import their modules when they are called, so that the command line starts fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from tracer import plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.table import Table
    from rich.text import Text

    from tracer.comparison.report import ComparisonReport
    from tracer.conformance import ConformanceReport
    from tracer.conformance.api import ApiReport
    from tracer.model import Recording
    from tracer.plugins import ExportOptions, Plugin, ReportOptions

    ReportPart: TypeAlias = Table | Text | str
    """A part of a report: for a terminal in colours, or plain text with its newlines."""

__all__ = ["API_REPORTS", "CHECK_REPORTS", "DIFF_REPORTS", "EXPORTERS", "FormatTable"]

Subject = TypeVar("Subject")
Options = TypeVar("Options")
Part = TypeVar("Part")


class FormatTable(Generic[Subject, Options, Part]):
    """Formats by name. The format of a plug-in never replaces a built-in format.

    A format is a function that returns a recording or a report in parts. ``parts_of`` returns the parts of
    the result of a plug-in, or None for a result of a wrong type. ``expected`` names the right types.
    Iteration yields only the built-in names: only an unknown name leads to a search for plug-ins.
    """

    def __init__(
        self,
        group: str,
        builtin: Mapping[str, Callable[[Subject, Options], Sequence[Part]]],
        parts_of: Callable[[object], Sequence[Part] | None],
        expected: str,
    ) -> None:
        self._group = group
        self._builtin = builtin
        self._parts_of = parts_of
        self._expected = expected

    def __iter__(self) -> Iterator[str]:
        return iter(self._builtin)

    def __contains__(self, name: object) -> bool:
        if name in self._builtin:
            return True
        return isinstance(name, str) and plugins.find_plugin(self._group, name) is not None

    def names(self) -> list[str]:
        """Return the built-in names, then the names of plug-ins."""
        return list(dict.fromkeys([*self._builtin, *plugins.plugin_names(self._group)]))

    def run(self, name: str, subject: Subject, options: Options) -> Sequence[Part]:
        """Return ``subject`` in the format ``name``.

        Raises PluginError if a plug-in fails, and LeakError if its text seems to hold a secret. Raises
        KeyError for an unknown name.
        """
        if name in self._builtin:
            return self._builtin[name](subject, options)
        plugin = plugins.find_plugin(self._group, name)
        if plugin is None:
            raise KeyError(name)
        return self._run_plugin(plugin, subject, options)

    def _run_plugin(self, plugin: Plugin, subject: Subject, options: Options) -> Sequence[Part]:
        from tracer.storage import refuse_secrets

        parts = self._parts_of(result := plugin.call(subject, _with_clean_lines(options)))
        if parts is None:
            raise plugin.error(f"expected {self._expected}, got {type(result).__name__}")
        for part in parts:
            if isinstance(part, str):
                refuse_secrets(part, f"the output of the {plugin}")
        return parts


def _with_clean_lines(options: Any) -> Any:
    """Return a copy of ``options`` with functions that redact a plug-in's lines before they show them."""
    from tracer.redaction import Redactor, load_policy

    clean = Redactor(load_policy()).log_line

    def cleaned(show: Callable[[str], None]) -> Callable[[object], None]:
        return lambda line: show(clean(str(line)))

    lines = (name for name in ("progress", "warn") if hasattr(options, name))
    return options._replace(**{name: cleaned(getattr(options, name)) for name in lines})


def _mmd(recording: Recording, options: ExportOptions) -> Sequence[str]:
    from tracer.rendering.drawing import mermaid_texts

    return mermaid_texts(recording, options)


def _svg(recording: Recording, options: ExportOptions) -> Sequence[str | bytes]:
    from tracer.rendering.drawing import mermaid_texts, pictures

    return pictures(mermaid_texts(recording, options), "svg", options)


def _png(recording: Recording, options: ExportOptions) -> Sequence[str | bytes]:
    from tracer.rendering.drawing import mermaid_texts, pictures

    return pictures(mermaid_texts(recording, options), "png", options)


def _export_parts(result: object) -> list[str | bytes] | None:
    """Return the parts of an export. Bytes in UTF-8 become text, so that they are scanned for secrets."""
    parts = [_text(part) for part in (result if isinstance(result, list | tuple) else [result])]
    texts = [part for part in parts if isinstance(part, str | bytes)]
    return texts if parts and len(texts) == len(parts) else None


def _text(part: object) -> object:
    try:
        return part.decode() if isinstance(part, bytes) else part
    except UnicodeDecodeError:
        return part


EXPORTERS: FormatTable[Recording, ExportOptions, str | bytes] = FormatTable(
    plugins.EXPORTERS, {"mmd": _mmd, "svg": _svg, "png": _png}, _export_parts, "str, bytes, or a list of them"
)
"""The formats of ``tracer diagram``."""


def _check_json(report: ConformanceReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.checks.json_report import json_report

    return [json_report(report)]


def _diff_json(report: ComparisonReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.formats.json_text import dump

    return [dump(report)]


def _check_table(report: ConformanceReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.checks.terminal import basis, reasons, summary, table

    readable = report.errors < len(report.recordings)
    return [*([table(report)] if readable else []), *reasons(report), *basis(report), summary(report)]


def _check_junit(report: ConformanceReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.checks.junit import junit

    return [junit(report)]


def _check_sarif(report: ConformanceReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.checks.sarif import sarif

    return [sarif(report)]


def _api_table(report: ApiReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.api_checks.terminal import api_lines

    return list(api_lines(report))


def _api_json(report: ApiReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.formats.json_text import dump

    return [dump(report)]


def _api_junit(report: ApiReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.api_checks.junit import api_junit

    return [api_junit(report)]


def _api_sarif(report: ApiReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.api_checks.sarif import api_sarif

    return [api_sarif(report)]


def _diff_text(report: ComparisonReport, options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.changes.terminal import report_lines

    return list(report_lines(report, volatile=options.volatile))


def _diff_markdown(report: ComparisonReport, options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.changes.markdown import markdown

    return [markdown(report, options.language, options.drawings, volatile=options.volatile)]


def _diff_html(report: ComparisonReport, options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.changes.html import page

    drawings, progress = options.drawings, options.progress
    return [page(report, options.language, drawings, volatile=options.volatile, progress=progress)]


def _diff_junit(report: ComparisonReport, options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.changes.junit import junit

    return [junit(report, options.fail_on)]


def _diff_sarif(report: ComparisonReport, _options: ReportOptions) -> Sequence[ReportPart]:
    from tracer.rendering.changes.sarif import sarif

    return [sarif(report)]


def _report_parts(result: object) -> list[ReportPart] | None:
    return [result] if isinstance(result, str) else None


CHECK_REPORTS: FormatTable[ConformanceReport, ReportOptions, ReportPart] = FormatTable(
    plugins.REPORTS,
    {"table": _check_table, "json": _check_json, "junit": _check_junit, "sarif": _check_sarif},
    _report_parts,
    "str",
)
"""The formats of ``tracer check``."""

API_REPORTS: FormatTable[ApiReport, ReportOptions, ReportPart] = FormatTable(
    plugins.REPORTS,
    {"table": _api_table, "json": _api_json, "junit": _api_junit, "sarif": _api_sarif},
    _report_parts,
    "str",
)
"""The formats of ``tracer check --api``: the names are those of ``tracer check``."""

DIFF_REPORTS: FormatTable[ComparisonReport, ReportOptions, ReportPart] = FormatTable(
    plugins.REPORTS,
    {
        "text": _diff_text,
        "md": _diff_markdown,
        "html": _diff_html,
        "json": _diff_json,
        "junit": _diff_junit,
        "sarif": _diff_sarif,
    },
    _report_parts,
    "str",
)
"""The formats of ``tracer diff``."""
