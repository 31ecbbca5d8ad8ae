"""Refusals: errors that carry a sentence for the person who caused them.

A room raises its own subclass where the rule is; web/errors.py turns it into a page or a fragment,
cli.py into a line on stderr and exit code 1.
"""


class Refused(Exception):
    """What was asked is refused; `message` says why in the user's words, `status` is the HTTP status."""

    status = 400

    def __init__(self, message: object, *, status: int | None = None) -> None:
        super().__init__(message)
        self._message = message
        if status is not None:
            self.status = status

    @property
    def message(self) -> str:
        """The sentence, in the language of whoever reads it (the text may be lazily translated)."""
        return str(self._message)

    def __str__(self) -> str:
        return self.message


class NotFound(Refused):
    """There is no such thing, or the person may not see it: both look the same from outside."""

    status = 404


class NotAllowed(Refused):
    """The person is known but may not do this."""

    status = 403


class Conflict(Refused):
    """Somebody or something was faster: the state no longer allows this."""

    status = 409
