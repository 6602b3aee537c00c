"""Text formats as plain values: YAML, JSON, and typed data files."""
