# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""How a browser takes a sheet: sheet.py CHROMIUM SHEET PLAN HOSTILE PICTURE WIDE LONG BOARD...

WIDE and LONG are pictures of long names; each BOARD is a sheet of a board of the library.

Prints "ok NAME" or "not ok NAME: what was seen", one a line.
"""

import json
import pathlib
import sys
import tempfile

from chromium import Page

ROWS = "Array.from(document.querySelectorAll('tbody tr'))"
SEEN = ROWS + ".filter(row => row.getClientRects().length).length"
# Texts that are not within the picture and the box that they start or end in.
OUTSIDE = """(function () {
const inside = (a, b) => a.x >= b.x && a.y >= b.y && a.right <= b.right && a.bottom <= b.bottom;
const svg = document.querySelector('svg');
const boxes = Array.from(svg.querySelectorAll('.box,[class^=k]:not(.key)')).map(b => b.getBoundingClientRect());
return Array.from(svg.querySelectorAll('text')).filter(text => {
	const own = text.getBoundingClientRect(), y = (own.top + own.bottom) / 2;
	const x = {start: own.left, middle: (own.left + own.right) / 2, end: own.right}[getComputedStyle(text).textAnchor];
	const on = boxes.filter(b => b.left <= x && x <= b.right && b.top <= y && y <= b.bottom);
	return !inside(own, svg.getBoundingClientRect()) ||
		!text.matches('.n') && on.some(b => own.left < b.left || own.right > b.right);
}).map(text => text.lastChild.data);
}())"""
MATCHING = ROWS + ".filter(row => Array.from(row.cells).some(c => c.textContent.includes('%s'))).length"


def equal(name, wanted, found):
    if wanted == found:
        print("ok", name)
    else:
        print(f"not ok {name}: wanted {wanted!r}, found {found!r}")


def scalars(value):
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return set() if value is None or isinstance(value, bool) else {str(value)}
    return set().union(*map(scalars, value))


def loads(page, url, name):
    page.open(url)
    equal(f"{name}: no complaint", [], page.complaints)
    # Chromium lists an icon that stands in the page, too.
    asked = [request for request in page.requests if request not in (url, "data:,")]
    equal(f"{name}: nothing is asked for", [], asked)


def searches(page, url):
    total = page.value(ROWS + ".length")
    equal("all rows are seen", total, page.value(SEEN))
    equal("the search is there", True, page.value("!document.getElementById('search').hidden"))

    page.open(url + "#q=0x6030200810000")
    wanted = page.value(MATCHING % "0x6030200810000")
    equal("a page called with a search shows the rows that have it", wanted, page.value(SEEN))
    equal("they are some, not all", True, 0 < wanted < total)
    equal("it says how many", f"{wanted} of {total} rows", page.value("document.getElementById('count').textContent"))
    equal("a table without such a row is gone", 0, page.value(
        "Array.from(document.querySelectorAll('.scroll'))"
        ".filter(t => t.getClientRects().length)"
        ".filter(t => !t.textContent.includes('0x6030200810000')).length"))

    page.value("location.hash = '#q=GPU0%20npu0:1'")
    page.value("new Promise(done => setTimeout(done, 50))")
    both = page.value(ROWS + ".filter(row => { const t = Array.from(row.cells).map(c => c.textContent).join(' ');"
                      " return t.includes('GPU0') && t.includes('npu0:1'); }).length")
    equal("another fragment, two words: rows that have both", (True, both), (both > 0, page.value(SEEN)))

    page.open(url)
    page.type("/")
    equal("/ goes to the box", "q", page.value("document.activeElement.id"))
    page.type("MEMORY OF gpu")
    equal("what is typed is searched for, in either case",
          page.value(ROWS + ".filter(r => /memory of gpu/i.test(r.textContent)).length"), page.value(SEEN))
    page.press("Enter", 13, "\r")
    equal("Enter leaves the page as it is", "MEMORY OF gpu", page.value("document.getElementById('q').value"))
    page.type("/zz")
    equal("nothing has that", 0, page.value(SEEN))
    page.press("Escape", 27)
    equal("Escape brings all back", total, page.value(SEEN))
    page.open(url + "#q=%E0%A4%A")
    equal("a broken fragment is no error", [], page.complaints)
    page.press("Tab", 9)
    equal("Tab comes to the box first", "q", page.value("document.activeElement.id"))


def background(page):
    return page.value("getComputedStyle(document.body).backgroundColor")


def shows(page, url):
    page.open(url)
    page.media(scheme="light")
    equal("light: paper is white", "rgb(255, 255, 255)", background(page))
    page.media(scheme="dark")
    equal("dark: it is not", "rgb(13, 17, 23)", background(page))
    equal("dark: nor are the boxes of the picture", "rgb(13, 17, 23)",
          page.value("getComputedStyle(document.querySelector('svg .box')).fill"))
    page.media(kind="print", scheme="dark")
    equal("printed: paper is white all the same", "rgb(255, 255, 255)", background(page))
    equal("printed: and the picture's boxes", "rgb(255, 255, 255)",
          page.value("getComputedStyle(document.querySelector('svg .box')).fill"))
    equal("printed: no search", "none", page.value("getComputedStyle(document.getElementById('search')).display"))
    # A4 on its side without margins, in CSS pixels.
    page.size(1032, 703)
    equal("printed: no table is wider than the paper", [], page.value(
        "Array.from(document.querySelectorAll('table')).filter(t => t.offsetWidth > 1032)"
        ".map(t => t.caption.textContent + ' ' + t.offsetWidth)"))
    page.media()
    page.size(400, 800)
    equal("on a narrow screen tables scroll, the page does not", True,
          page.value("document.documentElement.scrollWidth <= 400"))
    page.call("Emulation.clearDeviceMetricsOverride")


def pdf_pages(page, work):
    page.pdf(work + "/sheet.pdf")
    with open(work + "/sheet.pdf", "rb") as file:
        return file.read().count(b"/Type /Page\n")


def fits(page, pictures, boards):
    for picture in pictures:
        page.open(picture.as_uri())
        equal(f"{picture.stem} names: no text runs out of its box or picture", [], page.value(OUTSIDE))
    page.value("document.querySelector('.b').lastChild.data = 'guest production-database'")
    equal("long names: this test sees one that does", ["guest production-database"], page.value(OUTSIDE))
    for board in boards:
        page.open(board.as_uri())
        page.size(1280 - 15, 900)  # less a bar to scroll by
        equal(f"{board.stem}: nothing is wider than a screen of 1280", [], page.value(
            "Array.from(document.querySelectorAll('.scroll,.picture'))"
            ".filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent.trim().slice(0, 40) + e.scrollWidth)"))
        equal(f"{board.stem}: no text runs out of its box or picture", [], page.value(OUTSIDE))
        page.size(420, 800)
        equal(f"{board.stem}: on a narrow screen the picture scrolls, the page does not", (True, True),
              (page.value("document.documentElement.scrollWidth <= 420"),
               page.value("document.querySelector('.picture').scrollWidth > 420")))
        equal(f"{board.stem}: and can be read", 1, page.value(
            "(svg => svg.getBoundingClientRect().width / svg.width.baseVal.value)"
            "(document.querySelector('figure svg'))"))
        page.call("Emulation.clearDeviceMetricsOverride")


def refuses(page, sheet, work):
    """What is not the program's own does not run, and is complained of: this test sees it."""
    with open(sheet, encoding="utf-8") as file:
        text = file.read()
    broken = pathlib.Path(work, "broken.html")
    broken.write_text(text.replace("use strict", "use  strict"), encoding="utf-8")
    page.open(broken.as_uri())
    equal("another script is refused", (True, True),
          (len(page.complaints) > 0, page.value("document.getElementById('search').hidden")))
    broken.write_text(text.replace("<main>", '<main><img src="http://127.0.0.1:9/x.png"/>'), encoding="utf-8")
    page.open(broken.as_uri())
    equal("a picture from elsewhere is refused", True, len(page.complaints) > 0)


def main(program, sheet, plan, hostile, picture, wide, long, *boards):
    with tempfile.TemporaryDirectory() as work:
        page = Page(program, work + "/profile")
        try:
            url = pathlib.Path(sheet).as_uri()
            loads(page, url, "a sheet")
            text = " ".join(page.value("Array.from(document.querySelectorAll('th,td,dd,h1,h3,caption'))"
                                       ".filter(e => e.getClientRects().length).map(e => e.textContent)"))
            with open(plan, encoding="utf-8") as file:
                values = scalars(json.load(file)) - {"nv2-plan-1"}
            equal("every value of the plan can be read", [], sorted(v for v in values if v not in text))
            searches(page, url)
            shows(page, url)
            equal("it prints on a few pages", True, 2 <= pdf_pages(page, work) <= 12)
            loads(page, pathlib.Path(hostile).as_uri(), "texts with markup")
            equal("texts with markup: are text", "<b>&'", page.value("document.querySelector('h1').textContent"))
            loads(page, pathlib.Path(picture).as_uri(), "a picture")
            fits(page, [pathlib.Path(wide), pathlib.Path(long)], list(map(pathlib.Path, boards)))
            refuses(page, sheet, work)
            page.call("Emulation.setScriptExecutionDisabled", value=True)
            page.open(url)
            page.call("Emulation.setScriptExecutionDisabled", value=False)
            equal("without script: all rows", page.value(ROWS + ".length"), page.value(SEEN))
            equal("without script: no box", 0, page.value("document.getElementById('q').getClientRects().length"))
        finally:
            page.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
