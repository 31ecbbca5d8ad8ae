"""The outcome lists that ship: what each label means."""

from outreach.cases.outcomes import OUTCOME_LISTS, OutcomeKind


def test_every_label_has_a_meaning_and_every_list_knows_a_good_end() -> None:
    for outcome_list in OUTCOME_LISTS.values():
        assert set(outcome_list.labels) == set(outcome_list.kinds)
        assert all(isinstance(outcome_list.kind(label), OutcomeKind) for label in outcome_list.labels)
        assert any(kind.positive for kind in outcome_list.kinds.values())
        assert outcome_list.uncounted <= set(outcome_list.labels)


def test_school_work_and_another_route_are_positive() -> None:
    assert {kind for kind in OutcomeKind if kind.positive} == {"school", "work", "trajectory"}


def test_a_label_that_a_list_does_not_have_any_more_says_nothing() -> None:
    assert OUTCOME_LISTS["rmd-vsv"].kind("Onbekend") is OutcomeKind.other


def test_whoever_moved_died_or_became_too_old_is_gone() -> None:
    gone = {
        label
        for outcome_list in OUTCOME_LISTS.values()
        for label, kind in outcome_list.kinds.items()
        if kind is OutcomeKind.gone
    }
    assert gone == {
        "Verhuisd buiten de regio of valt buiten onze doelgroep (>23 jaar)",
        "Verhuisd buiten regio",
        "23 jr / verhuisd / overleden",
        "Verhuizing buiten regio",
        "Geen doelgroep meer",
    }
