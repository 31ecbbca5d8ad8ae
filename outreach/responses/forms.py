"""The questions as fields, and what came in as answers.

Nothing is required: an answer to one question is welcome. What is wrong is said beside its field, and
everything that was filled in stays filled in.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice

from outreach.i18n import _, _l, ngettext
from outreach.responses import codes
from outreach.responses.rules import LONGEST_MESSAGE, Answers, Help, Intent, Now, Reach, When

LONGEST_LINE = 100

NOW = (
    (Now.school, _l("School or a course")),
    (Now.work, _l("Work")),
    (Now.both, _l("School and work")),
    (Now.other, _l("Something else")),
    (Now.nothing, _l("Nothing yet")),
)
HELP = (
    (Help.money, _l("Money")),
    (Help.home, _l("A place to live")),
    (Help.health, _l("How I feel")),
    (Help.school, _l("School")),
    (Help.work, _l("Work")),
    (Help.other, _l("Something else")),
    (Help.no, _l("No, not now")),
)
REACH = (
    (Reach.call, _l("Call me")),
    (Reach.whatsapp, _l("WhatsApp")),
    (Reach.sms, _l("Text message")),
    (Reach.email, _l("E-mail")),
)
WHEN = ((When.morning, _l("Morning")), (When.afternoon, _l("Afternoon")), (When.evening, _l("Evening")))

Choices = Iterable[tuple[StrEnum, Any]]


class _OneOf(RadioField):  # type: ignore[misc]  # WTForms has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.type = RadioField.__name__  # What templates go by.

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if len(set(valuelist)) > 1:
            raise ValueError(_("Choose one of these."))

    def pre_validate(self, form: Any) -> None:
        known = {choice.value for choice in self.choices}
        if self.data is not None and self.data not in known:
            raise ValidationError(_("We do not know this answer. Choose one of these."))


class _SomeOf(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    def pre_validate(self, form: Any) -> None:
        known = {choice.value for choice in self.choices}
        if set(self.data or ()) - known:
            raise ValidationError(_("We do not know this answer. Choose from these."))


class _OneText:
    """A text that came in once and that can be kept: no control characters (NUL among them)."""

    data: str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        text = valuelist[0].replace("\r\n", "\n").replace("\r", "\n").strip()
        self.data = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")
        if len(valuelist) > 1:
            raise ValueError(_("This came in twice. Look whether it is right and send it again."))
        if self.data != text:
            raise ValueError(
                _("There was a sign in this that we cannot read. We took it out: look once more.")
            )


class _Line(_OneText, StringField):  # type: ignore[misc]  # WTForms has no types
    pass


class _Text(_OneText, TextAreaField):  # type: ignore[misc]  # WTForms has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.type = TextAreaField.__name__


def _choices(options: Choices) -> list[SelectChoice]:
    return [SelectChoice(value.value, label) for value, label in options]


class _Number(Form):  # type: ignore[misc]  # WTForms has no types
    """What both forms check alike: a phone number."""

    number: str | None = None

    def validate_phone(self, field: StringField) -> None:
        """A number that exists, in any way of writing; one without country code is Dutch."""
        if not field.data:
            return
        try:
            number = phonenumbers.parse(field.data[: LONGEST_LINE + 1], "NL")
        except phonenumbers.NumberParseException:
            number = None
        if len(field.data) > LONGEST_LINE or number is None or not phonenumbers.is_valid_number(number):
            raise ValidationError(_("This number is not right. Write it like 06 12345678."))
        self.number = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class QuestionsForm(_Number):
    """The five questions. The number and the address belong to the third."""

    now = _OneOf(_l("What are you doing now?"), choices=_choices(NOW))
    help_with = _SomeOf(_l("Can we help you with something?"), choices=_choices(HELP))
    reach_by = _SomeOf(_l("How may we reach you?"), choices=_choices(REACH))
    phone = _Line(_l("Your phone number"))
    email = _Line(_l("Your e-mail address"))
    when = _SomeOf(_l("When does it suit you?"), choices=_choices(WHEN))
    message = _Text(_l("Anything else you want to say?"))

    address: str | None = None

    def validate_email(self, field: StringField) -> None:
        """An address that can exist; whether it does is not asked."""
        if not field.data:
            return
        try:
            found = validate_email(field.data[:320], check_deliverability=False)
        except EmailNotValidError:
            raise ValidationError(
                _("This e-mail address is not right. Write it like name@example.nl.")
            ) from None
        self.address = found.normalized

    def validate_message(self, field: TextAreaField) -> None:
        """At most 1000 characters, counted as people see them in the text: a line break is one."""
        too_many = len(field.data or "") - LONGEST_MESSAGE
        if too_many > 0:
            raise ValidationError(
                ngettext(
                    "Your message is %(num)d character too long. Make it a bit shorter.",
                    "Your message is %(num)d characters too long. Make it a bit shorter.",
                    too_many,
                )
            )


class CallBackForm(_Number):
    """Call me back: a number, and when."""

    phone = _Line(_l("Your phone number"), id="call-phone")
    when = _SomeOf(_l("When does it suit you?"), id="call-when", choices=_choices(WHEN))


@dataclass
class Submission:
    """What was posted: both forms as they look now, and the answers when nothing is wrong with them."""

    questions: QuestionsForm
    call_back: CallBackForm
    answers: Answers | None = None
    problem: str | None = None

    @property
    def faulty(self) -> Form | None:
        """The form in which something is wrong."""
        return next((form for form in (self.questions, self.call_back) if form.errors), None)


def blank() -> Submission:
    """The form as it looks before anything is filled in."""
    return Submission(QuestionsForm(), CallBackForm())


def read(fields: MultiDict[str, str], code: str) -> Submission:
    """What was posted to the form of `code`; `answers` is set when it can be stored as it is."""
    intents = set(fields.getlist("intent")) or {Intent.answer.value}
    calling = intents == {Intent.call_back.value}
    questions = QuestionsForm(MultiDict() if calling else fields)
    submission = Submission(questions, CallBackForm(fields if calling else MultiDict()))
    if any(codes.normalise(other) != code for other in fields.getlist("code")):
        submission.problem = _(
            "This answer belongs to another letter. Scan the code on your own letter again."
        )
        return submission
    if len(intents) > 1 or not intents <= set(Intent):
        submission.problem = _("We could not see which button you pressed. Press it once more.")
        return submission
    intent = Intent(intents.pop())
    if intent is Intent.call_back:
        submission.answers = _call_back(submission.call_back)
    elif intent is Intent.answer:
        submission.answers = _answers(questions)
    else:
        submission.answers = Answers(intent)
    return submission


def _answers(form: QuestionsForm) -> Answers | None:
    if not form.validate():
        return None
    answers = Answers(
        now=Now(form.now.data) if form.now.data else None,
        help_with=cast(tuple[Help, ...], _picked(Help, form.help_with)),
        reach_by=cast(tuple[Reach, ...], _picked(Reach, form.reach_by)),
        phone=form.number,
        email=form.address,
        when=cast(tuple[When, ...], _picked(When, form.when)),
        message=form.message.data or "",
    )
    if answers.empty:
        form.now.errors = [_("You did not fill in anything yet. One answer is enough.")]
        return None
    return answers


def _call_back(form: CallBackForm) -> Answers | None:
    if not form.validate():
        return None
    if form.number is None:
        form.phone.errors = [_("Fill in your number, so that we can call you.")]
        return None
    when = cast(tuple[When, ...], _picked(When, form.when))
    return Answers(Intent.call_back, reach_by=(Reach.call,), phone=form.number, when=when)


def _picked(kind: type[StrEnum], field: SelectMultipleField) -> tuple[StrEnum, ...]:
    """The ticked answers, each once, in the order of the page."""
    return tuple(value for value in kind if value.value in (field.data or ()))
