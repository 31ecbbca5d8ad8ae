"""The phone app's own addresses: its shell, its service worker, and what it speaks to.

The shell holds nobody's data, so it is open and kept by the phone; everything else is behind the sign-in. Answers are
JSON and never a redirect, so that the app can tell a server that says no from a network that says something else.
"""

import gzip
import hashlib
import json
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import brotli
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_security import current_user
from flask_wtf.csrf import generate_csrf

from outreach import clock
from outreach.campaigns import visit_queries as plans
from outreach.cases.imports.languages import language_name
from outreach.staff.scope import RoleName, current
from outreach.visits import (
    bundle_queries,
    checklist_files,
    device_service,
    forms_html,
    report_service,
    safety_queries,
)
from outreach.visits.device_service import Standing
from outreach.visits.report_service import Fate
from outreach.web.access import open_to_all, roles
from outreach.web.assets import DIST
from outreach.web.headers import CSP

blueprint = Blueprint("field", __name__, url_prefix="/field")
phones = Blueprint("phones", __name__, url_prefix="/field/api")

GOES_OUT = (RoleName.coach, RoleName.coordinator)
KEEP_HOURS = 48
MOST_BYTES = 4 * 1024 * 1024
DEVICE, PHONE_TIME = "X-Device", "X-Phone-Time"

# The scanner of cards is WebAssembly where the phone has no detector of its own; nothing else is loosened.
_FIELD_CSP = CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")

STATUS = {Fate.new: 201, Fate.same: 200, Fate.parked: 202, Fate.other: 409, Fate.invalid: 422}


def init_app(app: Flask) -> None:
    """Open the addresses; a lost phone that empties itself is not signed in and has no token, only its secret."""
    app.extensions["csrf"].exempt(phones)
    app.register_blueprint(blueprint)
    app.register_blueprint(phones)


@blueprint.get("/")
@open_to_all
def shell() -> ResponseReturnValue:
    """The app without anybody's data; the phone keeps it."""
    response = current_app.make_response(_shell())
    response.headers["Content-Security-Policy"] = _FIELD_CSP
    return response


def _shell() -> str:
    return _fragment("visits/field.html", language=str(get_locale() or "nl"))


@cache
def _manifest() -> dict[str, str]:
    path = DIST / "manifest.json"
    names: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return names


ASSETS = ("field.css", "field.js", "icon.svg", "icon-192.png", "icon-512.png")
LATER = ("scan.js", "zxing_reader.wasm")
"""Kept by the phone once the camera was opened."""


def _version(shell_: str) -> str:
    names = _manifest()
    parts = [names.get(name, "") for name in (*ASSETS, *LATER, "field-worker.js")]
    return hashlib.sha256("\n".join([*parts, shell_]).encode()).hexdigest()[:12]


@blueprint.get("/sw.js")
@open_to_all
def worker() -> ResponseReturnValue:
    """The service worker, with the files of this version."""
    names = _manifest()
    text = (DIST / names["field-worker.js"]).read_text() if "field-worker.js" in names else ""
    about = {
        "version": _version(_shell()),
        "assets": [f"/static/{names[name]}" for name in ASSETS if name in names],
        "later": [f"/static/{names[name]}" for name in LATER if name in names],
    }
    return Response(f"self.OUTREACH={json.dumps(about)};\n{text}", mimetype="text/javascript")


@blueprint.get("/manifest.webmanifest")
@open_to_all
def manifest() -> ResponseReturnValue:
    """What a phone needs to put the app on its home screen."""
    names = _manifest()
    icons = [
        {"src": f"/static/{names[f'icon-{side}.png']}", "sizes": f"{side}x{side}", "type": "image/png"}
        for side in (192, 512)
        if f"icon-{side}.png" in names
    ]
    about = {
        "id": "/field/",
        "name": "Outreach",
        "short_name": "Outreach",
        "lang": str(get_locale() or "nl"),
        "start_url": "/field/",
        "scope": "/field/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#5b2a86",
        "icons": icons,
    }
    return Response(json.dumps(about), mimetype="application/manifest+json")


@blueprint.get("/api/hello")
@open_to_all
def hello() -> ResponseReturnValue:
    """Who answers here, what time it is, who is signed in, how this phone stands: asked before anything is sent."""
    signed_in = current_user.is_authenticated
    user_id = current_user.id if signed_in else None
    return jsonify(
        app="outreach",
        now=clock.now().isoformat(),
        signed_in=signed_in,
        coach=str(user_id) if signed_in else None,
        token=generate_csrf() if signed_in else None,
        device=device_service.standing(request.headers.get(DEVICE, ""), user_id).value,
    )


@blueprint.post("/api/devices")
@roles(*GOES_OUT)
def register() -> ResponseReturnValue:
    """Know this phone from now on."""
    secret = device_service.register(current_user.id, request.user_agent.string)
    return jsonify(secret=secret), 201


@phones.post("/devices/emptied")
@open_to_all
def emptied() -> ResponseReturnValue:
    """A phone that was reported lost says that it is empty; its secret is the key."""
    device_service.emptied(request.headers.get(DEVICE, ""))
    return "", 204


@blueprint.get("/api/bundle")
@roles(*GOES_OUT)
def bundle() -> ResponseReturnValue:
    """Today's visits, and the forms to report them by."""
    secret = request.headers.get(DEVICE, "")
    standing = device_service.standing(secret, current_user.id)
    if standing is not Standing.ok:
        return jsonify(device=standing.value), 403 if standing is Standing.revoked else 409
    device_service.seen(secret)
    return _pressed(_bundle())


def _bundle() -> dict[str, Any]:
    scope = current()
    language = str(get_locale() or "nl")
    found = bundle_queries.todays_round(scope)
    checklists, outcomes = forms_html.forms_for_phone(language)
    named = plans.checklists_of(visit.attempt_id for visit in found)
    colleague = safety_queries.colleague_of(current_user.id)
    return {
        "format": 1,
        "made_at": clock.now().isoformat(),
        "keep_hours": KEEP_HOURS,
        "coach": {"id": str(current_user.id), "name": current_user.given_name},
        "day": clock.today().isoformat(),
        "colleague": {"name": colleague.name, "phone": colleague.phone} if colleague else None,
        "visits": [
            {
                "visit": str(visit.attempt_id),
                "case": str(visit.case.id),
                "at": visit.at.isoformat(),
                "minutes": visit.minutes,
                "name": visit.case.name,
                "checklist": checklist_files.newest_or_usual(named.get(visit.attempt_id)).key,
                "card": _fragment("visits/_round_card.html", visit=visit),
                "warnings": _fragment("visits/_door_warnings.html", visit=visit) if visit.warnings else "",
                "html": _fragment(
                    "visits/_door_facts.html",
                    visit=visit,
                    language_name=""
                    if visit.case.person_language == "nl"
                    else language_name(visit.case.person_language, language),
                ),
            }
            for visit in found
        ],
        "checklists": checklists,
        "outcomes": outcomes,
    }


def _fragment(name: str, **values: Any) -> str:
    """A piece of a page for the phone. It has no menu, so what every page's frame asks of the database is not asked."""
    return current_app.jinja_env.get_template(name).render(**values)


def _pressed(value: dict[str, Any]) -> Response:
    """JSON, compressed: a phone with a bad line asks for it in a stairwell."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(body, mimetype="application/json")
    accepted = request.accept_encodings
    if accepted["br"]:
        response.set_data(brotli.compress(body, mode=brotli.MODE_TEXT, quality=5))
        response.content_encoding = "br"
    elif accepted["gzip"]:
        response.set_data(gzip.compress(body, 6))
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response


@blueprint.put("/api/reports/<uuid:report_id>")
@roles(*GOES_OUT)
def report(report_id: UUID) -> ResponseReturnValue:
    """Take a report in: 201 new, 200 the same again, 202 parked, 409 another under this id, 422 what is wrong."""
    secret = request.headers.get(DEVICE, "")
    if secret and device_service.standing(secret, current_user.id) is Standing.revoked:
        return jsonify(device=Standing.revoked.value), 403
    request.max_content_length = MOST_BYTES
    taken = report_service.take_in(report_id, request.get_json(silent=True), current(), phone_now=phone_now())
    answer: dict[str, Any] = {"state": taken.fate.value}
    if taken.errors:
        answer["errors"] = {name: str(sentence) for name, sentence in taken.errors.items()}
    return jsonify(answer), STATUS[taken.fate]


def phone_now() -> datetime | None:
    """The phone's clock at the moment of sending, if it says so."""
    try:
        return clock.parse(request.headers.get(PHONE_TIME, ""))
    except ValueError:
        return None
