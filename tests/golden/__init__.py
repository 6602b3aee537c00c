"""A comparison of two commits of tracer: the same inputs, the outputs byte for byte.

``python -m tests.golden BASE`` runs commit BASE and this checkout over all shipped recordings,
the canaries, the raw conversations and the kill trials, and prints each difference that
``intended.toml`` does not list.
"""
