"""The worker process that stores exchanges beside a long-lived proxy, and the connection to it."""
