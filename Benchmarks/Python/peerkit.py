"""What the peers in Python have in common: options, messages, one line of JSON."""

import argparse
import array
import json
import os
import struct
import sys
import time


def payload(count):
    """`count` bytes, the i-th of which is (i * 31 + 7) & 0xff."""
    return bytes((i * 31 + 7) & 0xFF for i in range(count))


def frame(body):
    """A payload behind its length: four bytes, big-endian."""
    return struct.pack(">I", len(body)) + body


SMALL = payload(64)
LARGE = payload(65536)
QUESTION, ANSWER = b"Hello, server!", b"Hello, client!"


def arguments():
    """The process's own: `PEER JOB [--name value]...`; options of other peers are left alone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--bytes", type=int, default=1 << 30)
    parser.add_argument("--latencies")
    return parser.parse_known_args()[0]


def say(line):
    print(line, flush=True)


def unsupported():
    """Ends a peer that was asked for a job it can't do, as the orchestrator knows it."""
    say("unsupported")
    sys.exit(3)


class Tally:
    """What a peer counts of its connections."""

    def __init__(self):
        self.connections = self.open = self.bytes = self.failures = 0
        self._resident = resident()

    def say_idle(self):
        """What the open connections cost; Python's own allocator asks for memory in arenas."""
        now = resident()
        each = (now - self._resident) // max(self.open, 1)
        say(json.dumps({"rss": now, "user_bytes": each, "rss_bytes": each, "measure": "rss", "connections": self.open}))

    def say_result(self):
        """Prints the last line; answers the exit status."""
        say(json.dumps({"connections": self.connections, "bytes": self.bytes, "failures": self.failures}))
        return 1 if self.failures else 0


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


class Timings:
    """How long each of many tests took, in nanoseconds."""

    def __init__(self):
        self.each = []
        self.failures = 0
        self.total = 0

    def add(self, began, right=True):
        """Notes a test that began then and ends now."""
        self.each.append(time.perf_counter_ns() - began)
        self.failures += not right

    def say_result(self, path):
        """Writes the latencies, if a path is given, and prints the last line; answers the exit status."""
        if path:
            numbers = array.array("I", (min(each, 0xFFFFFFFF) for each in self.each))
            if sys.byteorder == "big":
                numbers.byteswap()
            with open(path, "wb") as file:
                numbers.tofile(file)
        total, median = self.total or sum(self.each), sorted(self.each)[len(self.each) // 2]
        facts = {
            "count": len(self.each), "failures": self.failures, "seconds": round(total / 1e9, 6),
            "ns_per_op": round(total / len(self.each)), "p50_ns": median,
        }
        say(json.dumps(facts))
        return 1 if self.failures else 0
