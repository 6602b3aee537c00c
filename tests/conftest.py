"""For every test."""

import warnings

from hypothesis import settings

# ldap3, which mitmproxy loads for proxy authentication, warns while it is imported.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("tracer", deadline=None)
settings.load_profile("tracer")
