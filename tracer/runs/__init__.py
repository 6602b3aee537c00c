"""Runs: attribution of exchanges to the commands that caused them, and the recordings of runs.

No module here imports mitmproxy. Live capture, stored flows and HAR files use the same modules.
"""
