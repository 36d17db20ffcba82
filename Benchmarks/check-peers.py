#!/usr/bin/env python3
"""Sees whether the peers of the benchmarks check what they say they check.

Each job runs small, with each peer: what the peer counted must be what the load generator sent, and a byte that is wrong
must be a failure. Prints a line for each and fails if one does not hold. Needs what setup.sh builds.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
BUILT = HERE / ".build/release"
PYTHON = HERE / ".build/venv/bin/python"
LIMIT = 60  # seconds for any one thing

# The command, and its options for a job.
PEERS = {
    "epoll": ([BUILT / "peer-epoll"], []),
    "libev": ([BUILT / "peer-libev"], []),
    "tcpmock": ([BUILT / "peer-tcpmock"], []),
    "tcpmock-counters": ([BUILT / "peer-tcpmock"], ["--recording", "countersOnly"]),
    "tcpmock-table": ([BUILT / "peer-tcpmock"], ["--form", "table"]),
    "nio": ([BUILT / "peer-nio"], []),
    "flying": ([BUILT / "peer-flying"], []),
    "asyncio": ([PYTHON, HERE / "Python/peer_asyncio.py"], []),
    "pytest-tcpclient": ([PYTHON, HERE / "Python/peer_pytest_tcpclient.py"], []),
    "embedded": ([PYTHON, HERE / "Python/peer_embedded.py"], []),
}

MESSAGE, FRAME, CHUNK = 64, 68, 65540
# What the load generator is told, what the peer is told, and the connections and bytes that come of it.
JOBS = {
    "roundtrip": (["--count", "2000"], ["--rounds", "3000"], 1, 3000 * MESSAGE),  # 1,000 are the warm-up
    "framed": (["--count", "2000"], ["--rounds", "3000"], 1, 3000 * FRAME),
    "pipelined": (["--connections", "64", "--count", "40960"], ["--rounds", "640"], 64, 40960 * FRAME),
    "stream": (["--bytes", str(1 << 26)], ["--bytes", str(1 << 26)], 1, 1024 * CHUNK),
    "churn": (["--count", "1000"], [], 1000, 1000 * MESSAGE),
    "open": (["--connections", "500"], [], 500, 500 * MESSAGE),
}
SINKS = {("epoll", "stream")}  # the limit of the stream only reads


def play(peer, job, spoil):
    """Answers the peer's last line and exit status, or None when the job is none of its jobs."""
    for_load, for_peer, _, _ = JOBS[job]
    command, options = PEERS[peer]
    server = subprocess.Popen(
        [*command, job, *options, *for_peer], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True)
    try:
        first = server.stdout.readline().split()
        if first == ["unsupported"]:
            return None
        load = [BUILT / "loadgen", job, "--port", first[1], *for_load, *(["--spoil", "50"] if spoil else [])]
        subprocess.run(
            load, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT)
        said, _ = server.communicate(timeout=LIMIT)
        return json.loads(said.splitlines()[-1]), server.returncode
    finally:
        server.kill()
        server.wait()


def problem(peer, job):
    """What is wrong with a peer at a job, "unsupported", or None."""
    whole = play(peer, job, spoil=False)
    if whole is None:
        return "unsupported"
    told, status = whole
    connections, bytes_ = JOBS[job][2:]
    if (told["connections"], told["bytes"], told["failures"], status) != (connections, bytes_, 0, 0):
        return f"expected {connections} connections and {bytes_} bytes, got {told}, exit status {status}"
    if (peer, job) in SINKS:
        return None
    told, status = play(peer, job, spoil=True)
    return None if told["failures"] > 0 and status == 1 else f"a wrong byte was not seen: {told}"


def main():
    wrong = 0
    for job in JOBS:
        for peer in PEERS:
            found = problem(peer, job)
            wrong += found not in (None, "unsupported")
            print(f"{job:10} {peer:17} {found or 'ok'}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
