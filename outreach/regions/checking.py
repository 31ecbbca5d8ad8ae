"""What settings of a region may be saved. Reading is lenient, so that an old value never stops a page."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field as Setting
from pydantic import StringConstraints, ValidationError, field_validator, model_validator

from outreach.errors import Refused
from outreach.i18n import _l
from outreach.regions.models import RegionSettings
from outreach.regions.rules import is_phone

EARLIEST_CONTACT = time(5)
"""As in campaigns.calendar: contact hours never touch the hour in which clocks change."""

CHANNELS = ("whatsapp", "sms", "email", "letter", "call", "visit", "card")
"""The ways of contact that a region may switch off (attempts.rules.Channel)."""

MOST_ANSWERS, LONGEST_ANSWER = 12, 300
"""Quick answers that a list still shows at a glance."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class CheckedSettings(RegionSettings):
    """Settings as they may be saved."""

    service_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] = (
        "Doorstroompunt"
    )
    phone: Words = ""
    office_hours: Words = RegionSettings.model_fields["office_hours"].default
    website: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    return_address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=90)] = ""
    window_offset_x_mm: float = Setting(default=0, ge=-20, le=20, allow_inf_nan=False)
    window_offset_y_mm: float = Setting(default=0, ge=-20, le=20, allow_inf_nan=False)

    @field_validator("phone")
    @classmethod
    def _can_be_called(cls, text: str) -> str:
        if text and not is_phone(text):
            raise ValueError(text)
        return text

    @field_validator("website")
    @classmethod
    def _can_be_opened(cls, text: str) -> str:
        address = urlsplit(text)
        if text and (address.scheme not in ("http", "https") or "." not in (address.hostname or "")):
            raise ValueError(text)
        return text

    @field_validator("return_address", "office_hours", "service_name")
    @classmethod
    def _one_line(cls, text: str) -> str:
        return " ".join(text.split())

    @field_validator("window_offset_x_mm", "window_offset_y_mm", mode="before")
    @classmethod
    def _decimal_comma(cls, number: object) -> object:
        return number.replace(",", ".") if isinstance(number, str) else number

    @field_validator("channels_off", mode="before")
    @classmethod
    def _written_in_a_row(cls, names: object) -> object:
        return (
            [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names
        )

    @field_validator("quick_answers", mode="before")
    @classmethod
    def _one_a_line(cls, answers: object) -> object:
        lines = answers.splitlines() if isinstance(answers, str) else answers
        return (
            [" ".join(str(line).split()) for line in lines if str(line).strip()]
            if isinstance(lines, list)
            else lines
        )

    @field_validator("quick_answers")
    @classmethod
    def _short_and_few(cls, answers: list[str]) -> list[str]:
        if len(answers) > MOST_ANSWERS or any(len(answer) > LONGEST_ANSWER for answer in answers):
            raise ValueError(answers)
        return answers

    @field_validator("quiet_before", "quiet_after")
    @classmethod
    def _local_time(cls, at: time) -> time:
        if at.tzinfo is not None or at < EARLIEST_CONTACT:
            raise ValueError(at)
        return at

    @field_validator("channels_off")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        if not set(names) <= set(CHANNELS):
            raise ValueError(names)
        return [name for name in CHANNELS if name in names]

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if not self.quiet_before < self.quiet_after:
            raise ValueError("quiet_after")
        return self


PROBLEMS: Mapping[str, object] = {
    "service_name": _l("Fill in the name of the service, 60 letters at most."),
    "phone": _l("This is not a phone number. Write it as 010 123 45 67, or leave it empty."),
    "office_hours": _l("Keep the hours within 60 characters."),
    "website": _l("Write the address of the website as https://www.example.nl, or leave it empty."),
    "return_address": _l("Keep the return address within 90 characters, so that it fits on one line."),
    "window": _l("Choose on which side the window of your envelopes is."),
    "window_offset_x_mm": _l("Fill in a number of millimetres from -20 to 20."),
    "window_offset_y_mm": _l("Fill in a number of millimetres from -20 to 20."),
    "age_limit": _l("Fill in an age from 18 to 30."),
    "quiet_before": _l("Fill in a time from 5:00, such as 09:00."),
    "quiet_after": _l("Fill in a time that is later than the first message of the day, such as 20:00."),
    "channels_off": _l("Choose from the ways of contact in this list."),
    "quick_answers": _l("Keep to 12 answers at most, each within 300 characters."),
    "code_valid_days": _l("Fill in a number of days from 30 to 1100."),
}
"""What is wrong with a setting, in the administrator's words."""


class SettingsInvalid(Refused):
    """Some settings cannot be saved; `problems` is field to sentence."""

    status = 422

    def __init__(self, problems: Mapping[str, object]) -> None:
        super().__init__(_l("These settings cannot be saved. Nothing was changed."))
        self.problems = problems


def checked(values: Mapping[str, Any]) -> CheckedSettings:
    """Settings from what was filled in; texts will do, and names in a row with commas. Raises SettingsInvalid."""
    try:
        return CheckedSettings.model_validate(values)
    except ValidationError as error:
        fields = [str(each["loc"][0]) if each["loc"] else "quiet_after" for each in error.errors()]
        raise SettingsInvalid({field: PROBLEMS[field] for field in fields if field in PROBLEMS}) from error
