"""Outreach: how municipalities reach young people who left school early.

`create_app` reads from top to bottom as the list of rooms.
"""

from typing import TYPE_CHECKING, Literal

from flask import Flask
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from outreach import db, rate_limits
from outreach.config import ROOT, Settings, load

if TYPE_CHECKING:
    from outreach.worker import Jobs

Zone = Literal["all", "public", "staff"]


def create_app(settings: Settings | None = None, zone: Zone = "all") -> Flask:
    """The web application: the public zone, the staff zone or both in one process.

    Raises Refused when the settings do not fit (see config.load).
    """
    settings = settings or load()
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.secret_key = settings.secret_key
    app.extensions["outreach_settings"] = settings
    app.extensions["outreach_jobs"] = lambda: _jobs(settings)
    https = settings.base_url.startswith("https://")
    app.config.update(
        # Only the import takes more (outreach/cases/imports/views.py).
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=https,
        REMEMBER_COOKIE_SECURE=https,
        REMEMBER_COOKIE_HTTPONLY=True,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    db.init_app(app, settings)
    rate_limits.init_app(app, settings.rate_limit_storage)
    _web(app, settings, https, zone)
    _rooms(app, zone)
    _subscriptions(app)
    return app


def _jobs(settings: Settings) -> "Jobs":
    """The queue of this installation; only who puts something into it needs it."""
    from outreach.worker import jobs

    return jobs(settings.database_url)


def _web(app: Flask, settings: Settings, https: bool, zone: Zone) -> None:
    from outreach.staff import security
    from outreach.web import access, assets, errors, headers, language, layout

    language.init_app(app)
    Htmx(app)
    CSRFProtect(app)
    security.init_app(app, settings, pages=zone != "public")
    access.init_app(app)
    layout.init_app(app)
    errors.init_app(app)
    headers.init_app(app, https=https)
    assets.init_app(app, https=https)


def _rooms(app: Flask, zone: Zone) -> None:
    """The public zone holds the response forms and what providers call; everything else is for staff."""
    from outreach.messages import notifynl_views as notifynl
    from outreach.messages import twilio_views as twilio
    from outreach.messages import unsubscribe_views as unsubscribe
    from outreach.responses import views as responses
    from outreach.web import views as web

    settings: Settings = app.extensions["outreach_settings"]
    app.register_blueprint(web.blueprint)
    if zone != "staff":
        responses.init_app(app, settings)
        notifynl.init_app(app)
        twilio.init_app(app)
        unsubscribe.init_app(app)
    if zone != "public":
        _staff_rooms(app, settings)


def _staff_rooms(app: Flask, settings: Settings) -> None:
    from outreach import importing
    from outreach.attempts import call_back_views as call_backs
    from outreach.attempts import panels as attempts_panels
    from outreach.attempts import round_queries as rounds
    from outreach.attempts import views as attempts
    from outreach.campaigns import adding_views as adding
    from outreach.campaigns import case_views as enrolments
    from outreach.campaigns import views as campaigns
    from outreach.cases import list_views as case_lists
    from outreach.cases import notice_views as notices
    from outreach.cases import outcome_list_views as outcome_lists
    from outreach.cases import person_views as persons
    from outreach.cases import taking_back_views as taking_back
    from outreach.cases import views as cases
    from outreach.cases.imports import views as imports
    from outreach.demo import views as demo
    from outreach.insight import council_views as council
    from outreach.insight import effect_views as effect
    from outreach.insight import export_views as exports
    from outreach.insight import outcome_views as outcomes
    from outreach.insight import views as insight
    from outreach.letters import card_views as cards
    from outreach.letters import panels as letters_panels
    from outreach.letters import text_views as letters
    from outreach.messages import hand_panels, hand_views, inbox_panels, inbox_views, unclaimed_views
    from outreach.messages import mailout_views as mailout
    from outreach.messages import text_views as message_texts
    from outreach.messages import views as messages
    from outreach.staff import account_views as accounts
    from outreach.staff import own_views as own
    from outreach.staff import push_views as devices
    from outreach.staff import region_views as regions
    from outreach.visits import device_views as phones
    from outreach.visits import door_panels
    from outreach.visits import door_queries as doors
    from outreach.visits import field_views as field
    from outreach.visits import parked_views as parked
    from outreach.visits import planning_views as planning
    from outreach.visits import safety_views as safety
    from outreach.visits import visit_views as visits
    from outreach.visits import warning_views as warnings
    from outreach.web import layout, panels

    app.register_blueprint(cases.blueprint)
    app.register_blueprint(case_lists.blueprint)
    app.register_blueprint(notices.blueprint)
    app.register_blueprint(persons.blueprint)
    app.register_blueprint(taking_back.blueprint)
    app.register_blueprint(imports.blueprint)
    imports.show_ways_on(app, importing.ways_on)
    app.register_blueprint(attempts.blueprint)
    rounds.register(app, doors)
    app.register_blueprint(call_backs.blueprint)
    app.register_blueprint(letters.blueprint)
    app.register_blueprint(cards.blueprint)
    panels.register(app, attempts_panels.panels)
    panels.register(app, letters_panels.panels)
    app.register_blueprint(campaigns.blueprint)
    app.register_blueprint(mailout.blueprint)
    app.register_blueprint(adding.blueprint)
    app.register_blueprint(enrolments.blueprint)
    panels.register(app, enrolments.panels)
    app.register_blueprint(unclaimed_views.blueprint)
    app.register_blueprint(inbox_views.blueprint)
    layout.count_in_menu(app, "inbox.conversations", inbox_views.waiting)
    panels.register(app, inbox_panels.panels)
    app.register_blueprint(hand_views.blueprint)
    panels.register(app, hand_panels.panels)
    panels.register_for_day(app, hand_panels.day_panels)
    app.register_blueprint(planning.blueprint)
    app.register_blueprint(phones.blueprint)
    app.register_blueprint(parked.blueprint)
    layout.count_in_menu(app, "parked.overview", parked.waiting)
    app.register_blueprint(visits.blueprint)
    panels.register(app, visits.panels)
    app.register_blueprint(warnings.blueprint)
    panels.register(app, warnings.panels)
    app.register_blueprint(safety.blueprint)
    field.init_app(app)
    panels.register_for_day(app, safety.day_panels)
    panels.register_for_day(app, door_panels.day_panels)
    layout.alarm_by(app, safety.alarms)
    app.register_blueprint(message_texts.blueprint)
    insight.init_app(app)
    app.register_blueprint(effect.blueprint)
    app.register_blueprint(outcomes.blueprint)
    app.register_blueprint(council.blueprint)
    app.register_blueprint(exports.blueprint)
    app.register_blueprint(own.blueprint)
    app.register_blueprint(devices.blueprint)
    app.register_blueprint(accounts.blueprint)
    app.register_blueprint(regions.blueprint)
    app.register_blueprint(outcome_lists.blueprint)
    if settings.sandbox:
        app.register_blueprint(messages.blueprint)
    if not settings.production:
        app.register_blueprint(demo.blueprint(settings))


def _subscriptions(app: Flask) -> None:
    """Which room hears of which kinds of events, in this order, inside the recording transaction."""
    from outreach.attempts import taking_back_service as tasks
    from outreach.attempts.service import attribute_response
    from outreach.campaigns import taking_back_service as plans
    from outreach.campaigns.enrolments import look_again, stop_on_response
    from outreach.cases import push_service
    from outreach.cases.events import CHANGES_WHAT_IS_DUE, ENDS_APPROACH_KINDS, RESPONSE_KINDS, EventKind
    from outreach.cases.optouts import ANSWERS_ABOUT_CONTACT, keep_up
    from outreach.cases.timeline import Subscriptions, subscribe
    from outreach.messages import hand_service
    from outreach.messages import taking_back_service as by_hand
    from outreach.visits import taking_back_service as rounds
    from outreach.visits.planning_service import call_off

    subscriptions: Subscriptions = {}
    app.extensions["outreach_subscriptions"] = subscriptions
    subscribe(subscriptions, hand_service.ANSWERS_BY_CODE, hand_service.answered)
    subscribe(subscriptions, RESPONSE_KINDS, attribute_response)
    subscribe(subscriptions, ENDS_APPROACH_KINDS, stop_on_response)
    subscribe(subscriptions, ENDS_APPROACH_KINDS, call_off)
    for undo in (
        tasks.put_back,
        plans.go_on,
        rounds.back_on_the_round,
        rounds.reports_taken_back,
        by_hand.not_sent_after_all,
    ):
        subscribe(subscriptions, (EventKind.taken_back,), undo)
    subscribe(subscriptions, CHANGES_WHAT_IS_DUE, look_again)
    subscribe(subscriptions, ANSWERS_ABOUT_CONTACT, keep_up)
    subscribe(subscriptions, push_service.HEARD, push_service.tell_the_coach)
