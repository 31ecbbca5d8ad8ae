"""Cases and stories woven into the rows of a history: one statement for each table, the same for both databases.

In the statements `c` is the seed of a case, `w` the wave in which it came, `v` the wave of the plan at hand, `a` an
attempt and `s` an event of its story. A second plan belongs to the wave a year later, if there is one.
"""

from uuid import UUID

from tests.bench.bulk import Bulk
from tests.bench.stories import YEAR

LATER = 4
"""A second plan belongs to the wave so many after the first."""
IMPORTED = 14 * 24 * 3600
"""Seconds before the plan begins."""
NOTICED = "'responded', 'contact_declined', 'message_received', 'letter_returned'"


def weave(bulk: Bulk, region: UUID, now: int) -> None:
    """All rows of a history up to `now` (seconds since 1970), table by table, each in the order of time."""
    for table, (columns, chosen) in _Rows(bulk, region, now).all().items():
        bulk.run(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} {chosen}")


ORDER = (
    "household",
    "person",
    "case_file",
    "enrolment",
    "variant_assignment",
    "contact_attempt",
    "case_event",
    "response_code",
    "response",
    "coach_notice",
    "visit_appointment",
)
"""The tables that are filled, in this order."""

CASES = "FROM seed c JOIN wave w ON w.number = c.wave"
PLANS = (
    f"JOIN wave v ON v.number = c.wave + (e.enrol - 1) * {LATER} "
    "JOIN started p ON p.wave = v.number AND p.place = c.place"
)


class _Rows:
    """For each table its columns with their expressions, and where they come from."""

    def __init__(self, bulk: Bulk, region: UUID, now: int) -> None:
        self.bulk, self.region, self.now = bulk, bulk.value(region), now
        early = f"(w.base - {IMPORTED}) * 1000 + c.n % 1000000 / 8"
        self.case_id = bulk.id(early, "c.n")
        self.household_id = bulk.id(
            f"(w.base - {IMPORTED}) * 1000 + c.household % 1000000 / 8", "c.household"
        )
        self.key = "'3131AB-' || c.household"

    def all(self) -> dict[str, tuple[dict[str, str], str]]:
        """By table."""
        return {table: getattr(self, f"_{table}")() for table in ORDER}

    def _at(self, seconds: str) -> str:
        """A moment of the plan at hand, None for one that is still to come or not told."""
        time = f"v.base + c.jitter + {seconds}"
        return f"CASE WHEN {time} < {self.now} THEN {self.bulk.moment(time, 'c.n')} END"

    def _attempt_id(self, attempt: str = "a") -> str:
        return self._id(f"{attempt}.planned", f"{attempt}.number")

    def _id(self, at: str, number: str) -> str:
        return self.bulk.id(f"(v.base + c.jitter + {at}) * 1000 + c.n % 1000", f"c.n * 64 + {number}")

    def _enrolment_id(self, enrol: str) -> str:
        return self.bulk.id("(v.base + 34200) * 1000 + c.n % 1000000 / 8", f"c.n * 2 + {enrol}")

    def _household(self) -> tuple[dict[str, str], str]:
        return {
            "id": self.household_id,
            "region_id": self.region,
            "key": self.key,
            "street": "'Dorpsstraat'",
            "house_number": "CAST(c.n AS text)",
            "house_addition": "''",
            "postcode": "'3131AB'",
            "town": "'Vlaardingen'",
        }, f"{CASES} WHERE c.household = c.n ORDER BY c.n"

    def _person(self) -> tuple[dict[str, str], str]:
        return {
            "id": self.case_id,
            "region_id": self.region,
            "household_id": self.household_id,
            "given_name": "c.given_name",
            "infix": "''",
            "family_name": "c.family_name",
            "birth_date": self.bulk.date("c.born"),
            "mobile": f"CASE WHEN c.mobile = 1 THEN '+316' || {self.bulk.digits('c.n')} END",
            "language": "c.language",
            "match_key": "c.family_name || '-' || c.n",
        }, f"{CASES} ORDER BY c.n"

    def _case_file(self) -> tuple[dict[str, str], str]:
        opened = self.bulk.moment(f"w.base - {IMPORTED}", "c.n")
        since = self.bulk.moment("w.base + c.jitter + t.at", "c.n")
        responded = self.bulk.moment("w.base + c.jitter + t.responded", "c.n")
        return {
            "id": self.case_id,
            "region_id": self.region,
            "reference": "'D-' || c.n",
            "person_id": self.case_id,
            "municipality_code": "c.code",
            "coach_id": self.bulk.uuid("c.coach"),
            "target_group": "c.target_group",
            "school": "c.school",
            "brin": "c.brin",
            "programme": "c.programme",
            "left_on": self.bulk.day("w.base - 4000000"),
            "opened_at": opened,
            "event_count": "c.events",
            "status": "t.status",
            "status_since": since,
            "responded_at": f"CASE WHEN t.responded IS NOT NULL THEN {responded} END",
            "outcome": "t.outcome",
            "outcome_list": "t.outcome_list",
            "outcome_on": f"CASE WHEN t.ended IS NOT NULL THEN {self.bulk.day('w.base + t.ended')} END",
        }, f"{CASES} JOIN story_state t ON t.story = c.story AND t.number = c.state ORDER BY c.n"

    def _enrolment(self) -> tuple[dict[str, str], str]:
        over = f"v.base + c.jitter + e.at < {self.now}"
        return {
            "id": self._enrolment_id("e.enrol"),
            "campaign_id": self.bulk.uuid("p.campaign"),
            "case_id": self.case_id,
            "plan_version_id": self.bulk.uuid("p.version"),
            "status": f"CASE WHEN {over} THEN e.status ELSE 'running' END",
            "began_on": self.bulk.date("v.begins"),
            "next_look_at": f"CASE WHEN NOT {over} THEN {self.bulk.moment(str(self.now + 36000), '0')} END",
            "stopped_at": f"CASE WHEN e.status = 'stopped' THEN {self._at('e.at')} END",
            "stop_reason": f"CASE WHEN {over} THEN e.reason END",
        }, f"{CASES} JOIN story_ending e ON e.story = c.story {PLANS} ORDER BY v.number, c.n"

    def _variant_assignment(self) -> tuple[dict[str, str], str]:
        plans = PLANS.replace("e.enrol", "a.enrol")
        return {
            "campaign_id": f"DISTINCT {self.bulk.uuid('p.campaign')}",
            "step": "a.step",
            "household_key": self.key,
            "variant": "a.variant",
        }, (
            f"{CASES} JOIN story_attempt a ON a.story = c.story AND a.variant IS NOT NULL {plans} "
            f"WHERE v.base + c.jitter + a.planned < {self.now}"
        )

    def _contact_attempt(self) -> tuple[dict[str, str], str]:
        over = f"v.base + c.jitter + coalesce(a.sent, a.ended) < {self.now}"
        answered = f"v.base + c.jitter + a.answered < {self.now}"
        plans = PLANS.replace("e.enrol", "a.enrol")
        code = self.bulk.code("c.n * 64 + a.number")
        mails = "a.channel IN ('whatsapp', 'sms') AND a.sent IS NOT NULL"
        return {
            "id": self._attempt_id(),
            "case_id": self.case_id,
            "enrolment_id": self._enrolment_id("a.enrol"),
            "campaign_id": self.bulk.uuid("p.campaign"),
            "step": "a.step",
            "ordinal": "a.ordinal",
            "channel": "a.channel",
            "owner": "a.owner",
            "template": "a.template",
            "variant": "a.variant",
            "status": f"CASE WHEN {over} THEN a.status ELSE 'planned' END",
            "held": "false",
            "result": f"CASE WHEN {over} THEN a.result END",
            "provider_id": f"CASE WHEN {mails} THEN 'SM0123456789abcdef012345' || {code} END",
            "planned_at": self.bulk.moment("v.base + c.jitter + a.planned", "c.n"),
            "due_at": self.bulk.moment("v.base + c.jitter + a.due", "c.n"),
            "latest_at": self.bulk.moment("v.base + c.jitter + a.latest", "c.n"),
            "tries": "0",
            "sent_at": self._at("a.sent"),
            "delivered_at": self._at("a.delivered"),
            "ended_at": self._at("a.ended"),
            "response_event_id": f"CASE WHEN {answered} THEN {self._id('a.answered', 'a.answer')} END",
            "responded_at": self._at("a.answered"),
            "scanned_at": self._at("used.at"),
        }, (
            f"{CASES} JOIN story_attempt a ON a.story = c.story {plans} "
            "LEFT JOIN (SELECT story, by_code, min(at) AS at FROM story_event GROUP BY story, by_code) used "
            "ON used.story = a.story AND used.by_code = a.number "
            f"WHERE v.base + c.jitter + a.planned < {self.now} "
            "ORDER BY v.base + c.jitter + a.planned, c.n % 1000"
        )

    def _told(self, more: str = "", join: str = "") -> str:
        """The events that have happened."""
        return (
            f"{CASES} JOIN story_event s ON s.story = c.story "
            f"JOIN wave v ON v.number = c.wave + (s.enrol - 1) * {LATER} {join} "
            f"WHERE v.base + c.jitter + s.at < {self.now} {more} ORDER BY v.base + c.jitter + s.at, c.n % 1000"
        )

    def _case_event(self) -> tuple[dict[str, str], str]:
        at = self.bulk.moment("v.base + c.jitter + s.at", "c.n")
        join = "LEFT JOIN story_attempt a ON a.story = s.story AND a.number = s.attempt"
        return {
            "id": self._id("s.at", "s.number"),
            "case_id": self.case_id,
            "seq": "s.number",
            "at": at,
            "recorded_at": at,
            "kind": "s.kind",
            "channel": "s.channel",
            "actor": "CASE s.actor WHEN 'coach' THEN c.actor ELSE s.actor END",
            "attempt_id": f"CASE WHEN a.number IS NOT NULL THEN {self._attempt_id()} END",
            "data": self.bulk.json("s.document"),
        }, self._told(join=join)

    def _response_code(self) -> tuple[dict[str, str], str]:
        sent = "v.base + c.jitter + a.sent"
        return {
            "code": self.bulk.code("c.n * 64 + a.number"),
            "region_id": self.region,
            "case_id": self.case_id,
            "attempt_id": self._attempt_id(),
            "language": "c.language",
            "issued_at": self.bulk.moment(sent, "c.n"),
            "expires_at": self.bulk.moment(f"{sent} + {YEAR}", "c.n"),
        }, (
            f"{CASES} JOIN story_attempt a ON a.story = c.story AND a.coded = 1 "
            f"JOIN wave v ON v.number = c.wave + (a.enrol - 1) * {LATER} WHERE {sent} < {self.now} ORDER BY {sent}, c.n"
        )

    def _response(self) -> tuple[dict[str, str], str]:
        join = "JOIN story_attempt a ON a.story = s.story AND a.number = s.by_code"
        return {
            "id": self._id("s.at", "s.number"),
            "code": self.bulk.code("c.n * 64 + a.number"),
            "case_id": self.case_id,
            "attempt_id": self._attempt_id(),
            "event_id": self._id("s.at", "s.number"),
            "submitted_at": self.bulk.moment("v.base + c.jitter + s.at", "c.n"),
            "language": "c.language",
            "answers": self.bulk.json("s.document"),
        }, self._told(join=join)

    def _coach_notice(self) -> tuple[dict[str, str], str]:
        coach = self.bulk.uuid("c.coach")
        at = self.bulk.moment("v.base + c.jitter + s.at", "c.n")
        return {
            "id": self._id("s.at", "s.number"),
            "case_id": self.case_id,
            "event_id": self._id("s.at", "s.number"),
            "coach_id": coach,
            "kind": "s.kind",
            "created_at": at,
            "handled_at": self._at("s.at + 80000"),
            "handled_by": f"CASE WHEN v.base + c.jitter + s.at + 80000 < {self.now} THEN {coach} END",
        }, self._told(f"AND s.kind IN ({NOTICED})")

    def _visit_appointment(self) -> tuple[dict[str, str], str]:
        made = "v.base + c.jitter + a.planned"
        return {
            "attempt_id": self._attempt_id(),
            "coach_id": self.bulk.uuid("c.coach"),
            "minutes": "30",
            "made_at": self.bulk.moment(made, "c.n"),
            "called_off_at": f"CASE a.status WHEN 'cancelled' THEN {self._at('a.ended')} END",
        }, (
            f"{CASES} JOIN story_attempt a ON a.story = c.story AND a.channel = 'visit' "
            f"JOIN wave v ON v.number = c.wave + (a.enrol - 1) * {LATER} WHERE {made} < {self.now} ORDER BY {made}, c.n"
        )
