"""Values that are safe in a spreadsheet, for every file that people open in one. Pure.

A cell that begins with a sign by which a spreadsheet knows a formula gets an apostrophe in front, so that it
stays text (OWASP, 'CSV injection'). Reading such a file takes that apostrophe away again.
"""

import re

_HARMFUL = re.compile(r"[=+\-@\t\r\n]")
_HARMLESS = re.compile(r"'+[=+\-@\t\r\n]")


def harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula; `unharmed` gives the value back."""
    return f"'{value}" if _HARMFUL.match(value) or _HARMLESS.match(value) else value


def unharmed(value: str) -> str:
    """What a cell meant before `harmless` put an apostrophe in front."""
    return value[1:].strip() if _HARMLESS.match(value) else value
