"""Creates the tables of Neutron. Its migrations use statements that SQLite does not have.

python neutron_tables.py DATABASE
"""

from __future__ import annotations

import importlib
import sys

__all__ = ["main"]


def main() -> None:
    """Create all tables in the SQLite file of the command line."""
    metadata = importlib.import_module("neutron.db.migration.models.head").get_metadata()
    metadata.create_all(importlib.import_module("sqlalchemy").create_engine(f"sqlite:///{sys.argv[1]}"))


if __name__ == "__main__":
    main()
