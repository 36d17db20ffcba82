#!/usr/bin/env python3
"""Makes the gallery's one page, and the article that has its texts, of the files that the gallery's tests have written."""

import html
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GALLERY = ROOT / "Documentation" / "Gallery"
ARTICLE = ROOT / "Sources" / "TCPMock" / "TCPMock.docc" / "FailureGallery.md"

GROUPS = [
    ("0", "1", "Bytes that are not those expected"),
    ("2", "3", "Clients that leave too early, too late or otherwise"),
    ("4", "5", "Who waits for whom, and the test's own parts"),
    ("6", "6", "Servers under test"),
]

STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --paper: #fbfbfd; --rule: #d9dde6; --code: #f1f3f8; --link: #1b5fc1; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8f0; --paper: #14171d; --rule: #333a47; --code: #1d222b; --link: #7db1ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
article { border-top: 1px solid var(--rule); padding: 1rem 0; }
h3 { margin: 0; }
p { margin: .25rem 0 .75rem; }
pre { background: var(--code); padding: .75rem 1rem; border-radius: .5rem; overflow-x: auto; font-size: 13px; margin: 0 0 .5rem; }
iframe { width: 100%; height: 34rem; border: 1px solid var(--rule); border-radius: .5rem; background: var(--paper); }
summary { cursor: pointer; }
nav { columns: 20rem; }
"""


def exhibits():
    for path in sorted(GALLERY.glob("*.txt")):
        title, story, _, failure = path.read_text().split("\n", 3)
        yield path.stem, title, story, failure.rstrip("\n")


def grouped(all_of_them):
    for first, last, title in GROUPS:
        group = [exhibit for exhibit in all_of_them if first <= exhibit[0][0] <= last]
        if group:
            yield title, group


def entry(name, title, story, failure):
    return f"""<article id="{name}">
<h3>{html.escape(title)}</h3>
<p>{html.escape(story)}</p>
<pre>{html.escape(failure)}</pre>
<details><summary>The ladder</summary><iframe loading="lazy" src="{name}.html" title="{html.escape(title)}"></iframe></details>
<p><a href="{name}.html">Page</a> · <a href="{name}.pcapng">Capture</a> · <a href="{name}.txt">Text</a></p>
</article>"""


def page(groups, count):
    contents = "".join(
        f"<p><strong>{html.escape(title)}</strong><br>"
        + "<br>".join(f'<a href="#{name}">{html.escape(text)}</a>' for name, text, _, _ in group)
        + "</p>"
        for title, group in groups
    )
    body = "\n".join(
        f"<h2>{html.escape(title)}</h2>\n" + "\n".join(entry(*exhibit) for exhibit in group) for title, group in groups
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TCPMock: a gallery of failures</title>
<style>{STYLE}</style>
</head>
<body>
<h1>A gallery of failures</h1>
<p>{count} ways in which a client, or a server, departs from its script, each as the tests of TCPMock produce it: its text, its ladder and its capture.
So that these change only with what they say, times and ports are settled: short times are 0.1 ms each, long ones
multiples of 50 ms.</p>
<nav>{contents}</nav>
{body}
</body>
</html>
"""


def article(groups, count):
    lines = [
        "# A gallery of failures",
        "",
        f"{count} ways to depart from a script, and what TCPMock says of each.",
        "",
        "## Overview",
        "",
        "Each is produced by a real client over real sockets, and its text is compared by the tests. The page",
        "`Documentation/Gallery/index.html` of the checkout has them with their ladders and captures. How to read them is in",
        "<doc:ReadingAFailure>. Times and ports are settled, so that the texts change only with what they say: short times are",
        "0.1 ms each, long ones multiples of 50 ms.",
    ]
    for title, group in groups:
        lines += ["", f"### {title}"]
        for _, name, story, failure in group:
            lines += ["", f"**{name}.** {story}", "", "```text", failure, "```"]
    return "\n".join(lines) + "\n"


def main():
    all_of_them = list(exhibits())
    if not all_of_them:
        sys.exit(f"{GALLERY} has no texts: run `make gallery`")
    groups = list(grouped(all_of_them))
    (GALLERY / "index.html").write_text(page(groups, len(all_of_them)))
    ARTICLE.write_text(article(groups, len(all_of_them)))
    print(f"{len(all_of_them)} failures in {GALLERY.relative_to(ROOT)}/index.html and {ARTICLE.relative_to(ROOT)}")


main()
