"""QR codes as strings of modules, fast enough for a batch of thousands.

The `qrcode` package makes the codes; drawing is left to Typst, as one vector path per code.
Error correction M, as FACTS advises for print; one fixed mask, since choosing the best of eight makes it
several times slower and any mask reads well.

Codes of one batch differ only in their last ten characters. With the version and mask fixed, a QR code is
linear: flipping one bit of the text always flips the same modules (Reed-Solomon and the mask are both
XOR). So the package is asked once for a first code and once for each bit of those ten characters, and
every further code is a handful of XORs: the same modules, a hundred times faster. test_qr compares them.
"""

import re
from functools import lru_cache

from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, QRData

from outreach.errors import Refused
from outreach.i18n import _l

SIDE_MM = 30.0
QUIET_MODULES = 4
SMALLEST_MODULE_MM = 0.4
_MASK = 3
_TAIL = 10
_BITS = 7  # ASCII
_RUN = re.compile("1+")


class AddressTooLong(Refused):
    """The public address makes a QR code whose modules would be under 0.4 mm at 30 mm."""


def modules(address: str) -> list[str]:
    """The modules of the QR code for `address`: one string per row, '1' is black, no quiet zone.

    Raises AddressTooLong when a module would be smaller than 0.4 mm, ValueError when not ASCII.
    """
    data = address.encode("ascii")
    head, tail = data[:-_TAIL], data[-_TAIL:]
    first, flips, size = _family(head, len(tail))
    code = first
    for position, byte in enumerate(tail):
        for bit in range(_BITS):
            if byte >> bit & 1:
                code ^= flips[position * _BITS + bit]
    bits = format(code, f"0{size * size}b")
    return [bits[row * size : (row + 1) * size] for row in range(size)]


@lru_cache(maxsize=64)
def _family(head: bytes, tail_length: int) -> tuple[int, list[int], int]:
    """The code of `head` and zero bytes, what each bit of the tail flips in it, and its side in modules."""
    zeros = bytes(tail_length)
    size, first = _package_code(head + zeros)
    flips = []
    for position in range(tail_length):
        for bit in range(_BITS):
            tail = bytearray(zeros)
            tail[position] = 1 << bit
            flips.append(first ^ _package_code(head + tail)[1])
    return first, flips, size


def _package_code(data: bytes) -> tuple[int, int]:
    """Side in modules, and the modules row by row as one whole number, as the qrcode package makes them."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(QRData(data, MODE_8BIT_BYTE), optimize=0)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise AddressTooLong(_l("The public address is too long for a QR code.")) from error
    if SIDE_MM / code.modules_count < SMALLEST_MODULE_MM:
        raise AddressTooLong(_l("The public address is too long for a QR code."))
    rows = "".join("1" if module else "0" for row in code.modules for module in row)
    return code.modules_count, int(rows, 2)


def svg(rows: list[str]) -> str:
    """The modules as one SVG path; black modules above each other are one rectangle, without seams."""
    size = len(rows)
    begun: dict[tuple[int, int], int] = {}
    path: list[str] = []
    for y, row in enumerate([*rows, ""]):
        going_on = {}
        for match in _RUN.finditer(row):
            run = match.span()
            going_on[run] = begun.pop(run, y)
        path += [f"M{left} {top}H{right}V{y}H{left}z" for (left, right), top in begun.items()]
        begun = going_on
    drawn = "".join(path)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{drawn}"/></svg>'
