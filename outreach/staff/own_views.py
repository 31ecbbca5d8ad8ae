"""'My details': what everybody changes of herself, and her own password."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, login_user, verify_password

from outreach.i18n import _
from outreach.staff import passwords, service, sign_in
from outreach.staff.forms import OwnForm, PasswordForm
from outreach.staff.scope import RoleName, current

blueprint = Blueprint("me", __name__, url_prefix="/me")


@blueprint.route("", methods=["GET", "POST"])
def details() -> ResponseReturnValue:
    """Own name, phone, hours and language."""
    form = OwnForm(obj=current_user)
    if not form.is_submitted():
        return _details(form)
    if not form.validate():
        return _details(form), 422
    service.change_own(current_user.id, language=form.language.data, **form.details())
    flash(_("Your details are saved."), "ok")
    # The language in the address is kept by the browser from there on.
    return redirect(url_for("me.details", lang=form.language.data), 303)


def _details(form: OwnForm) -> str:
    return render_template("staff/me.html", form=form, gets_notices=current().has(RoleName.coach))


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Choose another password; everywhere else she is signed in, that ends."""
    form = PasswordForm()
    if not form.is_submitted():
        return render_template("staff/password.html", form=form)
    if form.validate() and _is_hers(form) and _is_new(form):
        login_user(current_user._get_current_object())
        flash(_("Your password is changed. On other devices you are signed out."), "ok")
        return redirect(url_for("me.details"), 303)
    return render_template("staff/password.html", form=form), 422


def _is_hers(form: PasswordForm) -> bool:
    """Whether the password of now is right; guesses count as at the door."""
    sign_in.begin_try(current_user.email)
    if verify_password(form.present.data, current_user.password or ""):
        sign_in.succeeded(current_user.email)
        return True
    sign_in.failed()
    form.present.errors = [_("This is not your password of now.")]
    return False


def _is_new(form: PasswordForm) -> bool:
    """Whether the new password was good enough and is hers now."""
    try:
        service.set_password(current_user.id, form.new.data)
    except passwords.PasswordWeak as refusal:
        form.new.errors = [refusal.message]
        return False
    return True
