"""The completion scripts, in real shells."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tests.patience import PATIENCE
from tests.programs import installed

BASH = """
source "$1"
line=$2
read -ra COMP_WORDS <<< "$line"
[[ $line == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line}
cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
function=$(complete -p tracer | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" tracer "$cur" "$prev"
printf '%s\\n' "${COMPREPLY[@]}"
"""
# zsh completes only in its line editor, so that it needs a terminal. Ctrl-D lists the candidates,
# unless further keys wait. The prompt (@@) says that the line editor reads: before, Ctrl-D ends the input.
ZSH = """
zmodload zsh/zpty
zpty shell "PS1=@@ zsh -f -i"
zpty -w shell 'autoload -U compinit; compinit -u; eval "$(<'$1')"'
zpty -w shell 'LISTMAX=10000; stty columns 400; unset zle_bracketed_paste'
zpty -w shell 'print READY'
zpty -r -m shell text '*READY*READY*@@*'
zpty -n -w shell "$2"$'\\x04'
sleep $4
zpty -w shell $'\\x15print END'
zpty -r -m shell text '*END*END*'
print -r -- "$text"
zpty -d shell
"""
FISH = "set -p PATH $argv[3]; source $argv[1]; complete -C $argv[2]"


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        ended = tracer("completion", shell)
        assert (ended.returncode, ended.stderr) == (0, "")
        (folder / shell).write_text(ended.stdout)
    return folder


def completed(shell: str, scripts: Path, line: str, folder: Path, seconds: int) -> set[str]:
    """Return the candidates that a shell offers for ``line``, without their descriptions.

    zsh lists them on its terminal, some time within ``seconds``.
    """
    words = [str(scripts / shell), line, str(Path(sys.executable).parent), str(seconds)]
    argv = {
        "bash": ["bash", "-c", BASH, "bash"],
        "zsh": ["zsh", "-f", "-c", ZSH, "zsh"],
        "fish": ["fish", "--no-config", "-c", FISH],
    }[shell]
    installed(shell, shell)
    ended = subprocess.run(
        [*argv, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    text = re.sub(r"\x1b(?:\[[?0-9;]*[A-Za-z]|[=>])", "", ended.stdout.replace("\r", "\n"))
    candidates = (re.split(r"\t| +-- ", candidate)[0] for candidate in text.splitlines())
    return {word.rstrip("/") for candidate in candidates for word in candidate.split()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("tracer re", {"record", "recover", "redact"}, {"proxy"}),
        ("tracer cloud ", {"up", "down", "status", "list", "env"}, {"record"}),
        ("tracer proxy --p", {"--port", "--participants", "--policy"}, {"--limit"}),
        ("tracer check --format ", {"table", "json", "junit"}, {"svg"}),
        ("tracer record --release 2025.", {"2025.1", "2025.2"}, {"zed"}),
        ("tracer cloud up --services s", {"swift"}, {"compute"}),
        ("tracer show rec", {"recordings"}, {"record"}),
        ("tracer diff rec", {"recordings"}, {"record"}),
        ("tracer schema re", {"recording"}, {"table", "recordings"}),
    ],
)
def test_a_shell_offers_verbs_options_and_values(
    shell: str, line: str, offered: set[str], not_offered: set[str], scripts: Path, tmp_path: Path
) -> None:
    (tmp_path / "recordings").mkdir()
    candidates: set[str] = set()
    for seconds in (1, 5, 25):
        candidates = completed(shell, scripts, line, tmp_path, seconds)
        if offered <= candidates:
            break
    assert offered <= candidates
    assert not not_offered & candidates


def test_an_unknown_shell_is_one_line() -> None:
    ended = tracer("completion", "tcsh")
    assert ended.returncode == 2
    assert ended.stderr.startswith("tracer completion: argument shell: expected one of bash, zsh, fish,")
