"""What the tests ask of a page: layout.py PAGE [--phone] [--dark] [--failing] [--click LABEL HEX] [--cells]

Prints what is wrong, one thing a line, and fails when anything is.
"""

import argparse
import os
import sys

from browser import Browser, Tab

parser = argparse.ArgumentParser()
parser.add_argument("page")
parser.add_argument("--phone", action="store_true")
parser.add_argument("--dark", action="store_true")
parser.add_argument("--failing", action="store_true", help="a failing step must be seen")
parser.add_argument("--click", nargs=2, metavar=("LABEL", "HEX"), help="a click on the message with this label shows these bytes")
parser.add_argument("--cells", action="store_true", help="each cell of the heat map leads to its case")
options = parser.parse_args()

wrong = []


def placed(tab, expression):
    """Brings an element into sight and says where its middle is."""
    return tab.evaluate(f"""(() => {{
        const e = {expression};
        e.scrollIntoView({{block: "center"}});
        const b = e.getBoundingClientRect();
        return [b.left + b.width / 2, b.top + b.height / 2];
    }})()""")


def check_click(tab, label, digits):
    find = f'[...document.querySelectorAll(".row:not(.failing) summary")].find((e) => e.querySelector(".label").textContent === {label!r})'
    if not tab.evaluate(f"!!({find})"):
        return wrong.append(f"no message {label}")
    tab.click(*placed(tab, find))
    if not tab.evaluate(f"({find}).parentElement.open"):
        return wrong.append("a click does not open the message")
    dump = f'[...({find}).parentElement.querySelectorAll(".hex b")]'
    shown = tab.evaluate(dump + '.map((b) => b.textContent.trim()).filter(Boolean).join(" ")')
    if shown != digits:
        wrong.append(f"the dump shows {shown}, not {digits}")
    if tab.evaluate(dump + ".some((b) => b.textContent && b.getBoundingClientRect().right > innerWidth)"):
        wrong.append("the dump is wider than the window")
    tab.evaluate(f"({find}).focus()")
    for isOpen in (False, True):
        tab.press("Enter", text="\r")
        if tab.evaluate(f"({find}).parentElement.open") is not isOpen:
            wrong.append("Enter does not open and close the message")


def leads_to(tab, hash):
    """A browser goes there in its own time, and the page's script marks the cell when it is told."""
    return tab.evaluate(f"""(async () => {{
        const isThere = () => document.querySelector('a.cell[href="{hash}"][aria-current]') && location.hash === "{hash}";
        for (let i = 0; i < 400 && !isThere(); i++) await new Promise((done) => setTimeout(done, 25));
        return Boolean(isThere());
    }})()""")


def check_cells(tab):
    cells = tab.evaluate('[...document.querySelectorAll("a.cell")].map((a) => [a.hash, a.getAttribute("aria-label")])')
    if not cells:
        wrong.append("no cells")
    for hash, name in cells:
        case = tab.evaluate(f"""(async () => {{
            document.querySelector('a.cell[href="{hash}"]').click();
            await new Promise((done) => setTimeout(done));
            const shown = [...document.querySelectorAll(".case")].filter((e) => e.getClientRects().length);
            return shown.map((e) => ["#" + e.id, e.querySelector("h2").textContent, e.querySelector(".status").textContent]);
        }})()""")
        if len(case) != 1 or case[0][0] != hash:
            wrong.append(f"the cell {name} shows {case}")
        elif "control" not in name and name != f"{case[0][1]}: {case[0][2][2:]}":
            wrong.append(f"the cell {name} leads to {case[0][1:]}")
    tab.click(*placed(tab, 'document.querySelectorAll("a.cell")[1]'))
    if not leads_to(tab, cells[1][0]):
        wrong.append("a click on a cell leads nowhere")
    tab.press("ArrowRight")
    tab.press("Enter", text="\r")
    if not leads_to(tab, cells[2][0]):
        wrong.append("keys do not lead from cell to cell")


def check(tab):
    with open(os.path.join(os.path.dirname(__file__), "layout.js")) as file:
        tab.evaluate(file.read())
    for question in ["overflow", "arrows", "labels", "contrast"] + ["failing"] * options.failing:
        wrong.extend(f"{question}: {text}" for text in tab.evaluate(f"{question}()")[:10])
    if options.click:
        check_click(tab, *options.click)
    if options.cells:
        check_cells(tab)
    has_button = tab.evaluate('(() => { const b = document.querySelector(".open-all"); if (b) b.click(); return !!b; })()')
    if has_button and tab.evaluate('!!document.querySelector(".ladder details:not([open])")'):
        wrong.append("not all is open: does the script run?")
    for question in ["overflow", "arrows", "labels", "contrast"]:
        wrong.extend(f"all open, {question}: {text}" for text in tab.evaluate(f"{question}()")[:10])
    wrong.extend(tab.complaints())


with Browser(limit=90) as browser:
    tab = Tab(browser, 390 if options.phone else 1280, 844 if options.phone else 900, dark=options.dark, phone=options.phone)
    tab.open(options.page)
    check(tab)
for line in wrong:
    print(line)
sys.exit(bool(wrong))
