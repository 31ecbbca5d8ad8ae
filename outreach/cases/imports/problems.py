"""What an import says to the person who brought the list: refusals of a file, problems of a row."""

from dataclasses import dataclass

from outreach.errors import Refused


class ImportRefused(Refused):
    """The whole file is refused and nothing has changed; the message says why and what to do."""

    status = 422


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value of a row.

    `column` is a field's name as in the list format (or a heading of the file), empty when it is about
    the whole row; `value` is what stood there; `problem` is a sentence, translated when it is shown.
    """

    column: str
    value: str
    problem: object

    def as_json(self, row: int) -> dict[str, int | str]:
        """The problem in the shape of the command's JSON; `row` is the number the spreadsheet shows."""
        return {"row": row, "column": self.column, "value": self.value, "problem": str(self.problem)}
