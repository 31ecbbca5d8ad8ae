"""How made-up young people react, and what made-up coaches note: drawn by seed. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Literal

from outreach.attempts.rules import Result
from outreach.responses.rules import Answers, Help, Intent, Now, Reach, When

CHANCE = {
    "w1-whatsapp-1": 0.08,
    "w1-whatsapp-2": 0.05,
    "w1-brief": 0.14,
    "w2-brief/boven": 0.27,
    "w2-brief/onder": 0.15,
}
"""The share that reacts to each message or letter, about as MVS reports: most, and at the top more than below."""

HOURS = {"w1-whatsapp-1": 5, "w1-whatsapp-2": 5, "w1-brief": 60, "w2-brief/boven": 40, "w2-brief/onder": 40}
"""How long it takes on average."""

CALLS = ((Result.no_answer, 60), (Result.voicemail, 27), (Result.spoke, 8), (Result.wrong_number, 5))
VISITS = (
    (Result.met, 42),
    (Result.nobody_home, 46),
    (Result.refused, 4),
    (Result.moved, 6),
    (Result.wrong_address, 2),
)
REPLIES = (
    "Hoi, ik werk nu fulltime in een magazijn. Gaat goed!",
    "Kan je me bellen na 5 uur?",
    "ik wil wel weer naar school maar weet niet wat",
    "Wie is dit?",
    "Met mij gaat het goed, dank je",
    "ik zoek een leerwerkplek, kan je helpen?",
    "Hi, can we talk in English please?",
)
ANSWERS = (
    "Fijn om te horen! Zal ik je deze week even bellen?",
    "Dank je voor je bericht. Wanneer kan ik je bellen?",
    "Goed dat je het vraagt. Ik kijk met je mee, kom je een keer langs?",
    "Mooi! Mag ik over een maand nog eens vragen hoe het gaat?",
)
"""What coaches write back."""
NOTES = (
    "Werkt via een uitzendbureau, wil in februari starten met niveau 2.",
    "Moeder nam op. Noor is na 16.00 uur thuis.",
    "Heeft zorgen over geld. Afspraak bij het jongerenloket gemaakt.",
    "Wil graag een open dag bezoeken, ik ga mee.",
    "",
    "",
)
CALL_NOTES = ("", "", "Overdag op het werk.", "Later vandaag nog eens proberen.")
MESSAGES = (
    "",
    "",
    "Ik zoek een bbl-plek in de techniek",
    "liever appen dan bellen",
    "Ik heb sinds kort een baan bij de supermarkt",
    "kan het ook in het engels",
)
OUTCOMES_BY_NOW = {
    "school": "Nieuwe DUO inschrijving",
    "work": "Werk",
    "both": "Werk",
    "nothing": "Hulpverlening",
    "other": "Wenst geen dienstverlening",
}


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody will do, and how long after the attempt."""

    after: timedelta
    way: Literal["form", "reply"]
    answers: Answers
    text: str


def reaction(random: Random, key: str, channel: str) -> Reaction | None:
    """What somebody does with a message or letter, if anything. `key` is the step, with its variant."""
    if random.random() > CHANCE.get(key, 0.0):
        return None
    after = timedelta(hours=random.expovariate(1 / HOURS[key]) + (18 if channel == "letter" else 0.1))
    way: Literal["form", "reply"] = "form"
    if channel in ("whatsapp", "sms") and random.random() < 0.45:
        way = "reply"
    return Reaction(after, way, answers(random), random.choice(REPLIES))


def answers(random: Random) -> Answers:
    """What somebody fills in."""
    kind = random.random()
    phone = f"+316{random.randint(10_000_000, 59_999_999)}"
    if kind < 0.12:
        return Answers(intent=Intent.call_back, phone=phone, when=(random.choice(list(When)),))
    if kind < 0.18:
        return Answers(intent=Intent.decline)
    if kind < 0.23:
        return Answers(intent=random.choice((Intent.not_me, Intent.moved)))
    topics = [Help.work, Help.school, Help.money, Help.home, Help.health]
    wants = tuple(random.sample(topics, random.randint(1, 2))) if random.random() < 0.6 else (Help.no,)
    return Answers(
        now=random.choices(list(Now), (22, 34, 10, 12, 22))[0],
        help_with=wants,
        reach_by=(random.choice((Reach.whatsapp, Reach.call, Reach.sms)),),
        phone=phone,
        when=(random.choice(list(When)),),
        message=random.choice(MESSAGES),
    )


def drawn(random: Random, table: tuple[tuple[Result, int], ...]) -> Result:
    """A result by its weight."""
    return random.choices([result for result, _weight in table], [weight for _result, weight in table])[0]
