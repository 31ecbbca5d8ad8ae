"""A page that cannot be made because of the database says so, with everything around it."""

from sqlalchemy import text

from outreach import db
from tests.factories import World


def test_a_statement_that_fails_leaves_a_page_that_can_be_read(world: World) -> None:
    """PostgreSQL answers nothing more in that transaction, and the page around the sentence reads who looks at it."""
    client = world.sign_in(world.coordinator)

    def crash() -> str:
        db.session().execute(text("SELECT nothing_of_that_name FROM case_file"))
        return ""

    crash.__dict__ |= world.app.view_functions["insight.work"].__dict__
    world.app.view_functions["insight.work"] = crash
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/reports/work")
    assert answer.status_code == 500
    assert "Er ging bij ons iets mis" in answer.text
    assert 'href="/cases' in answer.text
    assert client.get("/reports").status_code == 200
