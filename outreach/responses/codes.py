"""Response codes: what the QR code in a letter holds and what somebody types over from paper.

Ten characters of Crockford base 32 (digits and letters without I, L, O and U): nine at random and a
Luhn mod 32 check character. 32 ** 9 is about 35 million million codes, so guessing finds nobody.
The check character catches every single wrong character and every swap of two neighbours but 0 with Z.
"""

import secrets

from stdnum import luhn

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10

# Crockford's rule: what looks like a digit is that digit. Everything that is not a character is dropped.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u00a0": None, "\u2011": None})
_LONGEST_TYPED = 40


def new_code() -> str:
    """A new code in its canonical form: ten capitals and digits, such as '7KQ4M2X91T'."""
    drawn = secrets.randbits(5 * (LENGTH - 1))
    body = "".join([ALPHABET[drawn >> place & 31] for place in range(0, 5 * (LENGTH - 1), 5)])
    return body + luhn.calc_check_digit(body, ALPHABET)


def normalise(text: str) -> str | None:
    """The canonical code for what somebody typed or scanned, or None when it cannot be a code.

    Any case; hyphens and spaces are allowed anywhere; O is read as 0, I and L as 1.
    """
    if len(text) > _LONGEST_TYPED:
        return None
    code = text.strip().upper().translate(_READ_AS)
    if len(code) != LENGTH or not luhn.is_valid(code, ALPHABET):
        return None
    return code


def display(code: str) -> str:
    """The code in groups, as printed and read out: '7KQ4-M2X9-1T'."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}".upper()


def address(base_url: str, code: str) -> str:
    """The address in the QR code. Lower case: some phones mishandle a capital URL."""
    return f"{base_url.rstrip('/')}/r/{code.lower()}"


def typed_address(base_url: str, code: str) -> str:
    """The same address for people to read and type: no scheme, the code in groups."""
    return f"{base_url.rstrip('/').removeprefix('https://').removeprefix('http://')}/r/{display(code)}"
