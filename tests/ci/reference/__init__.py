"""Pages of docs/reference that are made from the code: verbs, options, exit codes, file formats.

``python -m tests.ci.reference --write`` writes the pages, ``--check`` compares them.
"""
