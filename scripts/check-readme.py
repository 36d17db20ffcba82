#!/usr/bin/env python3
"""Checks that what README.md and the articles show is true.

1. Each ```swift block of the README stands behind a comment `<!-- compiled: PATH -->` and appears in that file (under
   Examples/ or Interop/), white space aside: so it is compiled, and run by the tests there. In the articles a block
   without the comment is not looked for.
2. Each factory of a step has its line in the README's step table, and each public type its line in the reference.
3. The README's table of contents names its headings.
4. With --outputs: each ``` block behind `<!-- output: NAME -->` is what the demo, or the failing test of that name, prints,
   times and ports aside. With --update these blocks are rewritten.
"""

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
CATALOGS = {"TCPMock": "TCPMock.md", "TCPMockTesting": "TCPMockTesting.md"}
PAGES = [README] + sorted((ROOT / "Sources").glob("*/*.docc/*.md"))

DEMO = ["swift", "run", "--package-path", "Examples", "hello"]
TESTS = ["swift", "test", "--package-path", "Examples", "--disable-xctest"]

BLOCK = re.compile(r"(?:<!-- (compiled|output): (\S+) -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)


def squeezed(text):
    return " ".join(text.split())


def check_snippets(page):
    text = page.read_text()
    where = page.relative_to(ROOT)
    for match in BLOCK.finditer(text):
        kind, name, language, block = match.groups()
        if language != "swift" or (kind is None and page != README):
            continue
        line = text[: match.start(4)].count("\n")
        if kind != "compiled":
            yield f"{where}:{line}: a swift block without <!-- compiled: PATH --> before it"
            continue
        path = ROOT / name
        if not name.startswith(("Examples/", "Interop/")) or not path.is_file():
            yield f"{where}:{line}: {name} is no file under Examples/ or Interop/"
        elif squeezed(block) not in squeezed(path.read_text()):
            yield f"{where}:{line}: this block does not appear in {name}"


def check_steps(readme):
    rows = "\n".join(line for line in readme.splitlines() if line.startswith("|"))
    for source in sorted((ROOT / "Sources/TCPMock").glob("Step+*.swift")):
        for name, arguments in re.findall(r"public static func `?(\w+)`?\(\s*(\S*)", source.read_text()):
            label = arguments.rstrip(":")
            shown = f".{name}({label}:" if name == "receive" else f".{name}("
            if shown not in rows:
                yield f"README.md: the step table says nothing of {shown}…) ({source.name})"


def check_types():
    for module, front in CATALOGS.items():
        listed = (ROOT / f"Sources/{module}/{module}.docc/{front}").read_text()
        for source in sorted((ROOT / "Sources" / module).glob("**/*.swift")):
            kinds = r"^public (?:final )?(?:struct|class|enum|protocol|typealias|func) (\w+)"
            for name in re.findall(kinds, source.read_text(), re.M):
                if f"``{name}" not in listed:
                    yield f"{front}: the topics do not name {name} ({source.name})"


def check_contents(readme):
    """The table of contents is a list of links to all headings of the second level, in order."""
    headings = re.findall(r"^## (.+)$", readme, re.M)
    anchors = ["#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    linked = re.findall(r"\((#[\w-]+)\)", readme[: readme.index("\n## ")])
    for anchor in anchors:
        if anchor not in linked:
            yield f"README.md: the table of contents has no link to {anchor}"
    for anchor in linked:
        if anchor not in anchors:
            yield f"README.md: the table of contents links to {anchor}, which is no heading"


def neutral(text):
    """The text without what differs from run to run."""
    text = re.sub(r"\+\d+\.\d+ ms +", "+T ms ", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"\d+(\.\d+)? (seconds|ms|µs)", r"N \2", text)
    text = re.sub(r"TCPMOCK_SEED=\d+", "TCPMOCK_SEED=N", text)
    text = re.sub(r"/random/\d+/", "/random/N/", text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@functools.cache
def output_of(kind):
    """What the demo prints, or all failing tests."""
    command = DEMO if kind == "demo" else TESTS
    environment = dict(os.environ, TCPMOCK_README_FAILURE="1")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    if kind != "demo" and done.returncode == 0:
        sys.exit("the failing tests did not fail")
    return done.stdout


def wanted_part(name):
    """What is shown of a command's output: of a failing test's, its one issue."""
    output = output_of("demo" if name == "demo" else "tests")
    lines = output.splitlines()
    first = "A client that follows" if name == "demo" else f"✘ Test {name}() recorded"
    start = next((index for index, line in enumerate(lines) if line.startswith(first)), None)
    if start is None:
        sys.exit(f"no line begins with {first!r} in:\n{output}")
    # An issue goes on in lines that are indented.
    more = r"(↳|    )" if name != "demo" else r"(?![✘✔◇] )"
    end = next((i for i in range(start + 1, len(lines)) if not re.match(more, lines[i])), len(lines))
    return "\n".join(lines[start:end]).rstrip() + "\n"


def check_outputs(page, update):
    text = fresh = page.read_text()
    where = page.relative_to(ROOT)
    for match in reversed(list(BLOCK.finditer(text))):  # from the end, so that earlier places stay where they are
        kind, name, _, shown = match.groups()
        if kind != "output":
            continue
        actual = wanted_part(name)
        if neutral(actual) == neutral(shown):
            continue
        if update:
            fresh = fresh[: match.start(4)] + actual + fresh[match.end(4) :]
        else:
            yield f"{where}: the output of '{name}' is not what is shown; it is:\n{actual}(--outputs --update rewrites it)"
    if fresh != text:
        page.write_text(fresh)


def main():
    readme = README.read_text()
    problems = list(check_steps(readme)) + list(check_contents(readme)) + list(check_types())
    for page in PAGES:
        problems += check_snippets(page)
        if "--outputs" in sys.argv:
            problems += check_outputs(page, update="--update" in sys.argv)
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
