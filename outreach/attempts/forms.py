"""Forms for what came of a call or a visit."""

from datetime import datetime, time

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField, TextAreaField, TimeField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from outreach import clock
from outreach.attempts.rules import CALL_RESULTS, VISIT_RESULTS, Result
from outreach.i18n import _l

LONGEST_NOTE = 4000
NINE = time(9)

CALL_ICONS = {
    Result.spoke: "chat",
    Result.no_answer: "phone-missed",
    Result.voicemail: "voicemail",
    Result.wrong_number: "cross",
}
VISIT_ICONS = {
    Result.met: "people",
    Result.nobody_home: "nobody-home",
    Result.card_left: "card",
    Result.refused: "stop",
    Result.moved: "moved",
    Result.wrong_address: "cross",
    Result.unsafe: "warning",
}
VISIT_BUTTONS = (*VISIT_RESULTS[:2], Result.card_left, *VISIT_RESULTS[2:])
"""What a coach can choose at the door: that she left a card says that nobody was home."""


class CallForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What came of a call, and when to call back. `attempt`: the task it is about, empty outside a plan."""

    attempt = HiddenField()
    back = HiddenField(default="case")
    note = TextAreaField(
        _l("Note"),
        [
            Optional(),
            Length(
                max=LONGEST_NOTE, message=_l("The note is too long. Make it shorter, or split it in two.")
            ),
        ],
    )

    result = StringField(validators=[AnyOf([*CALL_RESULTS], message=_l("Choose what came of the call."))])
    again_on = DateField(_l("Call back on"), [Optional()])
    again_at = TimeField(_l("At"), [Optional()])

    def validate_again_on(self, field: DateField) -> None:
        """Nobody calls back in the past."""
        if field.data < clock.today():
            raise ValidationError(_l("This day has passed. Choose today or later."))

    @property
    def call_back_at(self) -> datetime | None:
        """The moment to call back, in the morning when no time was given; None: not asked for."""
        if self.again_on.data is None:
            return None
        return datetime.combine(self.again_on.data, self.again_at.data or NINE, clock.TIMEZONE)


class AppointmentForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The day and time of a visit."""

    attempt = HiddenField()
    back = HiddenField(default="case")
    on = DateField(_l("Day"), [InputRequired(message=_l("Choose a day."))])
    at = TimeField(_l("Time"), [InputRequired(message=_l("Choose a time."))])

    @property
    def moment(self) -> datetime:
        """The chosen moment on a Dutch clock."""
        return datetime.combine(self.on.data, self.at.data, clock.TIMEZONE)


class CallBackForm(AppointmentForm):
    """When to call back. `moment_at`: one of the moments that were offered, in ISO; else the day and time count.

    `notice`: what asked for it, which is dealt with by this.
    """

    moment_at = HiddenField()
    notice = HiddenField()

    def validate(self, extra_validators: object = None) -> bool:
        """A moment that was offered fills in the day and the time."""
        try:
            offered = clock.local(clock.parse(self.moment_at.data)) if self.moment_at.data else None
        except ValueError:
            offered = None
        if offered is not None:
            self.on.process_data(offered.date())
            self.at.process_data(offered.time().replace(tzinfo=None))
            self.on.raw_data, self.at.raw_data = [str(offered.date())], [f"{offered:%H:%M}"]
        return bool(super().validate(extra_validators=extra_validators))
