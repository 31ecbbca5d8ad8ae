"""An example list, to fill in: the columns of the list format with two made-up rows. Pure."""

import csv
import io

from outreach.cases.imports.headers import Field

_LEFT_OUT = (Field.status, Field.outcome, Field.outcome_list, Field.outcome_on, Field.coach)
_ROWS = (
    "VB-0001;Noor;van der;Berg;31-12-2006;Dorpsstraat;12;A;1234 AB;{town};{town};06-12345678;"
    "noor@example.org;nl;nieuwe_vsv;Voorbeeldschool;99XX00;Zorg en welzijn;01-09-2026",
    "VB-0002;Sami;;Yılmaz;2007-03-09;Kerkweg;7;;1234 AC;{town};{town};010-1234567;;ar;nieuwe_vsv;"
    "Voorbeeldschool;99XX00;Techniek;",
)


def example_csv(town: str) -> bytes:
    """The example as Dutch Excel opens it: `;` between the columns, UTF-8 with a mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([field.value for field in Field if field not in _LEFT_OUT])
    for row in _ROWS:
        writer.writerow(row.format(town=town).split(";"))
    return out.getvalue().encode("utf-8-sig")
