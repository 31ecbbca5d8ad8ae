"""Response codes: what people type over from paper is understood, and a mistake is caught."""

import random

import pytest

from outreach.responses import codes


def some_codes(count: int) -> list[str]:
    return [codes.new_code() for _ in range(count)]


def test_a_code_is_ten_characters_without_those_that_look_alike() -> None:
    for code in some_codes(200):
        assert len(code) == 10
        assert not set(code) & set("ILOU")
        assert codes.normalise(code) == code


def test_new_codes_do_not_repeat() -> None:
    assert len(set(some_codes(5000))) == 5000


def test_any_case_hyphens_and_spaces_are_understood() -> None:
    code = codes.new_code()
    assert codes.normalise(code.lower()) == code
    assert codes.normalise(codes.display(code)) == code
    assert codes.normalise(f"  {code[:3]} {code[3:7].lower()}-{code[7:]} ") == code


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    code = next(code for code in iter(codes.new_code, None) if "0" in code and "1" in code)
    assert codes.normalise(code.replace("0", "O").replace("1", "l")) == code
    assert codes.normalise(code.replace("0", "o").replace("1", "I")) == code


def test_every_single_wrong_character_is_caught() -> None:
    for code in some_codes(10):
        for place in range(10):
            for wrong in set(codes.ALPHABET) - {code[place]}:
                assert codes.normalise(code[:place] + wrong + code[place + 1 :]) is None


def test_swapped_neighbours_are_caught_but_for_0_with_z() -> None:
    missed = set()
    for code in some_codes(3000):
        for place in range(9):
            first, second = code[place], code[place + 1]
            swapped = code[:place] + second + first + code[place + 2 :]
            if swapped != code and codes.normalise(swapped) is not None:
                missed.add(frozenset((first, second)))
    assert missed <= {frozenset("0Z")}


def test_a_random_guess_is_refused_31_times_out_of_32() -> None:
    dice = random.Random(7)
    guesses = ["".join(dice.choices(codes.ALPHABET, k=10)) for _ in range(3200)]
    assert 60 <= sum(codes.normalise(guess) is not None for guess in guesses) <= 140


@pytest.mark.parametrize(
    "text", ["", "-", "7KQ4", "7KQ4M2X91T7KQ4M2X91T", "U" * 10, "é" * 10, "0" * 100_000, "\x00"]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert codes.normalise(text) is None


def test_addresses_are_lower_case_for_phones_and_grouped_for_people() -> None:
    assert codes.display("7KQ4M2X91T") == "7KQ4-M2X9-1T"
    assert codes.address("https://voorbeeld.nl/", "7KQ4M2X91T") == "https://voorbeeld.nl/r/7kq4m2x91t"
    assert codes.typed_address("https://voorbeeld.nl", "7KQ4M2X91T") == "voorbeeld.nl/r/7KQ4-M2X9-1T"
