"""``tracer record``: a client command, recorded while it runs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracer.cli.options import (
    add_client,
    add_diagram,
    add_linger,
    add_name,
    add_open,
    add_out,
    add_participants,
    add_policies,
    add_release,
    add_sequence,
    naming_options,
)
from tracer.errors import OutputError, TracerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.capture.recorded_command import Result
    from tracer.model import Output
    from tracer.runs.run_writer import SavedRecording
    from tracer.runs.settings import Settings

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the recording and the argument for the command."""
    from tracer.runs.settings import LINGER

    parser.usage = "%(prog)s [options] -- COMMAND …"
    parser.epilog = (
        "The output of the command comes through unchanged. stderr has the path of the recording, or the "
        "reason why there is none."
    )
    # The first word that is not an option, or a "--", ends the options. The command begins there.
    parser.add_argument(
        "command",
        metavar="COMMAND",
        nargs=argparse.REMAINDER,
        action=_Command,
        help="The client command to run, with its options.",
    )
    add_release(parser)
    add_client(parser)
    add_out(parser, "DIR", "The release is a folder in it.", default=Path("recordings"))
    add_name(
        parser,
        "recording",
        "It replaces an earlier recording. Further clients of the command are NAME-2, NAME-3, …",
    )
    add_sequence(parser)
    add_participants(parser)
    add_diagram(parser)
    add_policies(parser)
    parser.add_argument(
        "--deep",
        action="store_true",
        help="Also record service calls of an embedded cloud.",
    )
    add_linger(parser, type=float, default=f"{LINGER:g}")
    add_open(parser, "It is that of tracer view, in a temporary folder.")
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="Print only the output of the command, and errors."
    )


class _Command(argparse.Action):
    """An action that removes the "--" before the command. Every later "--" belongs to the command."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        _option: str | None = None,
    ) -> None:
        words = list(values or ())
        command = words[1:] if words[:1] == ["--"] else words
        if not command:
            parser.error(f"expected a command, such as: {parser.prog} -- openstack image list")
        namespace.command = command


def run(options: argparse.Namespace) -> int:
    """Run the command, and write the recording. Return the exit code of the command."""
    from tracer.capture import recorded_command as runner
    from tracer.cli.clouds import choose_release, embedded, for_command, hint
    from tracer.cloud.cache import folder as cache_folder
    from tracer.rendering import draw
    from tracer.runs.participant_map import ParticipantMap
    from tracer.runs.settings import Settings

    say = _ignore if options.quiet else _say
    release = choose_release(os.environ, options.release, options.command, say)
    with naming_options(options):
        settings = Settings(
            folder=options.out,
            release=release,
            name=options.name,
            sequence=options.sequence,
            participants=ParticipantMap(options.participants),
            diagrams=tuple(filter(None, options.diagram.split(","))),
            draw=draw,
            policies=tuple(options.policy),
            linger=options.linger,
        )
    environment = for_command(os.environ, release, options.command, options.client)
    cloud = embedded(environment, options.command) if options.deep else None
    try:
        result = runner.record(
            options.command,
            environment,
            settings,
            cache_folder() / "ca",
            sys.stdout.buffer,
            sys.stderr.buffer,
            on_warning=say,
            services=cloud.recording(_say) if cloud else None,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_remedy(settings)) from None
    except OutputError:
        if remedy := _remedy(settings):
            _say(remedy)
        raise
    if not options.quiet:
        _recover(settings)
    if result.saved is not None:
        _report(result, (result.saved, *result.further), options)
    elif result.interrupted:
        _say("interrupted; nothing was recorded")
    else:
        own = f"the command itself failed (exit code {result.exit_code}): see what it said"
        option = hint(os.environ, release, options.command)
        _say(f"nothing was recorded: {_joined([own if result.exit_code else '', *result.problems, option])}")
    return result.exit_code


def _report(result: Result, all_saved: Sequence[SavedRecording], options: argparse.Namespace) -> None:
    """Print the paths, verdicts and failures of the recordings, and open them with ``--open``."""
    if not options.quiet:
        for saved in all_saved:
            _summarise(saved)
        _name_background(result.others)
        _tell_of_usage(options.command, all_saved[0].recording.output)
    for saved in all_saved:
        if saved.failures:
            print(f"tracer: {'; '.join(map(str, saved.failures))}", file=sys.stderr)
    if options.open:
        _open(all_saved, quiet=options.quiet)


def _open(all_saved: Sequence[SavedRecording], *, quiet: bool) -> None:
    """Open a page of the recordings in the browser. The exit code of the command does not depend on it."""
    from tracer.cli.view_page import open_page, temporary_page, unique_names
    from tracer.rendering.view import view
    from tracer.storage import write

    paths = [saved.path for saved in all_saved]
    recordings = [saved.recording for saved in all_saved]
    try:
        page = temporary_page(paths)
        write(page, view(dict(zip(unique_names(paths), recordings, strict=True))))
    except (TracerError, OSError) as error:
        _say(f"no page: {error}")
        return
    if not quiet:
        print(f"wrote {page}", file=sys.stderr)
    open_page(page)


def _remedy(settings: Settings) -> str:
    """Return the command that recovers the recordings; an empty text without journals in the folder."""
    from tracer.runs.settings import JOURNALS

    if not any((settings.folder / JOURNALS).glob("*.jsonl")):
        return ""
    return f"no recording was written, but nothing is lost: tracer recover {settings.folder}"


def _recover(settings: Settings) -> None:
    from tracer.runs.settings import JOURNALS

    if not (settings.folder / JOURNALS).is_dir():
        return
    from tracer.runs.recovery import recover

    for recovered in recover(settings.folder, settings.participants):
        if isinstance(recovered, Path):
            print(f"tracer: recovered {recovered}, which an earlier proxy left behind", file=sys.stderr)


def _tell_of_usage(command: Sequence[str], output: Output | None) -> None:
    """Print a note if the command refused its own arguments, so that the cloud is not the reason."""
    from tracer.capture.client.usage import usage_error

    refused = usage_error(command, output) if output else None
    if refused:
        _say(refused)


def _joined(reasons: Sequence[str]) -> str:
    """Join the reasons that are not empty to sentences. A reason may be a question."""
    return "; ".join(filter(None, reasons)).replace("?; ", "? ")


def _say(line: str) -> None:
    print(f"tracer: {line}", file=sys.stderr)


def _ignore(_line: str) -> None:
    pass


def _summarise(saved: SavedRecording) -> None:
    from tracer.cli.console import stderr
    from tracer.rendering.recording_table import note_lines, verdict_line

    console = stderr()
    console.print(verdict_line(saved.recording), soft_wrap=True)
    if saved.recording.verdict == "undetermined":  # the notes give the reason
        for line in note_lines(saved.recording):
            console.print(line, soft_wrap=True)
    for path in (saved.path, *saved.diagrams):
        console.out(f"wrote {path}", highlight=False)


def _name_background(others: Sequence[SavedRecording]) -> None:
    from tracer.cli.console import stderr

    for background in others:
        line = f"wrote {background.path}: sent by services, but not for this command"
        stderr().out(line, highlight=False)
