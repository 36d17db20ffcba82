#!/usr/bin/env python3
"""Checks that what README.md shows is true.

1. Each ```swift block stands behind a comment `<!-- compiled: PATH -->` and appears in that file (under Examples/), white
   space aside: so it is compiled, and run by the examples' tests.
2. Each factory of a step has its line in the README's step table.
3. With --outputs: each ``` block behind `<!-- output: NAME -->` is what the command of that name prints, times and ports
   aside. With --update these blocks are rewritten.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"

COMMANDS = {
    "demo": ["swift", "run", "--package-path", "Examples", "hello"],
    "failing-test": ["swift", "test", "--package-path", "Examples", "--disable-xctest", "--filter", "Failing"],
}

BLOCK = re.compile(r"(?:<!-- (compiled|output): (\S+) -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)


def squeezed(text):
    return " ".join(text.split())


def check_snippets(readme):
    for match in BLOCK.finditer(readme):
        kind, name, language, text = match.groups()
        if language != "swift":
            continue
        line = readme[: match.start(4)].count("\n")
        if kind != "compiled":
            yield f"README.md:{line}: a swift block without <!-- compiled: PATH --> before it"
            continue
        path = ROOT / name
        if not name.startswith("Examples/") or not path.is_file():
            yield f"README.md:{line}: {name} is no file under Examples/"
        elif squeezed(text) not in squeezed(path.read_text()):
            yield f"README.md:{line}: this block does not appear in {name}"


def check_steps(readme):
    rows = "\n".join(line for line in readme.splitlines() if line.startswith("|"))
    for source in sorted((ROOT / "Sources/TCPMock").glob("Step+*.swift")):
        for name, arguments in re.findall(r"public static func `?(\w+)`?\(\s*(\S*)", source.read_text()):
            label = arguments.rstrip(":")
            shown = f".{name}({label}:" if name == "receive" else f".{name}("
            if shown not in rows:
                yield f"README.md: the step table says nothing of {shown}…) ({source.name})"


def neutral(text):
    """The text without what differs from run to run."""
    text = re.sub(r"\+\d+\.\d+ ms +", "+T ms ", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"\d+(\.\d+)? (seconds|ms|µs)", r"N \2", text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def output_of(name):
    environment = dict(os.environ, TCPMOCK_README_FAILURE="1")
    done = subprocess.run(COMMANDS[name], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    if name == "failing-test" and done.returncode == 0:
        sys.exit("the README's failing test did not fail")
    return done.stdout


def wanted_part(name, output):
    """What the README shows of a command's output."""
    lines = output.splitlines()
    first = {"demo": "A client that follows", "failing-test": "✘ Test pings() recorded"}[name]
    start = next((index for index, line in enumerate(lines) if line.startswith(first)), None)
    if start is None:
        sys.exit(f"{' '.join(COMMANDS[name])} did not print a line with {first!r}:\n{output}")
    end = next((i for i in range(start + 1, len(lines)) if re.match(r"[✘✔◇] ", lines[i])), len(lines))
    return "\n".join(lines[start:end]).rstrip() + "\n"


def check_outputs(readme, update):
    fresh = readme
    for match in reversed(list(BLOCK.finditer(readme))):  # from the end, so that earlier places stay where they are
        kind, name, _, text = match.groups()
        if kind != "output":
            continue
        actual = wanted_part(name, output_of(name))
        if neutral(actual) == neutral(text):
            continue
        if update:
            fresh = fresh[: match.start(4)] + actual + fresh[match.end(4) :]
        else:
            yield f"README.md: the output of '{name}' is not what is shown; it is:\n{actual}(--outputs --update rewrites it)"
    if fresh != readme:
        README.write_text(fresh)


def main():
    readme = README.read_text()
    problems = list(check_snippets(readme)) + list(check_steps(readme))
    if "--outputs" in sys.argv:
        problems += check_outputs(readme, update="--update" in sys.argv)
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
