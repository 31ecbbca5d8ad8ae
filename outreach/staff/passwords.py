"""What a password must be, and one that nobody has to think up."""

import secrets

from flask_security.proxies import _security

from outreach.errors import Refused
from outreach.i18n import _l

SHORTEST = 12
"""Characters (BIO2 and NCSC: length before complexity)."""
LONGEST = 128

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without 0, 1, i, l and o, which look alike when somebody reads them out."""
_GROUPS, _LENGTH = 4, 5


class PasswordWeak(Refused):
    """The password is too easy to guess."""

    status = 422


def generate() -> str:
    """A password of four groups of five characters: 99 bits, easy to read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _position in range(_LENGTH)) for _group in range(_GROUPS))
    return "-".join(groups)


def check(password: str, email: str) -> str:
    """The password as it is hashed (Unicode normalised). Raises PasswordWeak."""
    problems, normal = _security.password_util.validate(password, False)
    if len(normal) > LONGEST:
        raise PasswordWeak(_l("A password has 128 characters at most."))
    if problems or len(normal) < SHORTEST:
        raise PasswordWeak(_l("Choose a password of at least 12 characters."))
    if email.partition("@")[0].casefold() in normal.casefold() and len(email.partition("@")[0]) >= 4:
        raise PasswordWeak(_l("Your e-mail address may not be part of the password."))
    if len(set(normal)) < 5:
        raise PasswordWeak(_l("Use more different characters in the password."))
    return str(normal)
