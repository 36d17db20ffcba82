"""A test server as it is written by hand with asyncio's protocols; every byte is checked.

For the load generator: roundtrip, framed, pipelined, stream, churn, open. In this process alone: fixture.
"""

import asyncio
import resource
import sys
import time

import peerkit


class Messages(asyncio.Protocol):
    """Messages of one kind are expected, and each is answered; all replies to one read are one write."""

    def __init__(self, expected, reply, tally):
        self.expected, self.reply, self.tally = expected, reply, tally
        self.pending = b""

    def connection_made(self, transport):
        self.transport = transport
        self.tally.connections += 1
        self.tally.open += 1

    def data_received(self, data):
        self.tally.bytes += len(data)
        if data == self.expected and not self.pending:  # the usual case: a read is a message
            self.transport.write(self.reply)
            return
        data = self.pending + data
        size, expected = len(self.expected), self.expected
        whole = len(data) // size
        for start in range(0, whole * size, size):
            if data[start : start + size] != expected:
                return self.fail()
        self.pending = data[whole * size :]
        if whole:
            self.transport.write(self.reply * whole)

    def fail(self):
        self.tally.failures += 1
        self.pending = b""
        self.transport.abort()

    def connection_lost(self, _):
        self.tally.open -= 1
        if self.pending:
            self.tally.failures += 1  # it left in the middle of a message


class Stream(asyncio.BufferedProtocol):
    """Large frames are received into one buffer and compared there; the last is answered."""

    def __init__(self, expected, reply, frames, tally):
        self.expected, self.reply, self.frames, self.tally = expected, reply, frames, tally
        self.frame = bytearray(len(expected))
        self.view = memoryview(self.frame)
        self.filled = 0

    def connection_made(self, transport):
        self.transport = transport
        self.tally.connections += 1
        self.tally.open += 1

    def get_buffer(self, _):
        return self.view[self.filled :]

    def buffer_updated(self, count):
        self.tally.bytes += count
        self.filled += count
        if self.filled < len(self.frame):
            return
        self.filled = 0
        self.frames -= 1
        if self.frame != self.expected:
            self.frames = -1  # a failure, also at the end
            self.transport.abort()
        elif self.frames == 0:
            self.transport.write(self.reply)

    def connection_lost(self, _):
        self.tally.open -= 1
        if self.frames != 0 or self.filled:
            self.tally.failures += 1


def protocol(arguments, tally):
    """What makes the protocol of a job's connections, or None."""
    framed = peerkit.frame(peerkit.SMALL)
    job = arguments.job
    if job in ("roundtrip", "churn", "open"):
        return lambda: Messages(peerkit.SMALL, peerkit.SMALL, tally)
    if job in ("framed", "pipelined"):
        return lambda: Messages(framed, framed, tally)
    if job == "stream":
        expected, frames = peerkit.frame(peerkit.LARGE), arguments.bytes // len(peerkit.LARGE)
        return lambda: Stream(expected, peerkit.SMALL[:1], frames, tally)
    return None


async def serve(make, tally):
    """Serves until standard input ends and all clients have left."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0, backlog=4096)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    peerkit.say(f"PORT {server.sockets[0].getsockname()[1]}")
    while line := await orders.readline():
        if line == b"idle\n":
            tally.say_idle()
    deadline = loop.time() + 10
    while tally.open and loop.time() < deadline:
        await asyncio.sleep(0)
    server.close()


async def hello(tally):
    """One hello test: a server is made, spoken to, judged and closed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Messages(peerkit.QUESTION, peerkit.ANSWER, tally), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(peerkit.QUESTION)
    answered = await reader.readexactly(len(peerkit.ANSWER)) == peerkit.ANSWER
    writer.close()
    await writer.wait_closed()
    while tally.open:
        await asyncio.sleep(0)
    server.close()
    await server.wait_closed()
    return answered and (tally.connections, tally.bytes, tally.failures) == (1, 14, 0)


async def hellos(count, timings):
    for _ in range(count):
        began = time.perf_counter_ns()
        timings.add(began, await hello(peerkit.Tally()))


async def fixture(count, at_once):
    await hellos(50, peerkit.Timings())
    timings = peerkit.Timings()
    began = time.perf_counter_ns()
    await asyncio.gather(*(hellos(count // at_once, timings) for _ in range(at_once)))
    timings.total = time.perf_counter_ns() - began
    return timings


def main():
    arguments = peerkit.arguments()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if arguments.job == "fixture":
        timings = asyncio.run(fixture(arguments.count, arguments.at_once))
        sys.exit(timings.say_result(arguments.latencies))
    tally = peerkit.Tally()
    make = protocol(arguments, tally)
    if make is None:
        peerkit.unsupported()
    asyncio.run(serve(make, tally))
    sys.exit(tally.say_result())


if __name__ == "__main__":
    main()
