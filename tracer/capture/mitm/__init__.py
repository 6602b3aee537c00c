"""The part of capture that runs inside mitmproxy. No other package imports mitmproxy."""
