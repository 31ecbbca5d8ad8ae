"""The settings of a region as a form. What may be saved is decided by regions.checking alone."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField

from outreach.i18n import _l
from outreach.regions.models import Region

WAYS = (
    ("whatsapp", _l("WhatsApp")),
    ("sms", _l("Text message")),
    ("email", _l("E-mail")),
    ("letter", _l("Letter")),
    ("call", _l("Phone call")),
    ("visit", _l("Home visit")),
    ("card", _l("Card")),
)


class RegionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The name of a region and its settings; texts, as somebody types them."""

    name = StringField(_l("Name of the region"))
    service_name = StringField(_l("Name of the service"))
    phone = StringField(_l("Phone number"))
    office_hours = StringField(_l("Office hours"))
    website = StringField(_l("Website"))
    return_address = StringField(_l("Return address"))
    window = RadioField(
        _l("Window of the envelope"),
        choices=[("left", _l("On the left")), ("right", _l("On the right"))],
        validate_choice=False,
    )
    window_offset_x_mm = StringField(_l("Move the address to the right (mm)"))
    window_offset_y_mm = StringField(_l("Move the address down (mm)"))
    quiet_before = StringField(_l("First message of the day"))
    quiet_after = StringField(_l("Last message of the day"))
    channels_off = SelectMultipleField(_l("Switched off"), choices=WAYS, validate_choice=False)
    quick_answers = TextAreaField(_l("Quick answers"))
    age_limit = StringField(_l("Age limit"))
    code_valid_days = StringField(_l("Days that a code in a letter stays valid"))

    def values(self) -> dict[str, Any]:
        """What was filled in, by setting. A decimal comma is a decimal point."""
        found = {field.name: field.data for field in self if field.name not in ("name", "csrf_token")}
        for name, text in found.items():
            if name.startswith("window_offset"):
                found[name] = (text or "0").replace(",", ".").strip()
            elif isinstance(text, str):
                found[name] = text.strip()
        return {name: data for name, data in found.items() if data is not None}


def shown(region: Region) -> dict[str, Any]:
    """A region as the form shows it."""
    settings = region.settings
    return {
        "name": region.name,
        **settings.model_dump(mode="json"),
        "quick_answers": "\n".join(settings.quick_answers),
        "window_offset_x_mm": f"{settings.window_offset_x_mm:g}",
        "window_offset_y_mm": f"{settings.window_offset_y_mm:g}",
        "quiet_before": f"{settings.quiet_before:%H:%M}",
        "quiet_after": f"{settings.quiet_after:%H:%M}",
    }
