"""pytest-tcpclient's `tcpserver` fixture, in tests that pytest runs; every byte is checked by its expectations.

The tests are in tcpclient_tests.py. Its servers take one connection each.

For the load generator: roundtrip, framed, stream. In this process alone: fixture, which is a test's whole time in pytest
(its fixtures made, called, torn down), as its users have it.
"""

import pathlib
import sys
import time

import pytest

import peerkit

TESTS = pathlib.Path(__file__).with_name("tcpclient_tests.py")


class Plugin:
    """Hands the job to the tests, and takes from them what they counted."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.tally = peerkit.Tally()
        self.timings = peerkit.Timings()
        self.warm_up = 20

    @pytest.fixture
    def bench(self):
        return self

    def pytest_generate_tests(self, metafunc):
        if "round" in metafunc.fixturenames:
            metafunc.parametrize("round", range(self.warm_up + self.arguments.count))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        began = time.perf_counter_ns()
        yield
        if "round" in item.fixturenames and item.callspec.params["round"] >= self.warm_up:
            self.timings.add(began)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.timings.failures += 1
            self.tally.failures += 1
            print(report.longreprtext, file=sys.stderr)


def main():
    arguments = peerkit.arguments()
    if arguments.job not in ("roundtrip", "framed", "stream", "fixture") or arguments.at_once > 1:
        peerkit.unsupported()  # pytest runs one test at a time
    plugin = Plugin(arguments)
    options = ["-p", "no:terminal", "-p", "no:cacheprovider", "-s", "--asyncio-mode=strict"]
    status = pytest.main([*options, "-c", "/dev/null", f"{TESTS}::test_{arguments.job}"], plugins=[plugin])
    if status != 0 and plugin.tally.failures == 0:
        sys.exit("pytest could not run the test")
    if arguments.job == "fixture":
        sys.exit(plugin.timings.say_result(arguments.latencies))
    sys.exit(plugin.tally.say_result())


if __name__ == "__main__":
    main()
