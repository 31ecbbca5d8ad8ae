"""All tables in one place, for migrations: importing this module fills SQLModel.metadata."""

from outreach.attempts import models as attempts
from outreach.campaigns import models as campaigns
from outreach.cases import models as cases
from outreach.cases.imports import models as imports
from outreach.letters import models as letters
from outreach.messages import models as messages
from outreach.regions import models as regions
from outreach.responses import models as responses
from outreach.staff import models as staff
from outreach.visits import models as visits

__all__ = [
    "attempts",
    "campaigns",
    "cases",
    "imports",
    "letters",
    "messages",
    "regions",
    "responses",
    "staff",
    "visits",
]
