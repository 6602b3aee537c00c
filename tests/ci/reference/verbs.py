"""The page of all verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.ci.reference.exit_codes import codes_of
from tests.ci.reference.markdown import code, head, join, prose, table
from tests.ci.reference.parsers import arguments_of, commands
from tests.ci.reference.translation import load_data
from tracer.cli.help_texts import examples
from tracer.cli.parsing import usage_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ci.reference.parsers import Argument, Command
    from tests.ci.reference.translation import Texts

__all__ = ["verbs_page"]


def verbs_page(texts: Texts, language: str) -> str:
    """Return the page in a language."""
    say = texts.frames[language]
    every = list(commands())
    verbs = [command for command in every if " " not in command.words]
    rows = [
        (f"[{code(f'tracer {verb.words}')}](#tracer-{verb.words})", prose(_purpose(verb, texts, language)))
        for verb in verbs
    ]
    return (
        join(
            head(say, "verbs", say("verbs_title")),
            say("verbs_intro"),
            table((say("verb"), say("purpose")), rows),
            *(block for verb in verbs for block in _verb(verb, every, texts, language)),
        )
        + "\n"
    )


def _verb(verb: Command, every: list[Command], texts: Texts, language: str) -> Iterator[str]:
    yield f"## tracer {verb.words}"
    yield from _command(verb, texts, language)
    for command in every:
        if command.words.startswith(f"{verb.words} "):
            yield f"### tracer {command.words}"
            yield from _command(command, texts, language)
    yield from _examples(verb, texts, language)


def _command(command: Command, texts: Texts, language: str) -> Iterator[str]:
    yield prose(_purpose(command, texts, language))
    lines = [f"usage: {usage_of(command.parser)}"]
    if help_examples := examples(command.words):
        lines += ["", "examples:", *(f"  {line}" for line in help_examples)]
    yield "\n".join(["```text", *lines, "```"])
    arguments = arguments_of(command)
    if arguments:
        header = [texts.frames[language](key) for key in ("argument", "meaning", "default")]
        yield table(header, (_row(argument, texts, language) for argument in arguments))
    if command.parser.epilog:
        yield prose(texts.translated(command.parser.epilog, language))
    codes = codes_of(command.words, texts, language)
    if codes:
        header = [texts.frames[language](key) for key in ("exit_code", "meaning")]
        yield table(header, ((code(number), meaning) for number, meaning in codes.items()))


def _purpose(command: Command, texts: Texts, language: str) -> str:
    return texts.translated(command.parser.description or "", language)


def _row(argument: Argument, texts: Texts, language: str) -> tuple[str, str, str]:
    default = f"({texts.frames[language]('required')})" if argument.required else code(argument.default)
    return code(argument.spelling), prose(texts.translated(argument.help, language)), default


def _examples(verb: Command, texts: Texts, language: str) -> Iterator[str]:
    runnable: dict[str, list[dict[str, Any]]] = load_data("examples")
    if verb.words not in runnable:
        texts.lacks(f"examples.yaml: {verb.words}")
        return
    for example in runnable[verb.words]:
        yield example["text"][language]
        if "sh" not in example:
            continue
        marks = "".join(f"<!-- {name}: {text} -->\n" for name, text in example.get("marks", {}).items())
        yield f"{marks}```sh\n{example['sh'].rstrip()}\n```"
        if "output" in example:
            yield f"```text\n{example['output'].rstrip()}\n```"
