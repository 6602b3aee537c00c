"""A command recorded by a Python program."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RECORD_IN_A_THREAD = """
import sys, threading
from pathlib import Path
from tracer.capture.recorded_command import record
from tracer.runs.settings import Settings
folder = Path(sys.argv[1])
client = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/x')"
results = []
def one():
    settings = Settings(folder=folder, policies=())
    results.append(record([sys.executable, "-c", client], {}, settings, folder / "ca"))
thread = threading.Thread(target=one)
thread.start()
thread.join()
assert results[0].saved is not None
"""


def test_a_program_may_record_in_a_thread(tmp_path: Path) -> None:
    """Python handles signals in the main thread alone."""
    words = [sys.executable, "-c", RECORD_IN_A_THREAD, str(tmp_path)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
