"""Large made-up lists, the same by their number of rows."""

import csv
import random
from pathlib import Path

import openpyxl

HEADER = [
    "dossiernummer",
    "voornaam",
    "tussenvoegsel",
    "achternaam",
    "geboortedatum",
    "straat",
    "huisnummer",
    "toevoeging",
    "postcode",
    "woonplaats",
    "gemeente",
    "telefoon",
    "email",
    "taal",
    "doelgroep",
    "school",
    "brin",
    "opleiding",
    "uitschrijfdatum",
]
GIVEN = ["Noor", "Anna", "Sem", "Ali", "Fatima", "Jan", "Piet", "Kees", "Youssef", "Zoë"]
FAMILY = ["Jansen", "Bakker", "Visser", "Smit", "Yılmaz", "Kowalski"]


def rows(number: int) -> list[list[str]]:
    """Rows of made-up young people, 300 to a street, some of whom share an address."""
    dice = random.Random(number)
    made = []
    for n in range(number):
        town = dice.choice(("Maassluis", "Vlaardingen", "Schiedam"))
        given, family = dice.choice(GIVEN), dice.choice(FAMILY) + dice.choice("abcdefghij")
        born = f"{dice.randint(1, 28):02}-{dice.randint(1, 12):02}-{dice.randint(2003, 2009)}"
        postcode = f"{dice.randint(3110, 3139)} {dice.choice('ABCDEFGH')}{dice.choice('BCDE')}"
        phone = f"06-{dice.randint(10_000_000, 59_999_999)}"
        made.append(
            [
                f"D-{n:06}",
                given,
                dice.choice(("", "van", "de")),
                family,
                born,
                dice.choice(("Dorpsstraat", "Kerkweg", "Lange Dijk")),
                str(dice.randint(1, 300)),
                dice.choice(("", "A")),
                postcode,
                town,
                town,
                phone,
                f"n{n}@example.org",
                "nl",
                "nieuwe_vsv",
                "Voorbeeldschool",
                "99XX",
                "Zorg en welzijn",
                "01-09-2026",
            ]
        )
    return made


def write_csv(path: Path, made: list[list[str]]) -> Path:
    """The rows as Dutch Excel writes them."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerows([HEADER, *made])
    return path


def write_xlsx(path: Path, made: list[list[str]]) -> Path:
    """The rows as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Lijst")
    for row in (HEADER, *made):
        sheet.append(row)
    book.save(path)
    return path
