"""The real browser and the real server, for tests that do a whole job."""

from tests.browser import browser, live, tab

__all__ = ["browser", "live", "tab"]
