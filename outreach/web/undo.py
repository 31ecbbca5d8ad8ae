"""A sentence on the next page with a button beside it that undoes what it tells of; it needs no script."""

from typing import Any

from flask import flash


def flash_with_undo(words: str, action: str, back: str = "") -> None:
    """Say `words` on the next page, with 'Undo' that posts to `action` and comes back to `back`; empty: without."""
    said: Any = {"words": words, "undo": action, "back": back} if action else words
    flash(said, "ok")
