"""The tests that peer_pytest_tcpclient.py has pytest run."""

import asyncio
import sys

import pytest
from pytest_tcpclient.plugin import FrameReadEvent, IncompleteReadEvent

import peerkit

PATIENCE = 300  # how fast it is gets measured, not whether in time
AT_ONCE = 64  # expectations that are queued before they are waited for


@pytest.mark.asyncio
async def test_fixture(tcpserver, round):
    """The hello test, as its documentation has it."""
    tcpserver.expect_connect()
    tcpserver.expect_bytes(peerkit.QUESTION)
    tcpserver.send_bytes(peerkit.ANSWER)
    tcpserver.expect_disconnect()
    reader, writer = await asyncio.open_connection("127.0.0.1", tcpserver.service_port)
    writer.write(peerkit.QUESTION)
    assert await reader.readexactly(len(peerkit.ANSWER)) == peerkit.ANSWER
    writer.close()
    await writer.wait_closed()
    await tcpserver.join()


async def begin(tcpserver):
    tcpserver.expect_connect(timeout=PATIENCE)
    peerkit.say(f"PORT {tcpserver.service_port}")
    await tcpserver.join()


async def until_client_leaves(tcpserver, bench, expect, reply, size):
    """Queues expectations and replies until the client leaves, which must be between two messages."""
    await begin(tcpserver)
    try:
        while True:
            for _ in range(AT_ONCE):
                expect()
                reply()
            await tcpserver.join()
    except pytest.fail.Exception:
        event = getattr(tcpserver.errors[0], "actual_event", None)
        if event not in (IncompleteReadEvent(b""), FrameReadEvent(b"")):
            raise
    sys.stdin.read()
    bench.tally.connections = 1
    bench.tally.bytes = len(tcpserver.data_sent_from_server) // size * size  # as much came as went


@pytest.mark.asyncio
async def test_roundtrip(tcpserver, bench):
    await until_client_leaves(
        tcpserver, bench, lambda: tcpserver.expect_bytes(peerkit.SMALL, timeout=PATIENCE),
        lambda: tcpserver.send_bytes(peerkit.SMALL), len(peerkit.SMALL))


@pytest.mark.asyncio
async def test_framed(tcpserver, bench):
    await until_client_leaves(
        tcpserver, bench, lambda: tcpserver.expect_frame(peerkit.SMALL, timeout=PATIENCE),
        lambda: tcpserver.send_frame(peerkit.SMALL), len(peerkit.frame(peerkit.SMALL)))


@pytest.mark.asyncio
async def test_stream(tcpserver, bench):
    frames = bench.arguments.bytes // len(peerkit.LARGE)
    await begin(tcpserver)
    for done in range(0, frames, AT_ONCE):
        for _ in range(min(AT_ONCE, frames - done)):
            tcpserver.expect_frame(peerkit.LARGE, timeout=PATIENCE)
        await tcpserver.join()
    tcpserver.send_bytes(peerkit.SMALL[:1])
    await tcpserver.join()
    sys.stdin.read()
    bench.tally.connections = 1
    bench.tally.bytes = frames * len(peerkit.frame(peerkit.LARGE))
    # The client is none of asyncio's, so that the fixture could not see how it leaves: nothing is expected of that.
    tcpserver.join_already_failed = True
