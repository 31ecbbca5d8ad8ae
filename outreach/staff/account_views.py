"""The administrator's pages about accounts: who works here, what each may do, passwords."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.errors import Refused
from outreach.i18n import _
from outreach.regions.queries import municipality_names
from outreach.staff import passwords, queries, service
from outreach.staff.forms import NewPersonForm, PersonForm
from outreach.staff.models import User
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles
from outreach.web.layout import role_names

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
ADMINISTRATOR = RoleName.administrator


@blueprint.get("")
@roles(ADMINISTRATOR)
def people() -> ResponseReturnValue:
    """Who works for her municipalities."""
    scope = current()
    return render_template(
        "staff/people.html",
        people=queries.everybody(scope.municipalities),
        may_change=lambda user: queries.administers(scope, user),
        role_names=role_names(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@roles(ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Make an account; its password is made here and shown once."""
    scope = current()
    form = _with_choices(NewPersonForm(), scope)
    if form.is_submitted() and form.validate():
        password = passwords.generate()
        try:
            user = service.add_user(
                email=form.email.data,
                password=password,
                roles=[RoleName(name) for name in form.roles.data],
                municipalities=form.municipalities.data,
                by=scope,
                **form.details(),
            )
        except Refused as refusal:
            form.email.errors = [refusal.message]
        else:
            return _password_once(user, password)
    return render_template("staff/new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/<uuid:user_id>", methods=["GET", "POST"])
@roles(ADMINISTRATOR)
def person(user_id: UUID) -> ResponseReturnValue:
    """An account: details, roles, municipalities."""
    scope = current()
    user = queries.to_administer(user_id, scope)
    form = _with_choices(PersonForm(data=_chosen(user)), scope)
    if form.is_submitted() and form.validate():
        try:
            service.change_user(
                user.id,
                roles=[RoleName(name) for name in form.roles.data],
                municipalities=form.municipalities.data,
                by=scope,
                **form.details(),
            )
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            flash(_("The account of %(name)s is saved.", name=user.name), "ok")
            return redirect(url_for("staff.people"), 303)
    page = render_template("staff/person.html", form=form, user=user, is_me=user.id == scope.user_id)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<uuid:user_id>/close", methods=["GET", "POST"])
@roles(ADMINISTRATOR)
def close(user_id: UUID) -> ResponseReturnValue:
    """Ask, and close an account."""
    user = queries.to_administer(user_id, current())
    if request.method != "POST":
        return render_template("staff/close.html", user=user)
    service.deactivate(user.id, by=current())
    flash(_("The account of %(name)s is closed.", name=user.name), "ok")
    return redirect(url_for("staff.people"), 303)


@blueprint.post("/<uuid:user_id>/open")
@roles(ADMINISTRATOR)
def reopen(user_id: UUID) -> ResponseReturnValue:
    """Open a closed account again."""
    user = service.activate(user_id, by=current())
    flash(_("The account of %(name)s is open again.", name=user.name), "ok")
    return redirect(url_for("staff.person", user_id=user.id), 303)


@blueprint.route("/<uuid:user_id>/password", methods=["GET", "POST"])
@roles(ADMINISTRATOR)
def password(user_id: UUID) -> ResponseReturnValue:
    """Ask, and give somebody a new password, shown once."""
    user = queries.to_administer(user_id, current())
    if user.id == current().user_id:
        return redirect(url_for("me.password"), 303)
    if request.method != "POST":
        return render_template("staff/new_password.html", user=user)
    made = passwords.generate()
    return _password_once(service.set_password(user.id, made, by=current()), made)


def _password_once(user: User, password: str) -> ResponseReturnValue:
    return render_template("staff/password_once.html", user=user, password=password)


def _chosen(user: User) -> dict[str, object]:
    return {
        "given_name": user.given_name,
        "family_name": user.family_name,
        "phone": user.phone,
        "hours": user.hours,
        "roles": [role.name for role in user.roles],
        "municipalities": [place.code for place in user.municipalities],
    }


def _with_choices(form: PersonForm, scope: Scope) -> PersonForm:
    places = municipality_names(scope.regions)
    form.roles.choices = [(role.value, words) for role, words in role_names().items()]
    form.municipalities.choices = [(c, name) for c, name in places.items() if c in scope.municipalities]
    return form
