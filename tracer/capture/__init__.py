"""From mitmproxy's flows to recordings; the only folder that knows mitmproxy.

Nothing is imported here: a verb that needs one of these modules imports just that one.
"""
