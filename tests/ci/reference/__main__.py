"""Write the generated pages of docs/reference, or compare them: ``python -m tests.ci.reference``.

``--write`` writes the pages and the schemas, and deletes obsolete ones. ``--check`` writes nothing, and fails
if a page is not current. Both print each missing text as YAML, ready for the data files in this folder.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.ci.reference.pages import make_pages, obsolete
from tests.ci.reference.translation import Texts

ROOT = Path(__file__).parents[3]


def main() -> int:
    """Return 0 if all pages are current and no text is missing, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.ci.reference", description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="Write the pages.")
    action.add_argument("--check", action="store_true", help="Compare the pages.")
    options = parser.parse_args()
    texts = Texts()
    pages = make_pages(texts)
    stale = [path for path, text in pages.items() if _content(path) != text]
    stale += obsolete(ROOT, pages)
    for path in stale:
        print(f"{'wrote' if options.write else 'not current'}: {path}")
        if options.write and path in pages:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(pages[path], encoding="utf-8")
        elif options.write:
            (ROOT / path).unlink()
    problems = texts.problems()
    print("\n".join(problems), end="\n" if problems else "")
    if stale and options.check:
        print("run python -m tests.ci.reference --write")
    return 1 if problems or (stale and options.check) else 0


def _content(path: str) -> str | None:
    file = ROOT / path
    return file.read_text("utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main())
