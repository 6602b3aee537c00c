"""The recorded client command: its process, its trust in certificates, and its settings."""
