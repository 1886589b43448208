"""One address for a prefork server: a small proxy before its HTTP and its websocket port.

It stands for the nginx that a shop would run. It looks at a connection's first line only, which is
enough here: browsers open a connection of its own for a websocket.
"""

import asyncio
import contextlib
import threading

CHUNK = 65536


class Proxy:
    """Forward connections on ``port`` to ``http_port``, and websockets to ``websocket_port``."""

    def __init__(self, port, http_port, websocket_port):
        self.port = port
        self._http_port = http_port
        self._websocket_port = websocket_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._ready = threading.Event()

    def start(self):
        """Listen; returns when connections are accepted."""
        self._thread.start()
        self._ready.wait(10)

    def stop(self):
        """Stop listening and drop the connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        listener = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port)
        )
        self._ready.set()
        self._loop.run_forever()
        listener.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            first = await reader.readline()
            is_websocket = first.startswith(b"GET /websocket")
            port = self._websocket_port if is_websocket else self._http_port
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            far_writer.write(first)
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        writer.close()


async def _copy(source, target):
    try:
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    finally:
        target.close()
