"""The report in a real browser: Debian's Chromium, without a window and without a network.

Skipped where there is no Chromium; under CI its absence is a failure.
"""

import base64
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import rfmeans
from helpers.chromium import chromium
from rfmeans.report.page import render
from rfmeans.report.playbook import built_in
from rfmeans.segments.lexicon import read_lexicon
from rfmeans.synthetic import make_customers, make_orders

pytestmark = pytest.mark.slow

OWN_SCHEMES = ("file:", "data:", "blob:", "about:")
PHONE, DESK = (390, 844), (1280, 900)
HOSTILE = {
    "markup": "<img src=x onerror=\"window.hacked='img'\"><b>bold</b>",
    "script": "</script><script>window.hacked='script';alert('script')</script>",
    "quotes": "\"'`><svg/onload=window.hacked='svg'>{{7*7}}${7*7}",
    "long": "=cmd|' /C calc'!A0 שלום 🎉🧨 [link](javascript:alert(1)) " + "x" * 10_000,
}
BIDI = "\u202egnp.exe\u202c \u2067שלום\u2069"  # a lexicon refuses it, a file's name does not
DRAWN = """
document.readyState === 'complete' && [...document.querySelectorAll('.chart')].every((one) =>
  one.getClientRects().length === 0 || ['yes', 'no'].includes(one.dataset.live))
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chromium")
    logs = ("browser", "performance")
    # An alert must stay and be seen.
    with chromium(folder, DESK, logs=logs, unhandled_prompt_behavior="ignore") as driver:
        driver.set_page_load_timeout(30)
        driver.execute_cdp_cmd("Network.enable", {})
        yield Page(driver)


class Page:
    """A page in the browser, and what happened on it since it was opened."""

    def __init__(self, driver):
        self.driver = driver
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.console: list[str] = []

    def open(self, path: Path, size=DESK, scheme="light", scripts=True) -> "Page":
        """Open a file afresh at a size, in a colour scheme, with or without scripts."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.resize(size)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.driver.get("about:blank")
        self.collect()
        self.requests, self.dialogs, self.console = [], [], []
        self.driver.get(path.as_uri())
        if scripts:
            self.wait(DRAWN)
        self.collect()
        return self

    def resize(self, size) -> None:
        """Give the window another size; a narrow one is a phone's."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=1,
            mobile=size[0] <= PHONE[0],
        )

    def cdp(self, command: str, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def ask(self, script: str):
        """The value of an expression on the page."""
        expression = f"{HELPERS};({script.strip()})"
        answer = self.cdp("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, script: str, seconds: float = 15) -> None:
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(
            lambda _: self.ask(script) is True, script
        )

    def find(self, selector: str):
        return self.driver.find_elements("css selector", selector)

    def tooltip(self, chart: str) -> str:
        """What a tooltip says when the mouse wanders over the marks of a chart; nothing where none appears."""
        self.ask(
            f"document.getElementById('{chart}').scrollIntoView({{block: 'center', behavior: 'instant'}})"
        )
        spots = self.ask(
            f"{MARKS.format(chart=chart).strip()}.flatMap((mark) => {{ const box = mark.getBoundingClientRect();"
            "return [0.5, 0.02, 0.98].map((part) => [box.x + part * box.width, box.y + (1 - part) * box.height]) })"
        )
        for x, y in spots[:60]:
            self.cdp("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
            text = self.ask(TOOLTIP)
            if re.search(r"\d", text):
                return text
        return ""

    def collect(self) -> None:
        """Read the logs, which the driver empties as it hands them over."""
        self.console += [
            entry["message"] for entry in self.driver.get_log("browser") if entry["level"] != "INFO"
        ]
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                self.requests.append(event["params"]["request"]["url"])
            elif event["method"] == "Page.javascriptDialogOpening":
                self.dialogs.append(event["params"]["message"])


DRAWN = """
document.readyState === 'complete' && [...document.querySelectorAll('.chart')].every((one) =>
  one.getClientRects().length === 0 || ['yes', 'no'].includes(one.dataset.live))
"""
TOOLTIP = """
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(document.querySelector('#vg-tooltip-element.visible')?.textContent ?? ''))))
"""
HELPERS = """
var colour = (text) => text.match(/[\\d.]+/g).map(Number);
var shade = (text) => {
  const [r, g, b] = colour(text).map((one) => one / 255).map((one) =>
    one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
var behind = (element) => {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    layers.unshift(colour(getComputedStyle(one).backgroundColor));
    if ((layers[0][3] ?? 1) > 0.99) break;
  }
  const seen = layers.reduce((under, [r, g, b, part = 1]) =>
    [r, g, b].map((one, at) => part * one + (1 - part) * under[at]), [255, 255, 255]);
  return `rgb(${seen.join(", ")})`;
};
var contrast = (element) => {
  const [one, two] = [shade(getComputedStyle(element).color), shade(behind(element))].sort((a, b) => b - a);
  return (one + 0.05) / (two + 0.05);
};
"""


@pytest.fixture(scope="module")
def result():
    with rfmeans.segment(make_orders(1500, seed=1).drop(columns="kind"), n_init=5) as result:
        yield result


@pytest.fixture(scope="module")
def page(result, tmp_path_factory) -> Path:
    return result.report().save(tmp_path_factory.mktemp("report") / "report.html")


# What it does


def test_it_is_quiet_and_asks_no_network(browser, page):
    opened = browser.open(page)
    browser.wait("document.readyState === 'complete'")
    opened.collect()
    assert opened.console == []
    assert opened.dialogs == []
    assert opened.requests  # the log works: the page itself is in it
    assert [url for url in opened.requests if not url.startswith(OWN_SCHEMES)] == []


def test_every_chart_that_is_shown_comes_alive(browser, page):
    browser.open(page)
    assert browser.ask("document.querySelectorAll('.chart[data-live=yes]').length") >= 5
    assert browser.ask("document.querySelectorAll('.chart[data-live=no]').length") == 0


ROWS = "[...document.querySelectorAll('table.segments tbody tr')]"


def order_by(browser, column: int) -> list[float]:
    return browser.ask(f"{ROWS}.map((row) => Number(row.cells[{column}].dataset.value))")


def said(browser) -> list[str]:
    return browser.ask(
        "[...document.querySelectorAll('table.segments thead th')].map((head) => head.getAttribute('aria-sort'))"
    )


def test_the_table_sorts_by_a_click_on_each_head(browser, page):
    browser.open(page)
    names = sorted(browser.ask(f"{ROWS}.map((row) => row.cells[0].textContent)"))
    buttons = browser.find("table.segments thead th button")
    assert len(buttons) == len(said(browser)) >= 6
    for column, button in enumerate(buttons):
        found = []
        for _ in range(2):
            button.click()
            values = order_by(browser, column)
            direction = said(browser)[column]
            assert values == sorted(values, reverse=direction == "descending")
            assert [one for one in said(browser) if one != "none"] == [direction]
            found.append(direction)
        assert sorted(found) == ["ascending", "descending"]
    assert sorted(browser.ask(f"{ROWS}.map((row) => row.cells[0].textContent)")) == names


@pytest.mark.parametrize("key", ["ENTER", "SPACE"])
def test_the_table_sorts_by_the_keyboard(browser, page, key):
    from selenium.webdriver.common.keys import Keys

    browser.open(page)
    before = order_by(browser, 0)
    for _ in range(40):  # to the second head, by the tabulator alone
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        if browser.ask("document.activeElement.closest('th')?.cellIndex") == 0:
            break
    browser.driver.switch_to.active_element.send_keys(getattr(Keys, key))
    first = said(browser)[0]
    browser.driver.switch_to.active_element.send_keys(getattr(Keys, key))
    after = order_by(browser, 0)
    assert (first, said(browser)[0]) == ("ascending", "descending")
    assert after == before[::-1]
    assert len(set(after)) > 1


def test_what_has_the_focus_can_be_seen(browser, page):
    from selenium.webdriver.common.keys import Keys

    browser.open(page)
    for _ in range(8):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        style = browser.ask(
            "(({outlineStyle, outlineWidth, boxShadow}) => [outlineStyle, parseFloat(outlineWidth), boxShadow])"
            "(getComputedStyle(document.activeElement))"
        )
        assert (style[0] != "none" and style[1] > 0) or style[2] != "none"


def test_the_sorting_heads_of_a_phone_are_seen_while_they_have_the_focus(browser, page):
    browser.open(page, PHONE)
    shown = "getComputedStyle(document.querySelector('table.segments thead')).clipPath"
    assert browser.ask(shown) != "none"
    browser.ask("document.querySelectorAll('table.segments thead button')[2].focus()")
    assert browser.ask(shown) == "none"
    box = browser.ask(
        "(({x, width, height}) => [x, width, height])(document.activeElement.getBoundingClientRect())"
    )
    assert box[0] >= 0
    assert min(box[1:]) > 10
    assert browser.ask("document.documentElement.scrollWidth") <= PHONE[0]


MARKS = """
[...document.querySelectorAll('#{chart} .chart[data-live=yes] [class*="mark-"]:not(.mark-group):not(.mark-text) path')]
  .filter((mark) => mark.getBoundingClientRect().width > 1)
"""


def test_tooltips_appear_on_the_charts(browser, page):
    """Somewhere on each chart; what they say has a number in it."""
    browser.open(page)
    charts = browser.ask(
        "[...document.querySelectorAll('.chart[data-live=yes]')].map((one) => one.dataset.chart)"
    )
    assert len(charts) >= 5
    assert [chart for chart in charts if not browser.tooltip(chart)] == []


# How it looks


def test_all_of_it_is_there_without_scripts(browser, page, result):
    alive = browser.open(page).ask("document.querySelector('main').innerText.length")
    browser.open(page, scripts=False)
    text = browser.ask("document.body.innerText")
    for segment in result.summary.segments:
        assert text.count(segment.segment) >= 2  # in the table and on its card
        assert f"{segment.figures.customers:,}" in text
        assert segment.evidence in text
    for words in ("What to do", "How it was made", "Aim", "What not to do", "as-of date"):
        assert words.lower() in text.lower()
    pictures = browser.ask(
        "[...document.querySelectorAll('.chart > *')].filter((one) => one.getClientRects().length)"
        ".map((one) => [one.tagName.toLowerCase(), one.getBoundingClientRect().width])"
    )
    assert len(pictures) >= 5
    assert all(width > 100 for _, width in pictures)
    assert len(browser.ask("document.querySelector('main').innerText")) > 0.8 * alive


BURST = """
[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll, svg')
  && one.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(one).position !== 'absolute')
  .map((one) => one.outerHTML.slice(0, 80))
"""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_it_fits_every_width(browser, page, scripts):
    browser.open(page, PHONE, scripts=scripts)
    for width in (320, 390, 768, 1280):
        browser.resize((width, 800))
        assert browser.ask("document.documentElement.scrollWidth") <= width
        assert browser.ask(BURST) == []


def test_a_table_wider_than_a_phone_shows_that_it_goes_on(browser, widest_page):
    """By a shadow at the edge that lies behind the table's own ground and goes with what is scrolled."""
    browser.open(widest_page, PHONE)
    found = browser.ask(
        "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth + 1)"
        ".map((one) => getComputedStyle(one).backgroundAttachment)"
    )
    assert set(found) == {"local, local, scroll, scroll"}


def test_it_prints_on_a4(browser, page):
    browser.open(page)
    pdf = base64.b64decode(
        browser.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)["data"]
    )
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    assert pdf.startswith(b"%PDF-")
    assert 2 <= pages <= 20


@pytest.fixture(scope="module")
def widest_page(tmp_path_factory) -> Path:
    """Nine segments and the votes on their number: the widest tables there are."""
    customers = make_customers(250, seed=7)
    columns = rfmeans.CustomerColumns()
    with (
        rfmeans.segment(customers, columns=columns, segments="auto", n_init=2) as chosen,
        rfmeans.segment(customers, columns=columns, segments=9, n_init=2, currency_symbol="EUR") as nine,
    ):
        full = replace(nine.summary, choice=chosen.summary.choice)
        return render(full, built_in()).save(tmp_path_factory.mktemp("widest") / "report.html")


CUT_OFF = """
[...document.querySelectorAll('table, figure, article, .headline, p')].filter((one) =>
  one.getClientRects().length && one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect().right])
"""
A4 = round(184 / 25.4 * 96)  # pixels between the margins


def test_nothing_is_cut_off_on_paper(browser, widest_page):
    browser.open(widest_page, (A4, 1000))
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    browser.ask("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    try:
        assert browser.ask("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
        assert browser.ask(CUT_OFF) == []
    finally:
        browser.cdp("Emulation.setEmulatedMedia", media="")


def test_it_is_dark_where_the_reader_is_and_light_on_paper(browser, page):
    shade = "shade(behind(document.body))"
    light, dark = (browser.open(page, scheme=scheme).ask(shade) for scheme in ("light", "dark"))
    assert light > 0.8
    assert dark < 0.05


FAINT = """
[...document.querySelectorAll('body *:not(svg *, script, style)')].filter((one) => one.getClientRects().length
  && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  && contrast(one) < (parseFloat(getComputedStyle(one).fontSize) >= 24 ? 3 : 4.5))
  .map((one) => [one.outerHTML.slice(0, 80), contrast(one)])
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(browser, page, scheme):
    """WCAG AA: a contrast of 4.5, or 3 for large text."""
    browser.open(page, scheme=scheme)
    assert browser.ask(FAINT) == []


def test_a_screen_reader_finds_its_way(browser, page):
    browser.open(page)
    levels = browser.ask(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert browser.ask("document.documentElement.lang") == "en"
    assert browser.ask("document.querySelectorAll('main').length") == 1
    unnamed = (
        "[...document.querySelectorAll('a, button, summary, [role=img], [role=region], nav')].filter((one) => "
        "!(one.getAttribute('aria-label') || one.textContent || '').trim()).map((one) => one.outerHTML.slice(0, 80))"
    )
    assert browser.ask(unnamed) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_ids_are_unique_and_live_charts_share_no_clip(browser, widest_page, scripts):
    browser.open(widest_page, scripts=scripts)
    ids = browser.ask("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    pointed = browser.ask(
        "[...document.querySelectorAll('[clip-path]')].map((one) => one.getAttribute('clip-path').slice(5, -1))"
    )
    assert set(pointed) <= set(ids)


# Hostile data


@pytest.fixture(scope="module")
def hostile_page(result, tmp_path_factory) -> Path:
    """A report whose segments and whose source are called what an attacker would call them."""
    names = list(HOSTILE.values())
    grid = {
        "max_segments": 12,
        "recency_cuts": [0.0],
        "recency_bands": ["lapsed", "recent"],
        "value_cuts": [0.0],
        "value_bands": ["low", "high"],
        "names": {
            "high": {"recent": names[0], "lapsed": names[1]},
            "low": {"recent": names[2], "lapsed": names[3]},
        },
    }
    model = replace(result.model, lexicon=read_lexicon({"grid": [grid]}))
    orders = make_orders(300, seed=1).drop(columns="kind")
    orders.attrs["name"] = BIDI + "".join(HOSTILE.values())
    folder = tmp_path_factory.mktemp("hostile")
    with rfmeans.assign(model, orders) as hostile:
        return hostile.report().save(folder / "report.html")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_hostile_names_are_nothing_but_text(browser, hostile_page, scripts):
    # The table's heads are in sight, as a click needs.
    browser.open(hostile_page, (1280, 2000), scripts=scripts)
    if scripts:
        for button in browser.find("table.segments thead th button"):
            button.click()
    browser.collect()
    assert browser.ask("window.hacked ?? null") is None
    assert browser.dialogs == []
    assert browser.console == []
    assert [url for url in browser.requests if not url.startswith(OWN_SCHEMES)] == []
    assert (
        browser.ask("document.querySelectorAll('main b, main img[src=x], [onerror], [onload]').length") == 0
    )
    assert browser.ask("document.querySelectorAll('a[href^=\"javascript:\" i]').length") == 0
    text = browser.ask("document.body.textContent")
    for name in HOSTILE.values():
        assert name[:40] in text
    assert "{{7*7}}" in text


@pytest.mark.parametrize("size", [PHONE, DESK], ids=lambda size: str(size[0]))
def test_hostile_names_do_not_burst_the_page(browser, hostile_page, size):
    browser.open(hostile_page, size)
    assert browser.ask(BURST) == []
    assert browser.ask("document.documentElement.scrollWidth") <= size[0]
    assert browser.ask("document.documentElement.scrollHeight") < 60_000


def test_the_harness_sees_what_it_looks_for(browser, tmp_path):
    """A page that does all that must not be done: an alert, an error, a request, a script from a name."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<title>bad</title><b>x</b><script>window.hacked = 1; fetch('https://example.com/').catch(() => 0);"
        "console.error('oops')</script><div style='width: 2000px'>wide</div>"
    )
    browser.open(bad)
    browser.wait("window.hacked === 1")
    browser.driver.implicitly_wait(0)
    browser.wait("true")
    browser.collect()
    assert browser.ask("window.hacked ?? null") == 1
    assert "https://example.com/" in browser.requests
    assert any("oops" in line for line in browser.console)
    assert browser.ask("document.documentElement.scrollWidth") > DESK[0]
