"""For every test."""

import warnings

# ldap3, which mitmproxy loads for proxy authentication, warns while it is imported.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401
