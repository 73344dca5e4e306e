# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Pictures of sheets: screenshots.py CHROMIUM (SHEET PNG)...

Each shows a sheet from its top to the end of its address map, finer than
a plain screen shows it.
"""

import pathlib
import sys
import tempfile

from chromium import Page

WIDTH = 1180
END = "Math.ceil(document.querySelector('figcaption').getBoundingClientRect().bottom + scrollY)"
PICTURE = "document.querySelector('figure svg').width.baseVal.value"


def main(program, *names):
    with tempfile.TemporaryDirectory() as work:
        page = Page(program, work + "/profile")
        try:
            for sheet, picture in zip(names[::2], names[1::2]):
                page.media(scheme="light")
                page.size(WIDTH, 800)
                page.open(pathlib.Path(sheet).resolve().as_uri())
                # A wide board gets a wide window, so that its picture is whole.
                width = max(WIDTH, int(page.value(PICTURE)) + 64)
                page.size(width, 800)
                page.size(width, page.value(END) + 16, 1.5)
                page.screenshot(picture)
        finally:
            page.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
