"""QR codes: the quick way gives what the qrcode package gives, and they are large enough to scan."""

import pytest
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, QRData

from outreach.letters import qr
from outreach.responses import codes


def by_the_package(address: str) -> list[str]:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=3)
    code.add_data(QRData(address.encode(), MODE_8BIT_BYTE), optimize=0)
    code.make(fit=True)
    return ["".join("1" if module else "0" for module in row) for row in code.modules]


@pytest.mark.parametrize(
    "base", ["https://voorbeeld.nl", "http://127.0.0.1:8000", "https://" + "lang." * 16 + "nl"]
)
def test_the_quick_way_gives_the_modules_of_the_qrcode_package(base: str) -> None:
    for _ in range(12):
        address = codes.address(base, codes.new_code())
        assert qr.modules(address) == by_the_package(address)


def test_the_svg_paints_exactly_the_black_modules() -> None:
    rows = ["1101", "1100", "0011", "1111"]
    picture = qr.svg(rows)
    painted = [["0"] * 4 for _ in range(4)]
    path = picture.split(' d="')[1].split('"')[0]
    for part in path.split("z")[:-1]:
        left, rest = part.removeprefix("M").split(" ")
        top, rest = rest.split("H", 1)
        right, rest = rest.split("V")
        bottom = rest.split("H")[0]
        for y in range(int(top), int(bottom)):
            for x in range(int(left), int(right)):
                assert painted[y][x] == "0", "rectangles overlap"
                painted[y][x] = "1"
    assert ["".join(row) for row in painted] == rows


def test_modules_are_never_smaller_than_0_4_mm() -> None:
    assert (
        qr.SIDE_MM / len(qr.modules(codes.address("https://doorstroompunt-waterweg.nl", "7KQ4M2X91T"))) > 0.8
    )
    with pytest.raises(qr.AddressTooLong):
        qr.modules(codes.address("https://" + "a" * 380 + ".nl", "7KQ4M2X91T"))
    with pytest.raises(qr.AddressTooLong):
        qr.modules(codes.address("https://" + "a" * 5000 + ".nl", "7KQ4M2X91T"))
