"""A server on a background thread with blocking sockets that plays a list of commands: the design of
python-embedded-test-server, in words of our own. What came is judged by the test, afterwards.

A command is bytes to send, or a number: so many bytes at least are received first. Connections are served one after the
other, each with the whole list.

For the load generator: roundtrip, framed, churn. In this process alone: fixture.
"""

import itertools
import socket
import sys
import threading
import time

import peerkit


class ScriptedServer:
    """Listens when it is made; `stop()` ends it."""

    def __init__(self, commands):
        """`commands` answers a fresh run of commands for each connection."""
        self.received = []  # all pieces, of all connections, as they came
        self.connections = 0
        self._commands = commands
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # stop() has shut it
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._play(connection)

    def _play(self, connection):
        for command in self._commands():
            if isinstance(command, bytes):
                connection.sendall(command)
            elif not self._receive(connection, command):
                return
        self._receive(connection, sys.maxsize)  # until the client leaves

    def _receive(self, connection, least):
        """Takes what comes until it is enough; answers false at the end of the stream."""
        while least > 0:
            piece = connection.recv(65536)
            if not piece:
                return False
            self.received.append(piece)
            least -= len(piece)
        return True

    def stop(self):
        """Lets the client that is being served finish, and ends the thread."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()


def commands(job):
    """What makes the commands of a job's connections, and the message they are about; or None."""
    small, framed = peerkit.SMALL, peerkit.frame(peerkit.SMALL)
    if job == "roundtrip":
        return (lambda: itertools.cycle([len(small), small])), small
    if job == "framed":
        return (lambda: itertools.cycle([len(framed), framed])), framed
    if job == "churn":
        return (lambda: [len(small), small]), small
    return None


def serve(make, message):
    tally = peerkit.Tally()
    server = ScriptedServer(make)
    peerkit.say(f"PORT {server.port}")
    sys.stdin.read()
    server.stop()
    received = b"".join(server.received)
    tally.connections, tally.bytes = server.connections, len(received)
    tally.failures = int(received != message * (len(received) // len(message)))
    return tally.say_result()


def hello():
    """One hello test: a server is made, spoken to, stopped and judged."""
    server = ScriptedServer(lambda: [len(peerkit.QUESTION), peerkit.ANSWER])
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(peerkit.QUESTION)
        answered = client.recv(4096) == peerkit.ANSWER
    server.stop()
    return answered and b"".join(server.received) == peerkit.QUESTION


def hellos(count, timings):
    for _ in range(count):
        began = time.perf_counter_ns()
        timings.add(began, hello())


def fixture(count, at_once):
    hellos(50, peerkit.Timings())
    timings = peerkit.Timings()
    began = time.perf_counter_ns()
    threads = [threading.Thread(target=hellos, args=(count // at_once, timings)) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    timings.total = time.perf_counter_ns() - began
    return timings


def main():
    arguments = peerkit.arguments()
    if arguments.job == "fixture":
        sys.exit(fixture(arguments.count, arguments.at_once).say_result(arguments.latencies))
    known = commands(arguments.job)
    if known is None:
        peerkit.unsupported()
    sys.exit(serve(*known))


if __name__ == "__main__":
    main()
