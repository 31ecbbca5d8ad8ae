"""Lines of a list, and what the database holds after its import."""

from sqlmodel import col, select

from outreach import db
from outreach.cases.models import Case, CaseEvent, Household, Person

HEADER = "dossiernummer;voornaam;tussenvoegsel;achternaam;geboortedatum;straat;huisnummer;postcode;woonplaats"
HEADER += ";gemeente;telefoon;email;coach"


def line(number, given="Noor", family="Jansen", born="31-12-2006", **values):
    cells = dict.fromkeys(HEADER.split(";"), "") | {
        "dossiernummer": number,
        "voornaam": given,
        "achternaam": family,
        "geboortedatum": born,
        "straat": "Dorpsstraat",
        "huisnummer": "12",
        "postcode": "3131AA",
        "woonplaats": "Vlaardingen",
        "gemeente": "Vlaardingen",
    }
    return ";".join((cells | values).values())


def counts(done):
    return done["created"], done["updated"], done["unchanged"], len(done["rejected"])


def rows(model):
    db.session().expire_all()
    return db.session().exec(select(model)).all()


def case(reference):
    db.session().expire_all()
    found = db.session().exec(
        select(Case, Person, Household)
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .where(Case.reference == reference)
    )
    return found.one()


def kinds(reference):
    query = (
        select(CaseEvent)
        .join(Case, col(Case.id) == col(CaseEvent.case_id))
        .where(Case.reference == reference)
    )
    return [(event.kind, event.data) for event in db.session().exec(query.order_by(col(CaseEvent.seq)))]
