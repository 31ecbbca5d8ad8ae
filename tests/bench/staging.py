"""The stories of a history, laid down in tables of the connection that weaves them (weaving.py)."""

from tests.bench.bulk import Bulk
from tests.bench.stories import Story

SEED = (
    "n bigint, wave int, place int, code text, coach text, actor text, school text, brin text, programme text, "
    "target_group text, language text, story int, jitter int, household bigint, given_name text, family_name text, "
    "mobile int, born text, state int, events int"
)
WAVE = "number int, begins text, base bigint"
STARTED = "wave int, place int, campaign text, version text"
ATTEMPT = (
    "story int, number int, enrol int, step text, ordinal int, channel text, owner text, template text, variant text, "
    "status text, result text, planned int, due int, latest int, sent int, delivered int, ended int, coded int, "
    "answer int, answered int"
)
EVENT = (
    "story int, number int, enrol int, at int, kind text, channel text, actor text, attempt int, document text, "
    "by_code int"
)
STATE = (
    "story int, number int, at int, status text, outcome text, outcome_list text, ended int, responded int"
)
ENDING = "story int, enrol int, status text, reason text, at int"


def stage(bulk: Bulk, stories: list[Story]) -> None:
    """The stories, in tables of this connection."""
    bulk.load("story_attempt", ATTEMPT, _attempts(stories), "story, number")
    bulk.load("story_event", EVENT, _events(stories), "story, number")
    states = [
        (n, k, one.at, one.status, one.outcome, one.outcome_list, one.ended, one.responded)
        for n, story in enumerate(stories)
        for k, one in enumerate(story.states, 1)
    ]
    bulk.load("story_state", STATE, states, "story, number")
    endings = [
        (n, k, one.status, one.reason, one.at)
        for n, story in enumerate(stories)
        for k, one in enumerate(story.endings, 1)
    ]
    bulk.load("story_ending", ENDING, endings, "story, enrol")


def _attempts(stories: list[Story]) -> list[tuple[object, ...]]:
    return [
        (
            n,
            one.number,
            one.enrol,
            one.step,
            one.ordinal,
            one.channel,
            one.owner,
            None if one.channel in ("call", "visit", "card") else one.step,
            one.variant,
            one.status,
            one.result,
            one.planned,
            one.due,
            one.latest,
            one.sent,
            one.delivered,
            one.ended,
            int(one.coded),
            one.response and one.response.number,
            one.response and one.response.at,
        )
        for n, story in enumerate(stories)
        for one in story.attempts
    ]


def _events(stories: list[Story]) -> list[tuple[object, ...]]:
    return [
        (
            n,
            one.number,
            one.enrol,
            one.at,
            one.kind,
            one.channel,
            one.actor,
            one.attempt and one.attempt.number,
            one.document,
            one.by_code and one.by_code.number,
        )
        for n, story in enumerate(stories)
        for one in story.events
    ]
