"""What the figures mean, in words: the one place that pages, files and docstrings take them from."""

from collections.abc import Mapping

from outreach.i18n import _l

COLUMNS: Mapping[str, object] = {
    "campaign": _l("Campaign"),
    "step": _l("Step"),
    "channel": _l("Channel"),
    "variant": _l("Variant"),
    "municipality": _l("Municipality"),
    "assigned": _l("Planned"),
    "sent": _l("Carried out"),
    "delivered": _l("Arrived"),
    "responded": _l("Responded"),
    "rate": _l("Rate"),
    "low": _l("Interval"),
}
"""The heading of each column on the page; files and commands use the keys themselves."""

DEFINITIONS: Mapping[str, object] = {
    "people": _l(
        "Everybody whose plan has begun in the period, also those whom we had no way to reach. Somebody has "
        "responded when the plan stopped by a response, or a response came later. Counted are people, not attempts: "
        "somebody in two campaigns counts in both, and once in the sentences above."
    ),
    "assigned": _l(
        "Contact attempts of a campaign that came into being and were due in the period, also those that were "
        "called off since a response came first."
    ),
    "sent": _l(
        "Of those, the attempts that were carried out: message sent, letter printed, call made, visit made, card "
        "left. A wrong number, a wrong address and a message that failed do not count."
    ),
    "delivered": _l(
        "Of those, what arrived as far as the channel can tell. Message: delivered or read. Letter: printed and not "
        "come back. Call and visit: the young person was spoken to. Card: left."
    ),
    "responded": _l(
        "Of what was carried out, the attempts that a response followed. A response belongs to the last attempt "
        "before it: to one only."
    ),
    "rate": _l("Responded as a share of carried out."),
    "low": _l(
        "With so many attempts chance alone makes a rate differ this much: an interval of 95 per cent by Wilson. The "
        "fewer attempts, the wider."
    ),
}
"""What each figure counts, in the order in which the page explains them."""

PEOPLE = _l("Young people")
