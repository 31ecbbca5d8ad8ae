"""How many webhooks of Twilio two web processes take in a second, on SQLite: statuses as they come, and messages."""

import random
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.cases.models import Case, Person
from outreach.messages.models import Message
from tests.bench.posts import Post, posts_a_second
from tests.bench.test_response_form_speed import BARE, gunicorn
from tests.crowd import crowd
from tests.factories import World
from tests.fakes.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN, Callback, inbound, signed

NUMBER = 1_200
"""Messages that have left; of each it is told that it was sent, arrived and was read."""

ANSWERS = 200
"""One in six answers at once, among the statuses; that many again in each round of answers alone."""

ROUNDS = 3
"""Of answers alone, each beside as many requests to a bare route; the best one counts, as for the machine."""

GOAL = 300
BASE = "https://outreach.example.org"

SETTINGS = {
    "OUTREACH_SECRET_KEY": "only for tests",
    "OUTREACH_BASE_URL": BASE,
    "OUTREACH_CHANNELS": "whatsapp=twilio,sms=twilio",
    "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
    "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    "TWILIO_SMS_FROM": "+3197010000000",
    "TWILIO_WHATSAPP_FROM": "+3197010000000",
}


def sent(case_ids: list[UUID]) -> dict[UUID, str]:
    """A message to each that has left: attempt and Twilio's id."""
    now = clock.now()
    left = {db.new_id(): f"SM{number:032x}" for number in range(len(case_ids))}
    attempts, messages = [], []
    for case_id, (attempt_id, sid) in zip(case_ids, left.items(), strict=True):
        attempts.append(
            {
                "id": attempt_id,
                "case_id": case_id,
                "step": "w1-whatsapp-1",
                "ordinal": 1,
                "channel": "whatsapp",
                "status": "sent",
                "owner": "system",
                "due_at": now,
                "planned_at": now,
                "sent_at": now,
                "provider_id": sid,
            }
        )
        messages.append(
            {
                "id": db.new_id(),
                "case_id": case_id,
                "attempt_id": attempt_id,
                "direction": "out",
                "channel": "whatsapp",
                "address": "+31600000000",
                "body": "Hoi",
                "at": now,
                "provider_id": sid,
            }
        )
    with db.write() as session:
        session.execute(insert(ContactAttempt), attempts)
        session.execute(insert(Message), messages)
    return left


def told(left: dict[UUID, str]) -> list[Callback]:
    """What Twilio tells of them: for each in order, of all of them mixed."""
    rows = []
    for attempt_id, sid in left.items():
        at = sorted(random.random() for _ in range(3))
        for moment, status in zip(at, ("sent", "delivered", "read"), strict=True):
            form = {
                "MessageSid": sid,
                "SmsSid": sid,
                "AccountSid": ACCOUNT_SID,
                "MessageStatus": status,
                "SmsStatus": status,
                "From": "whatsapp:+3197010000000",
                "To": "whatsapp:+31600000000",
                "ApiVersion": "2010-04-01",
            }
            rows.append((moment, sid, signed(f"{BASE}/twilio/status/{attempt_id}", form)))
    return [callback for _moment, _sid, callback in sorted(rows, key=lambda row: row[:2])]


def numbers(case_ids: list[UUID]) -> list[str]:
    query = select(Person.mobile).join(Case, Case.person_id == Person.id).where(Case.id.in_(case_ids))  # type: ignore[attr-defined, arg-type]  # columns
    return list(db.session().scalars(query))


def as_posts(callbacks: list[Callback]) -> list[Post]:
    return [(each.path, urlencode(each.form), each.headers) for each in callbacks]


@pytest.mark.bench
def test_webhooks_keep_up_with_a_mail_out(
    world: World, database_url: str, tmp_path: Path, machine: float
) -> None:
    random.seed(1)
    ids = crowd(world, NUMBER)
    statuses = told(sent(ids))
    answers = [
        inbound(f"{BASE}/twilio/inbound", f"whatsapp:{number}", f"Hoi, ik ben nummer {n}", f"SI{n:032x}")
        for n, number in enumerate(numbers(ids[: (1 + ROUNDS) * ANSWERS]))
    ]
    for answer in answers[:ANSWERS]:
        statuses.insert(random.randrange(len(statuses)), answer)
    db.session().rollback()
    (tmp_path / "bare.py").write_text(BARE)
    rounds = []
    with (
        gunicorn("outreach.wsgi:app", tmp_path, **SETTINGS, OUTREACH_DATABASE_URL=database_url) as port,
        gunicorn("bare:app", tmp_path) as bare,
    ):
        posts_a_second(port, as_posts(statuses[:100]), tmp_path)
        mixed, of_mixed = posts_a_second(port, as_posts(statuses), tmp_path)
        for start in range(ANSWERS, len(answers), ANSWERS):
            some = as_posts(answers[start : start + ANSWERS])
            alone, of_alone = posts_a_second(port, some, tmp_path)
            assert of_alone == {"200": ANSWERS}
            same = [("/bare", body, headers) for _path, body, headers in some]
            of_bare, _statuses = posts_a_second(bare, same * 3, tmp_path)
            rounds.append((alone, alone / of_bare))
    alone, ratio = max(rounds)
    print(
        f"\nwebhooks on SQLite with two processes: {mixed:.0f} a second, one in {len(statuses) // ANSWERS} a message "
        f"that comes in (goal {GOAL}, here {GOAL * machine:.0f}); such messages alone: {alone:.0f} a second, "
        f"{ratio:.3f} of a bare route"
    )
    assert of_mixed == {"204": 3 * NUMBER, "200": ANSWERS}
    db.session().expire_all()
    left = db.session().scalars(select(ContactAttempt.status)).all()
    assert set(left) == {"read"}, "a status went back, or one was lost"
    received = select(func.count()).select_from(Message).where(Message.direction == "in")  # type: ignore[arg-type]
    assert db.session().scalar(received) == (1 + ROUNDS) * ANSWERS
    assert mixed >= GOAL * machine
    assert alone >= GOAL * machine
