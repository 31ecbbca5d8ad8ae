"""The application for a WSGI server; OUTREACH_ZONE chooses all (default), public or staff."""

import os
from typing import cast

from outreach import Zone, create_app

app = create_app(zone=cast(Zone, os.environ.get("OUTREACH_ZONE", "all")))
