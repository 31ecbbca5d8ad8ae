"""What the figures mean, in words: the one place that pages, files, the paper for the council and the guide use."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from outreach.i18n import _l
from outreach.insight.table import Column, Kind

LABELS: Mapping[str, Any] = {
    "campaign": _l("Campaign"),
    "step": _l("Step"),
    "channel": _l("Channel"),
    "variant": _l("Variant"),
    "municipality": _l("Municipality"),
    "target_group": _l("Target group"),
    "school": _l("School"),
    "coach": _l("Coach"),
    "language": _l("Language"),
    "week": _l("Week of"),
    "assigned": _l("Planned"),
    "sent": _l("Carried out"),
    "delivered": _l("Arrived"),
    "seen": _l("Seen"),
    "responded": _l("Responded"),
    "scanned": _l("Scanned the code"),
    "contact": _l("In contact"),
    "outcome": _l("With an outcome"),
    "rate": _l("Rate"),
    "low": _l("From"),
    "high": _l("To"),
    "people": _l("Young people"),
    "approached": _l("Approached"),
    "reached": _l("Reached"),
    "unreached": _l("Not reached"),
    "cannot": _l("Cannot respond"),
    "visited": _l("Visited"),
    "saved": _l("Visit not needed"),
    "weekday_0": _l("Monday"),
    "weekday_1": _l("Tuesday"),
    "weekday_2": _l("Wednesday"),
    "weekday_3": _l("Thursday"),
    "weekday_4": _l("Friday"),
    "weekday_5": _l("Saturday"),
    "weekday_6": _l("Sunday"),
    "days": _l("Days"),
    "that_day": _l("Responded on that day"),
    "so_far": _l("Responded so far"),
    "hour": _l("Hour"),
    "calls": _l("Calls"),
    "called": _l("Young people called"),
    "reached_by_call": _l("Reached by phone"),
    "calls_per_reached": _l("Calls per young person reached"),
    "visits": _l("Home visits"),
    "with_contact": _l("With contact"),
    "nobody_home": _l("Nobody home"),
    "not_living_there": _l("Does not live there"),
    "other_result": _l("Otherwise"),
    "open_cases": _l("Open cases"),
    "approaching": _l("Being approached"),
    "guided": _l("In contact or guided"),
    "messages": _l("Messages"),
    "letters": _l("Letters"),
    "cards": _l("Cards"),
    "result": _l("Outcome"),
    "total": _l("Total"),
    "share": _l("Share"),
    "positive": _l("Of those who left"),
    "this_period": _l("This period"),
    "year_before": _l("A year before"),
    "difference": _l("Difference"),
    "goal": _l("Goal"),
    "target": _l("Target"),
    "a_year_later": _l("A year later"),
    "still_needed": _l("Still needed"),
    "as_it_stands": _l("As it stands now"),
    "leavers": _l("Left school"),
    "to_school": _l("Back at school"),
    "to_work": _l("At work"),
    "households": _l("Households"),
    "began_on": _l("First day"),
    "ends_on": _l("Last day"),
    "beside": _l("Beside"),
    "margin": _l("Margin"),
    "difference_low": _l("Difference from"),
    "difference_high": _l("Difference to"),
    "p": _l("p"),
    "verdict": _l("What can be said"),
    "winner": _l("Better variant"),
    "missing": _l("Households short"),
}
"""The heading of each column on a page; files and commands use the keys themselves."""

ATTEMPTS: Mapping[str, Any] = {
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
    "seen": _l(
        "Of what arrived by a channel that tells it: read on WhatsApp, spoken to on the phone or at the door. SMS, "
        "e-mail, letter and card do not tell, so a dash stands there."
    ),
    "responded": _l(
        "Of what was carried out, the attempts that a response followed. A response belongs to the last attempt "
        "before it: to one only."
    ),
    "scanned": _l(
        "The other way to look: of what was carried out, the attempts whose own code, in the letter, the message or "
        "on the card, was used to answer. Whoever reads a letter and then calls has responded, but did not scan."
    ),
    "rate": _l("Responded as a share of carried out."),
    "low": _l("Where the interval of 95 per cent by Wilson begins."),
    "high": _l("Where that interval ends."),
    "contact": _l(
        "Of the attempts that were responded to, those whose young person is now in contact, is guided, was handed "
        "over, is in aftercare or is closed."
    ),
    "outcome": _l("Of those, the ones whose case has an outcome."),
}
"""What a column counts where contact attempts are counted."""

PEOPLE: Mapping[str, Any] = {
    "people": _l(
        "Everybody whose plan has begun in the period, also those whom we had no way to reach. Counted are people, not "
        "attempts: somebody in two campaigns counts once, and in each campaign where campaigns stand apart."
    ),
    "approached": _l("Of those, for whom at least one attempt was carried out."),
    "delivered": _l(
        "Of those approached, for whom at least one attempt arrived, as far as the channel can tell."
    ),
    "seen": _l(
        "Of those approached, who were seen to have read a WhatsApp message or were spoken to. Other channels do not "
        "tell: more have seen something than stand here."
    ),
    "responded": _l(
        "Of all young people, those whose plan stopped by a response, or who responded later. A response is an answer "
        "by the code, a message, or a talk on the phone or at the door."
    ),
    "scanned": _l("Of all young people, those who answered by a code from a letter, a message or a card."),
    "contact": _l(
        "Of those who responded: now in contact, guided, handed over, in aftercare or closed. Who was reached and is "
        "out of reach again does not count."
    ),
    "outcome": _l("Of those in contact, whose case got an outcome since the plan began."),
    "cannot": _l(
        "Of all young people, those who did not respond and of whom we know that our letters or visits do not arrive: "
        "a letter came back, moved, a wrong address, somebody else answered, or deceased. They stay in the figures "
        "and stand here apart."
    ),
    "reached": _l(
        "Of all young people, those who responded: by the code, by a message, on the phone or at the door, also before "
        "we could approach them."
    ),
    "unreached": _l("Of all young people, those who were approached and did not respond."),
    "visited": _l("Of all young people, those at whose door a coach has been."),
    "saved": _l(
        "Young people whose plan held a home visit and who responded before a coach had to go: visits that contact "
        "before it made needless."
    ),
}
"""What a column counts where young people are counted."""

WORK: Mapping[str, Any] = {
    "that_day": _l(
        "Young people whose first response came so many days after the first attempt. A day is 24 hours: day 0 is the "
        "first of them."
    ),
    "so_far": _l(
        "All who responded until then, of all for whom something was carried out. Who was approached a short while "
        "ago had less time: the end of the line can still rise."
    ),
    "spoken": _l(
        "Of the calls or visits that took place in that hour (local time), those at which the young person was "
        "spoken to."
    ),
    "responses": _l("Responses that came in during that hour (local time) by whatever way."),
    "calls": _l("Calls due in the period that were made, also without answer; a wrong number counts too."),
    "called": _l("Different young people who were called."),
    "reached_by_call": _l("Of those, who were spoken to on the phone."),
    "calls_per_reached": _l("How many calls it took for each young person spoken to on the phone."),
    "visits": _l("Home visits due in the period that were made, within a plan or not."),
    "with_contact": _l("Of those, at which the young person was spoken to, also who refused."),
    "nobody_home": _l("Nobody opened; a card was left where that was possible."),
    "not_living_there": _l("Moved, or a wrong address."),
    "open_cases": _l(
        "Cases of this coach that are not closed, as they stand today; the period says nothing here."
    ),
    "approaching": _l("Of those, new or being approached."),
    "guided": _l("Of those, in contact, guided, handed over or in aftercare."),
    "messages": _l(
        "Messages by WhatsApp, SMS and e-mail, due in the period, that went out to cases of this coach."
    ),
    "letters": _l("Letters due in the period that were printed for cases of this coach."),
    "cards": _l("Cards due in the period that were left at doors."),
}
"""What a column counts where the work is counted."""

OUTCOMES: Mapping[str, Any] = {
    "result": _l(
        "How the case ended, in the words of the list that it was closed with. The day of the outcome lies in the "
        "period; an outcome that was taken away again does not count."
    ),
    "total": _l(
        "Processes are counted, not people: somebody with two cases is there twice. The line 'Different young people' "
        "counts her once in a municipality, and once in the total. The same name, initial and birth date are one "
        "person."
    ),
    "share": _l("Of all in the table, over all municipalities."),
    "unreached": _l(
        "Not reached, of the target group of this list: approached in the period, or out of reach since then, without "
        "an outcome and without any response."
    ),
    "positive": _l(
        "Positive is: to school or qualified, at work, or on another route (care, youth team, trajectory)."
    ),
    "approached": _l(
        "Approached: cases for which in the period at least one attempt was carried out: message, letter, call or "
        "visit."
    ),
    "exits": _l(
        "Left: cases that got an outcome in the period, by whatever list, also those that were first approached in an "
        "earlier school year. So there may be more of them than were approached."
    ),
    "year_before": _l("The same days a year earlier, counted in the same way with what is known now."),
    "leavers": _l(
        "Persons of the target group Nieuwe vsv'er who left school in the school year (1 August up to and including 31 "
        "July). Whoever has two cases counts once."
    ),
    "a_year_later": _l(
        "Of the leavers, those whose case had such an outcome by the end of the next school year. Cases without an "
        "outcome count as not yet: they stay among the leavers."
    ),
    "target": _l("What the region agreed upon: so many of the leavers."),
    "still_needed": _l("How many more of the leavers it takes to reach the target."),
    "as_it_stands": _l(
        "Of the same leavers, those whose case has such an outcome today, also when it came later."
    ),
}
"""What a column counts where outcomes are counted."""

EFFECT: Mapping[str, Any] = {
    "began_on": _l("The day on which the campaign started."),
    "ends_on": _l(
        "Answers count up to and including this day. It was set when the campaign started and cannot be changed."
    ),
    "households": _l(
        "Households for which the step was carried out up to the last day, whatever came of it: also a letter that "
        "came back. Who live together got the same variant by lot and count once; who moved stays in her variant."
    ),
    "responded": _l(
        "Of those, the households in which somebody responded after the step and up to the last day, in whatever way: "
        "also to a later step."
    ),
    "rate": _l("Households that responded as a share of all of the variant."),
    "low": _l("Where the interval of 95 per cent by Wilson begins."),
    "high": _l("Where that interval ends."),
    "beside": _l("The other variant."),
    "difference": _l("The rate of the first variant less that of the other one, in percentage points."),
    "margin": _l("Chance alone makes a difference range this far: an interval of 95 per cent by Newcombe."),
    "difference_low": _l("Where the interval of 95 per cent by Newcombe begins."),
    "difference_high": _l("Where that interval ends."),
    "p": _l(
        "How often chance alone makes variants differ so much that work the same. By Fisher's exact test where few "
        "responded, else by chi-square; with more than two variants made stricter by Holm. Only when the last day is "
        "over."
    ),
    "verdict": _l(
        "A variant is better when p is under 0.05 and each variant has 30 households or more. There is no difference "
        "when one of 10 percentage points or more is ruled out. In all other cases there are too few households to "
        "tell, and before the last day is over nothing is said."
    ),
    "winner": _l("The variant that got more responses than each of the others."),
    "missing": _l(
        "So many households more in each variant show a difference as large as this one in four of five times."
    ),
}
"""What a column counts where variants are compared."""

INTERVAL = _l(
    "With so many attempts chance alone makes a rate differ this much: an interval of 95 per cent by Wilson. The fewer "
    "attempts, the wider."
)
"""Of every rate."""


def column(key: str, kind: Kind = "text", meanings: Mapping[str, Any] = MappingProxyType({})) -> Column:
    """A column with its heading and its meaning from this file."""
    return Column(key, LABELS[key], kind, meanings.get(key, ""))
