"""What each page of the reports counts, as short statements by hand: how fast the database alone can be.

They count the main figures of the page once and nothing beside them: no words, no second view, no rights. `{since}` and
`{until}` are moments, `{first}` and `{last}` days of the period; `{codes}` are the municipalities and `{scope}` is the
column that holds them, written so that no statement begins at its index.
"""

ATTEMPTS = (
    "FROM contact_attempt a JOIN case_file f ON f.id = a.case_id "
    "WHERE a.due_at >= {since} AND a.due_at < {until} AND {scope} IN ({codes})"
)
SENT = "sum(CASE WHEN a.status IN ('sent', 'delivered', 'read', 'done', 'returned', 'unknown') THEN 1 ELSE 0 END)"
RESPONDED = "sum(CASE WHEN a.response_event_id IS NOT NULL THEN 1 ELSE 0 END)"

STEPS = (
    f"SELECT a.campaign_id, a.step, a.channel, a.variant, f.municipality_code, count(*), {SENT}, {RESPONDED} "
    f"{ATTEMPTS} "
    "GROUP BY a.campaign_id, a.step, a.channel, a.variant, f.municipality_code"
)
PEOPLE = (
    "SELECT code, count(*), sum(sent), sum(responded) FROM ("
    "SELECT f.person_id, f.municipality_code AS code, "
    f"{SENT.replace('sum', 'max')} AS sent, "
    "max(CASE WHEN a.response_event_id IS NOT NULL THEN 1 ELSE 0 END) AS responded "
    "FROM enrolment e JOIN case_file f ON f.id = e.case_id JOIN contact_attempt a ON a.enrolment_id = e.id "
    "WHERE e.began_on >= {first} AND e.began_on <= {last} AND {scope} IN ({codes}) "
    "GROUP BY f.person_id, f.municipality_code) one GROUP BY code"
)
WORK = (
    f"SELECT f.municipality_code, f.coach_id, a.channel, a.result, count(*), {SENT} {ATTEMPTS} "
    "GROUP BY f.municipality_code, f.coach_id, a.channel, a.result"
)
CALLED = (
    "SELECT count(*), sum(spoken) FROM (SELECT f.person_id, "
    "max(CASE WHEN a.result IN ('spoke', 'appointment', 'declined') THEN 1 ELSE 0 END) AS spoken "
    f"{ATTEMPTS} AND a.channel = 'call' AND a.status IN ('done', 'failed') GROUP BY f.person_id) one"
)
HOURS = (
    f"SELECT a.channel, {{hour}}, count(*) {ATTEMPTS} AND {{plus}}a.channel IN ('call', 'visit') "
    "GROUP BY a.channel, {hour}"
)
WAITED = (
    "SELECT count(*), min(waited) FROM (SELECT e.id, min(a.responded_at) AS waited "
    "FROM enrolment e JOIN case_file f ON f.id = e.case_id JOIN contact_attempt a ON a.enrolment_id = e.id "
    "WHERE e.began_on >= {first} AND e.began_on <= {last} AND {scope} IN ({codes}) "
    "GROUP BY e.id, f.id) one"
)
OUTCOMES = (
    "SELECT f.municipality_code, f.outcome, count(*) FROM case_file f "
    "WHERE f.outcome_list = 'rmd-vsv' AND f.outcome_on >= {first} AND f.outcome_on <= {last} "
    "AND {scope} IN ({codes}) GROUP BY f.municipality_code, f.outcome"
)

LOWER_BOUNDS = {
    "/reports": (PEOPLE, STEPS),
    "/reports/responses": (PEOPLE, STEPS),
    "/reports/outcomes": (OUTCOMES,),
    "/reports/moments": (HOURS, WAITED),
    "/reports/work": (WORK, CALLED),
}
"""By the address of the page; what is not here has no figure of its own to compare with."""
