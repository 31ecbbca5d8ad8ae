"""Figures over tables in a real browser: what is drawn is what the table says, and without script the table is all."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import render_template_string
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Locator, Page

from tests.browser import LAPTOP, PHONE, Live, opened
from tests.factories import World

pytestmark = pytest.mark.browser

PAGE = """
{% extends 'web/base.html' %}
{% import 'web/_macros.html' as ui %}
{% from 'insight/_figure.html' import figure, charts_script with context %}
{% macro row(cells, headings) %}
<tr class="utrecht-table__row" role="row">
{% set named = cells[0] if cells[0] is mapping else {'words': cells[0]} %}
<th class="utrecht-table__cell" role="rowheader" scope="row"{{ ui.attributes(named.data) }}>{{ named.words }}</th>
{% for cell in cells[1:] %}
<td class="utrecht-table__cell numeric" role="cell"{{ ui.attributes(cell.data) }}>
<span class="cell-label" aria-hidden="true">{{ headings[loop.index][0] }}</span><span>{{ cell.words }}</span></td>
{% endfor %}
</tr>
{% endmacro %}
{% block title %}Figures{% endblock %}
{% block head %}{{ charts_script() }}{% endblock %}
{% block main %}
<h1>Figures</h1>
{% for one in figures %}
<section class="section">
<h2>{{ one.id }}</h2>
{{ figure(one.chart, one.id, one.label, one.columns) }}
<table class="utrecht-table rows" role="table" id="{{ one.id }}">
<caption class="visually-hidden">{{ one.id }}</caption>
<thead class="utrecht-table__header" role="rowgroup"><tr class="utrecht-table__row" role="row">
{% for words, key, kind in one.headings %}
<th class="utrecht-table__header-cell" role="columnheader" scope="col"
 data-key="{{ key }}" data-kind="{{ kind }}">{{ words }}</th>
{% endfor %}
</tr></thead>
<tbody class="utrecht-table__body" role="rowgroup">
{% for cells in one.rows %}{{ row(cells, one.headings) }}{% endfor %}
</tbody>
{% if one.total %}
<tfoot class="utrecht-table__footer" role="rowgroup">{{ row(one.total, one.headings) }}</tfoot>
{% endif %}
</table>
</section>
{% endfor %}
{% endblock %}
"""

STEPS = ("Brief met uitleg en contactgegevens", "Brief die het huisbezoek aankondigt", "Huisbezoek")


def count(value: int | None) -> dict[str, Any]:
    """A cell with a count; None is what cannot be told."""
    return {
        "words": "–" if value is None else value,
        "data": {"data-value": "" if value is None else str(value)},
    }


def rate(part: int, whole: int, low: float, high: float) -> dict[str, Any]:
    """A cell with a rate and its interval."""
    words = f"{part} van {whole} ({round(100 * part / whole)} %)"
    data = {"data-value": str(part / whole), "data-low": str(low), "data-high": str(high)}
    return {"words": words, "data": data}


def one(
    chart: str, rows: list[list[Any]], *headings: tuple[str, str, str], columns: str = "", total: Any = None
) -> dict[str, Any]:
    """A figure and its table, which is called as its kind of figure."""
    return {
        "id": chart,
        "chart": chart,
        "label": f"Reacties, als {chart}",
        "columns": columns,
        "headings": [("Stap", "step", "text"), *headings],
        "rows": rows,
        "total": total,
    }


BARS = one(
    "bars",
    [
        [STEPS[0], count(245), rate(96, 245, 0.333, 0.454)],
        [STEPS[1], count(120), rate(15, 120, 0.077, 0.195)],
        [STEPS[2], count(40), rate(31, 40, 0.625, 0.877)],
    ],
    ("Uitgevoerd", "sent", "count"),
    ("Gereageerd", "responded", "rate"),
    total=["Samen", count(405), rate(142, 405, 0.305, 0.399)],
)
STACKED = one(
    "stacked",
    [
        ["Vlaardingen", count(25), count(17), count(2)],
        ["Schiedam", count(22), count(22), count(9)],
        ["Maassluis", count(6), count(4), count(None)],
    ],
    ("Opleiding", "school", "count"),
    ("Werk", "work", "count"),
    ("Onbereikbaar", "unreachable", "count"),
)
LINE = one(
    "line",
    [[f"week {n}", count(n * n), count(40 - n if n < 9 else None)] for n in range(1, 13)],
    ("Reacties", "responses", "count"),
    ("Bezoeken", "visits", "count"),
)
HEAT = one(
    "heat",
    [["maandag", count(0), count(3), count(10)], ["dinsdag", count(1), count(None), count(6)]],
    ("ochtend", "morning", "count"),
    ("middag", "afternoon", "count"),
    ("avond", "evening", "count"),
)
ALL = [BARS, STACKED, LINE, HEAT]


@pytest.fixture
def shown(browser: Browser, live: Live, world: World) -> Iterator[Callable[..., Page]]:
    """Opens a page with figures as the coordinator sees it: the site's own styles, headers and script."""
    still_open: list[Any] = []
    on_page: list[dict[str, Any]] = []

    def figures() -> str:
        return render_template_string(PAGE, figures=on_page)

    live.app.add_url_rule("/figures", "figures", figures)

    def open_page(*wanted: dict[str, Any], **how: Any) -> Page:
        on_page[:] = wanted or ALL
        window = opened(browser, live, world.sign_in(world.coordinator), **how)
        page = window.__enter__().new_page()
        still_open.append(window)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto("/figures", wait_until="networkidle")
        assert wrong == []
        return page

    yield open_page
    for window in reversed(still_open):
        window.__exit__(None, None, None)


# What a canvas holds: for each bar of a colour its length in pixels, from above.
LENGTHS = """(canvas, colour) => {
  const probe = document.body.appendChild(document.createElement('span'));
  probe.style.color = colour;
  const [r, g, b] = getComputedStyle(probe).color.match(/[0-9]+/g).map(Number);
  probe.remove();
  const {data, width, height} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const bars = [];
  let inside = false;
  for (let y = 0; y < height; y++) {
    let [first, last] = [-1, -1];
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      if (data[at + 3] !== 255 || data[at] !== r || data[at + 1] !== g || data[at + 2] !== b) continue;
      if (first < 0) first = x;
      last = x;
    }
    if (first >= 0 && inside) bars[bars.length - 1] = Math.max(bars[bars.length - 1], last - first + 1);
    else if (first >= 0) bars.push(last - first + 1);
    inside = first >= 0;
  }
  return bars;
}"""


def canvas_of(page: Page, kind: str) -> Locator:
    return page.locator(f"figure[data-chart={kind}] .chart__sheet canvas")


def lengths(page: Page, kind: str = "bars", colour: str = "var(--accent-ink)") -> list[float]:
    """The bars of the first series against the longest, from above."""
    found: list[int] = canvas_of(page, kind).evaluate(LENGTHS, colour)
    return [length / max(found) for length in found]


def picture(page: Page, kind: str) -> str:
    return str(canvas_of(page, kind).evaluate("canvas => canvas.toDataURL()"))


def becomes(page: Page, wanted: str, *, like: bool) -> None:
    """Waits until the bars look like a picture, or no longer do."""
    page.wait_for_function(
        """([wanted, like]) =>
          (document.querySelector('.chart__sheet canvas').toDataURL() === wanted) === like""",
        arg=[wanted, like],
    )


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_bars_are_as_long_as_the_table_says_in_the_colours_of_the_page(
    shown: Callable[..., Page], size: tuple[int, int], dark: bool
) -> None:
    page = shown(BARS, STACKED, size=size, dark=dark)
    rates = [96 / 245, 15 / 120, 31 / 40]
    assert lengths(page) == pytest.approx([rate / max(rates) for rate in rates], abs=0.02)
    assert lengths(page, "stacked") == pytest.approx([1, 22 / 25, 6 / 25], abs=0.02)


def test_what_the_table_says_later_is_drawn_then(shown: Callable[..., Page]) -> None:
    page = shown(BARS)
    page.evaluate("""() => {
      document.querySelector('#bars tbody tr td:last-child').dataset.value = '0.775';
      document.dispatchEvent(new CustomEvent('htmx:after:settle'));
    }""")
    assert lengths(page) == pytest.approx([1, 0.161, 1], abs=0.02)


def test_a_number_that_names_its_row_is_no_figure(shown: Callable[..., Page]) -> None:
    rows = [[count(day), count(10 * day) if day else {"words": "–", "data": {}}] for day in range(3)]
    page = shown(one("bars", rows, ("Gereageerd", "responded", "count")))
    assert lengths(page) == pytest.approx([0.5, 1], abs=0.02)
    assert not page.locator("figure .chart__legend li").count(), "one series needs no legend"


def test_counts_are_drawn_where_they_are_asked_for(shown: Callable[..., Page]) -> None:
    page = shown({**BARS, "columns": "sent"})
    assert lengths(page) == pytest.approx([1, 120 / 245, 40 / 245], abs=0.02)


# Where a sign in the legend has ink: what somebody sees who sees no colours.
INKED = """signs => signs.map(sign => {
  const {data} = sign.getContext('2d').getImageData(0, 0, 56, 32);
  const inked = [];
  for (let at = 0; at < data.length; at += 4)
    inked.push(data[at + 3] > 99 && data[at] + data[at + 1] + data[at + 2] < 600 ? 1 : 0);
  return inked.join('');
})"""


def test_series_are_told_apart_without_colour(shown: Callable[..., Page]) -> None:
    page = shown(LINE, STACKED, size=LAPTOP)
    for kind, names in (
        ("line", ["Reacties", "Bezoeken"]),
        ("stacked", ["Opleiding", "Werk", "Onbereikbaar"]),
    ):
        legend = page.locator(f"figure[data-chart={kind}] .chart__legend li")
        assert legend.all_inner_texts() == names
        signs = legend.locator("canvas").evaluate_all(INKED)
        assert len(set(signs)) == len(names) and all("1" in sign for sign in signs)


def test_the_dark_comes_while_one_looks(shown: Callable[..., Page]) -> None:
    page = shown(BARS)
    by_day = picture(page, "bars")
    page.emulate_media(color_scheme="dark")
    becomes(page, by_day, like=False)
    assert lengths(page)[2] == 1
    page.emulate_media(color_scheme="light")
    becomes(page, by_day, like=True)


def test_the_widest_interval_and_its_figure_fit(shown: Callable[..., Page]) -> None:
    """The bar ends at half of its interval: so at less than half of the room."""
    rows = [["a", rate(2, 10, 0.057, 0.51)], ["b", rate(30, 100, 0.219, 0.396)]]
    page = shown(one("bars", rows, ("Gereageerd", "responded", "rate")), size=LAPTOP)
    longest = max(canvas_of(page, "bars").evaluate(LENGTHS, "var(--accent-ink)"))
    room = canvas_of(page, "bars").evaluate("canvas => canvas.width")
    assert longest / 0.3 * 0.51 < room - 64


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves(shown: Callable[..., Page], motion: Any) -> None:
    page = shown(BARS, LINE)
    page.emulate_media(reduced_motion=motion)
    page.reload(wait_until="domcontentloaded")
    page.locator("figure[data-chart=line]:not([hidden])").wait_for()
    at_once = [picture(page, "bars"), picture(page, "line")]
    page.wait_for_timeout(600)
    assert [picture(page, "bars"), picture(page, "line")] == at_once
    assert page.evaluate("document.getAnimations().length") == 0


def test_without_script_the_tables_are_all_there_is(shown: Callable[..., Page]) -> None:
    page = shown(script=False)
    assert page.locator("figure").count() == 4 and not page.locator("figure:visible").count()
    assert page.locator("table:visible").count() == 4
    assert "96 van 245 (39 %)" in page.locator("#bars").inner_text()
    assert not page.locator("[class*=heat-]").count()


def test_cells_are_shaded_in_five_steps_up_to_the_highest(shown: Callable[..., Page]) -> None:
    page = shown(HEAT, size=LAPTOP)
    shades = page.locator("#heat td").evaluate_all(
        "cells => cells.map(cell => (cell.className.match(/heat-[0-9]/) ?? [''])[0])"
    )
    assert shades == ["", "heat-2", "heat-5", "heat-1", "", "heat-3"]
    legend = page.locator("figure[data-chart=heat] li").all_inner_texts()
    assert legend == ["1 – 2", "3 – 4", "5 – 6", "7 – 8", "9 – 10"]


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_figures_are_for_everybody(shown: Callable[..., Page], size: tuple[int, int], dark: bool) -> None:
    page = shown(size=size, dark=dark)
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    image = page.get_by_role("img", name="Figuur: Reacties, als bars. Hetzelfde staat in de tabel hieronder.")
    assert image.get_attribute("aria-details") == "bars" and page.locator("table#bars").count() == 1
    # Nothing in a figure takes the focus, so nothing holds it.
    assert not page.locator("figure").locator("a, button, input, [tabindex]").count()


def test_a_figure_fits_when_its_page_becomes_narrow(shown: Callable[..., Page]) -> None:
    page = shown(BARS, LINE, size=LAPTOP)
    before = canvas_of(page, "bars").bounding_box()
    page.set_viewport_size({"width": 360, "height": 780})
    page.wait_for_function(
        "() => document.querySelector('figure canvas').getBoundingClientRect().width < 320"
    )
    after = canvas_of(page, "bars").bounding_box()
    assert before and after and after["height"] > before["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert lengths(page)[2] == 1


def test_a_figure_of_nothing_is_not_shown_and_a_long_one_says_that_it_is_cut(
    shown: Callable[..., Page],
) -> None:
    nothing = one("bars", [["a", count(0)], ["b", count(None)]], ("Uitgevoerd", "sent", "count"))
    long = one("stacked", [[f"rij {n}", count(n)] for n in range(1, 41)], ("Uitgevoerd", "sent", "count"))
    page = shown(nothing, long, STACKED | {"id": "short"})
    figures = page.locator("figure")
    assert figures.nth(0).is_hidden() and figures.nth(1).is_visible()
    cut = "De figuur laat de eerste rijen zien; in de tabel staan ze allemaal."
    assert cut in figures.nth(1).inner_text() and cut not in figures.nth(2).inner_text()
    height = figures.nth(1).locator("canvas").bounding_box()
    assert height and height["height"] < 2500


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (LAPTOP, True)], ids=["phone", "dark laptop"])
def test_on_paper_the_figure_is_as_wide_as_the_sheet_and_dark_on_white(
    shown: Callable[..., Page], size: tuple[int, int], dark: bool
) -> None:
    page = shown(BARS, size=size, dark=dark)
    on_screen = picture(page, "bars")
    pdf = pypdfium2.PdfDocument(BytesIO(page.pdf(format="A4", margin={"left": "1cm", "right": "1cm"})))
    assert len(pdf) == 1
    text = pdf[0].get_textpage().get_text_bounded()
    assert "96 van 245 (39 %)" in text
    picture_of_page = pdf[0].render(scale=2).to_pil().convert("L")
    assert picture_of_page.getpixel((5, 5)) == 255
    assert longest_run(picture_of_page) > 0.4 * picture_of_page.width, "the longest bar, 78 % of its axis"
    page.wait_for_function("() => !document.querySelector('.chart--paper')")
    becomes(page, on_screen, like=True)


def longest_run(grey: Image.Image) -> int:
    """The longest row of dark pixels that is thick enough for a bar."""
    bars = grey.point(lambda value: 0 if value < 130 else 255).filter(ImageFilter.MaxFilter(5))
    rows = [bars.crop((0, y, bars.width, y + 1)).tobytes() for y in range(bars.height)]
    return max(len(run) for row in rows for run in row.split(b"\xff"))
