"""Commands about accounts. A password is never an argument: other people on the machine could read it there."""

import sys

import click

from outreach.console import Answer, answers
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.staff import passwords, queries, service
from outreach.staff.models import User
from outreach.staff.scope import RoleName


@click.group("staff")
def staff() -> None:
    """Make accounts, close them and give passwords."""


def _shown(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "roles": sorted(role.name for role in user.roles),
        "municipalities": sorted(place.code for place in user.municipalities),
        "active": user.active,
    }


def _ask(from_stdin: bool) -> tuple[str, bool]:
    """A password, and whether it was made here and so must be shown."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise Refused(_l("There was no password on standard input."))
        return password, False
    if sys.stdin.isatty():
        question = "Password (leave it empty to have one made)"
        typed = click.prompt(question, default="", show_default=False, hide_input=True, err=True)
        if typed:
            again = click.prompt("Once more", default="", show_default=False, hide_input=True, err=True)
            if typed != again:
                raise Refused(_l("The two passwords are not the same."))
            return str(typed), False
    return passwords.generate(), True


def _answer(user: User, sentence: str, password: str, made: bool) -> Answer:
    if not made:
        return _shown(user), sentence
    return {**_shown(user), "password": password}, f"{sentence}\nPassword (shown only now): {password}"


_from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@staff.command("add")
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in RoleName]),
    help="What she does; once for each role.",
)
@click.option(
    "--municipality",
    "municipalities",
    multiple=True,
    required=True,
    metavar="CODE",
    help="A municipality she works for, such as GM0622; once for each.",
)
@click.option("--given-name", required=True, help="Her first name, as young people read it.")
@click.option("--family-name", required=True, help="Her family name.")
@click.option("--phone", default="", help="Her number; it stands in letters when she is the coach.")
@click.option("--hours", default="", help="When she can be called; it stands in letters too.")
@_from_stdin
@answers
def add(
    email: str,
    roles: tuple[str, ...],
    municipalities: tuple[str, ...],
    given_name: str,
    family_name: str,
    phone: str,
    hours: str,
    password_stdin: bool,
) -> Answer:
    """Make an account. The password is asked for, read from standard input, or made and shown once."""
    password, made = _ask(password_stdin)
    user = service.add_user(
        email=email,
        password=password,
        given_name=given_name,
        family_name=family_name,
        roles=[RoleName(role) for role in roles],
        municipalities=[code.upper() for code in municipalities],
        phone=phone,
        hours=hours,
    )
    return _answer(user, f"{user.email}: {user.name} can sign in.", password, made)


@staff.command("list")
@answers
def list_() -> Answer:
    """All accounts with their roles and municipalities."""
    found = queries.everybody()
    return {"staff": [_shown(user) for user in found]}, "\n".join(map(_line, found))


def _line(user: User) -> str:
    roles = ", ".join(sorted(role.name for role in user.roles))
    return f"{user.email:40} {user.name:30} {roles}{'' if user.active else ' (closed)'}"


@staff.command("deactivate")
@click.argument("email")
@answers
def deactivate(email: str) -> Answer:
    """Close an account: she cannot sign in, and wherever she is signed in it ends."""
    user = service.deactivate(queries.by_email(email).id)
    return _shown(user), f"{user.email}: closed."


@staff.command("password")
@click.argument("email")
@_from_stdin
@answers
def password(email: str, password_stdin: bool) -> Answer:
    """Give somebody a new password; wherever she is signed in, that ends."""
    user = queries.by_email(email)
    new, made = _ask(password_stdin)
    user = service.set_password(user.id, new)
    return _answer(user, f"{user.email}: the password is new.", new, made)
