"""Mutants: small faults planted in the program, each of which a test must find.

A mutant is a patch with a sentence on what it breaks and the tests that are nearest to it.
``python -m tests.mutants [NAME ...]`` plants one after the other in a copy of this checkout and runs its
tests there.
"""
