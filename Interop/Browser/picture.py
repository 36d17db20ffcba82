"""Takes a picture of a page: picture.py PAGE PNG [--dark] [--phone] [--whole | --only SELECTOR] [--width N] [--scale N] [--click SELECTOR]"""

import argparse

from browser import Browser, Tab

parser = argparse.ArgumentParser()
parser.add_argument("page")
parser.add_argument("png")
parser.add_argument("--dark", action="store_true")
parser.add_argument("--phone", action="store_true")
parser.add_argument("--whole", action="store_true", help="the whole page, and not what fits")
parser.add_argument("--only", help="one part of the page: a selector")
parser.add_argument("--width", type=int)
parser.add_argument("--height", type=int)
parser.add_argument("--scale", type=float, default=1)
parser.add_argument("--click", action="append", default=[], help="what to click first: a selector")
options = parser.parse_args()

width = options.width or (390 if options.phone else 1280)
height = options.height or (844 if options.phone else 900)
with Browser() as browser:
    tab = Tab(browser, width, height, dark=options.dark, phone=options.phone, scale=options.scale)
    tab.open(options.page)
    for selector in options.click:
        tab.evaluate(f"document.querySelector({selector!r}).click()")
    clip = None
    if options.only:
        clip = tab.evaluate(f"""(() => {{
            const b = document.querySelector({options.only!r}).getBoundingClientRect();
            return {{x: b.x + scrollX - 12, y: b.y + scrollY - 12, width: b.width + 24, height: b.height + 24}};
        }})()""")
    tab.picture(options.png, whole=options.whole, clip=clip)
    for complaint in tab.complaints():
        print(complaint)
