"""`outreach keys`: the pair of keys that turns notices to devices on."""

import click
from py_vapid import Vapid

from outreach.console import Answer, answers_without_schema
from outreach.staff.push_keys import new_private_key, public_key


@click.command("keys")
@answers_without_schema
def keys() -> Answer:
    """Make a new pair of keys for notices to coaches' devices; nothing is kept."""
    private = new_private_key()
    public = public_key(Vapid.from_raw(private.encode()))
    data = {"setting": "VAPID_PRIVATE_KEY", "private_key": private, "public_key": public}
    return data, (
        "Put this in the environment of web and worker, and keep it as a password:\n"
        f"VAPID_PRIVATE_KEY={private}\n"
        f"The public key, which browsers get from it: {public}\n"
        "With another pair everybody must turn notices on again."
    )
