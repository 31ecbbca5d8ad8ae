"""Plan files: what ships is whole, and what cannot be used says which file, step and field."""

from pathlib import Path

import pytest

from outreach.campaigns.plan import CONDITION_MEANING, Condition, ContactPlan
from outreach.campaigns.plan_files import PLANS, PlanInvalid, load_plan, parse_plan, shipped_plans

FILE = "drie-weken.yaml"
GOOD = (PLANS / FILE).read_text(encoding="utf-8")
TEMPLATES = {name: {"first_name"} for name in ("w1-whatsapp-1", "w1-whatsapp-2", "w1-brief", "w2-brief")}


def changed(before: str, after: str) -> str:
    assert before in GOOD
    return GOOD.replace(before, after, 1)


def refusal(source: bytes | str, **given: object) -> str:
    with pytest.raises(PlanInvalid) as caught:
        parse_plan(source, FILE, **given)  # type: ignore[arg-type]
    assert FILE in caught.value.message
    return caught.value.message


def test_the_three_week_plan_has_its_steps_in_its_weeks() -> None:
    plan = shipped_plans()["drie-weken"]
    assert [(week, {step.name for step in steps}) for week, steps in plan.weeks()] == [
        (1, {"w1-whatsapp-1", "w1-bel-1", "w1-whatsapp-2", "w1-bel-2", "w1-brief"}),
        (2, {"w2-brief"}),
        (3, {"w3-huisbezoek", "w3-kaart"}),
    ]
    assert plan.template_names() == set(TEMPLATES)
    assert plan.step("w2-brief").variants == ("boven", "onder")
    assert abs(plan.step("w1-bel-1").at.hour - plan.step("w1-bel-2").at.hour) >= 3, (
        "not at the same hour again"
    )


def test_a_plan_survives_being_stored() -> None:
    plan = shipped_plans()["drie-weken"]
    assert ContactPlan.model_validate(plan.model_dump(mode="json")) == plan


def test_every_condition_is_explained_in_words() -> None:
    assert set(CONDITION_MEANING) == set(Condition)


def test_titles_are_in_both_languages() -> None:
    title = shipped_plans()["drie-weken"].title
    assert (title.in_language("nl"), title.in_language("en_GB")) == ("Driewekenplan", "Three-week plan")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "owner: coach",
            "owner: coach\n    colour: red",
            "step w1-bel-1, field colour: this field is not known",
        ),
        ("    channel: call\n", "", "step w1-bel-1, field channel: this field is missing"),
        (
            "channel: call",
            "channel: fax",
            "step w1-bel-1, field channel: 'fax' is not known; use one of whatsapp, sms",
        ),
        ("channel: call", "channel:", "step w1-bel-1, field channel: '' is not known"),
        ("day: 0", "day: -1", "step w1-whatsapp-1, field day: -1 is too low; the lowest is 0"),
        ("day: 0", "day: soon", "step w1-whatsapp-1, field day: 'soon' is not a whole number"),
        ("day: 0", "day: 9999", "step w1-whatsapp-1, field day: 9999 is too high"),
        ("latest: 1", "latest: -1", "step w1-whatsapp-1, field latest: -1 is too low"),
        (
            "lead: 5",
            "lead: 11",
            "step w3-huisbezoek, field lead: the step would be laid ready before the first day",
        ),
        ("latest: 1", "lead: 0\n    latest: x", "field latest: 'x' is not a whole number"),
        ("fallback: sms", "fallback: whatsapp", "field fallback: the fallback is the channel itself"),
        ("fallback: sms", "lead: 0\n    fallback: fax", "field fallback: 'fax' is not known"),
        ("template: w1-brief\n", "\n", "step w1-brief, field template: a step by letter needs a template"),
        (
            "channel: call",
            "channel: call\n    template: x",
            "step w1-bel-1, field template: a step by call has no text",
        ),
        ("name: w1-brief", "name: w1-bel-1", "step w1-bel-1, field name: two steps have this name"),
        ("name: w1-brief", "name: Week 1", "field name: 'Week 1' is not a name"),
        ("after: w3-huisbezoek", "after: w9", "step w3-kaart, field after: there is no step 'w9'"),
        (
            "after: w3-huisbezoek",
            "after: w3-kaart",
            "step w3-kaart, field after: the steps wait for each other",
        ),
        (
            "after: w3-huisbezoek",
            "after: w2-brief",
            "step w3-kaart, field after: the condition nobody_home needs",
        ),
        (
            "    after: w3-huisbezoek\n",
            "",
            "step w3-kaart, field after: the condition nobody_home needs the visit",
        ),
        (
            "latest: 1",
            "latest: 1\n    after: w2-brief",
            "field after: 'w2-brief' must stand earlier in the plan",
        ),
        ("latest: 1", "latest: 1\n    lead: 0\n    at: 25:00", "field at: '25:00' is not a time of day"),
        ('at: "11:00"', "at: 600", "step w1-bel-1, field at: '600' is not a time of day such as 10:00"),
        ("[phone_known,", "[in_the_mood,", "step w1-bel-1, field conditions: 'in_the_mood' is not known"),
        (
            "[phone_known,",
            "[phone_known, phone_unknown,",
            "field conditions: these conditions contradict each other",
        ),
        ("owner: system", "owner: coach", "step w1-whatsapp-1, field owner: the system sends messages"),
        ("day: 2", "day: 2\n    lead: 1", "step w1-whatsapp-2, field lead: a message is not laid ready"),
        (
            "channel: call",
            "channel: call\n    checklist: intake",
            "step w1-bel-1, field checklist: only a visit has a checklist",
        ),
        ("owner: coach", "owner: coach\n    checklist: In Take", "field checklist: 'In Take' is not a name"),
        ("[boven, onder]", "[boven]", "step w2-brief, field variants: variants are two or more"),
        ("en: Home visit", "de: Hausbesuch", "step w3-huisbezoek, field title.en: this field is missing"),
        (
            "reason: unreachable",
            "reason: gone",
            "field finish.reason: 'gone' is not known; use one of unreachable",
        ),
        ("version: 1", "version: 0", "field version: 0 is too low"),
        ("steps:", "phases:", "field steps: this field is missing"),
        ("version: 1", "version: 1\nversion: 2", "the field 'version' stands here twice"),
        ("day: 0", "day: 0\n    day: 1", "the field 'day' stands here twice"),
    ],
)
def test_a_mistake_is_named_by_step_and_field(before: str, after: str, said: str) -> None:
    assert said in refusal(changed(before, after))


def test_steps_that_wait_for_each_other_are_a_loop() -> None:
    looped = changed("name: w1-bel-1\n", "name: w1-bel-1\n    after: w1-bel-2\n").replace(
        "name: w1-bel-2\n", "name: w1-bel-2\n    after: w1-bel-1\n"
    )
    message = refusal(looped)
    assert "step w1-bel-1, field after: the steps wait for each other in a circle" in message
    assert "step w1-bel-2, field after: the steps wait for each other in a circle" in message


def test_all_mistakes_are_told_at_once() -> None:
    message = refusal(changed("day: 0", "day: -1").replace("channel: visit", "channel: drone"))
    assert "step w1-whatsapp-1, field day" in message
    assert "step w3-huisbezoek, field channel" in message


def test_templates_must_exist_and_use_known_placeholders() -> None:
    assert parse_plan(GOOD, FILE, TEMPLATES, {"first_name"})
    without = {name: fields for name, fields in TEMPLATES.items() if name != "w1-brief"}
    assert "step w1-brief, field template: there is no template 'w1-brief'" in refusal(
        GOOD, templates=without
    )
    odd = TEMPLATES | {"w1-brief": {"first_name", "shoe_size"}}
    assert "the template 'w1-brief' uses the unknown placeholder 'shoe_size'" in refusal(
        GOOD, templates=odd, placeholders={"first_name"}
    )


def test_variants_may_have_a_template_each() -> None:
    each = {name: fields for name, fields in TEMPLATES.items() if name != "w2-brief"} | {
        "w2-brief-boven": set()
    }
    assert "there is no template 'w2-brief-onder'" in refusal(GOOD, templates=each)
    assert parse_plan(GOOD, FILE, each | {"w2-brief-onder": set()})


BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "A plan is a group of fields"),
        ("- name: x", "A plan is a group of fields"),
        ("just words", "A plan is a group of fields"),
        ("name: [a", "Line 1 cannot be read as YAML"),
        ("name: a\n\tversion: 1", "Line 2 cannot be read as YAML"),
        ("name: \x00", "The file cannot be read as YAML"),
        ("--- {}\n--- {}", "cannot be read as YAML"),
        ("[" * 5000, "The file cannot be read as YAML"),
        ("? [a]\n: b", "a field has a name"),
        ("!!python/object/apply:os.system ['true']", "Line 1 cannot be read as YAML"),
        (BOMB, "aliases (*name) are not allowed"),
        (b"name: \xff\xfe", "The file is not text in UTF-8"),
        (b"x" * 10_000_000, "The file is larger than 64 kB"),
    ],
)
def test_what_is_no_plan_at_all_is_refused(source: bytes | str, said: str) -> None:
    assert said in refusal(source)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanInvalid, match="The file cannot be read"):
        load_plan(tmp_path / "nergens.yaml")


def test_a_time_is_read_as_it_is_written() -> None:
    plan = parse_plan(changed('at: "11:00"', "at: 9:30"), FILE)
    assert plan.step("w1-bel-1").at.isoformat() == "09:30:00"
