"""Names as they are kept and typed for the search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.cases.names import MOST_TYPED, fold, name_words, typed_words


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Özdemir", "ozdemir"),
        ("WIŚNIEWSKI", "wisniewski"),
        ("Łukasz", "lukasz"),
        ("IŞIK", "isik"),
        ("Yıldız", "yildiz"),
        ("İnci", "inci"),
        ("Strauß", "strauss"),
        ("Sørensen", "sorensen"),
        ("Nguyễn", "nguyen"),
        ("Z\u0327oe\u0301", "zoe"),
        ("محمد", "محمد"),
    ],
)
def test_a_name_is_folded_to_what_everybody_can_type(name: str, plain: str) -> None:
    assert fold(name) == plain


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("Noor", "van der", "Berg"), {"noor", "van", "der", "berg"}),
        (("Anne-Fleur", "", "d'Angelo-Smit"), {"anne", "fleur", "dangelo", "angelo", "smit"}),
        (("", "in ’t", "Veld"), {"in", "t", "veld"}),
        (("J.P.", "", "50%"), {"j", "p", "50%"}),
        (("", "", "-"), set()),
    ],
)
def test_a_person_is_found_by_each_word_of_her_name(names: tuple[str, ...], words: set[str]) -> None:
    assert name_words(*names) == words


@given(st.text(max_size=60))
def test_who_types_a_name_as_it_is_kept_finds_it(name: str) -> None:
    kept = name_words(name)
    assert all(word in kept for word in typed_words(name))


def test_only_the_first_words_of_a_search_count_and_the_longest_leads() -> None:
    assert typed_words("de heer Jan van der Zwaluwenburg en nog meer")[0] == "zwaluwenburg"
    assert len(typed_words("a " * 100)) == MOST_TYPED
