"""Run a server that stands in for Confluence or Slack as a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


async def serve(protocol: Callable[[], asyncio.Protocol]) -> None:
    """Serve a protocol on a free port of 127.0.0.1, and print the port."""
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@asynccontextmanager
async def stand_in(*command: str) -> AsyncIterator[str]:
    """Run a module (`python -m …`) that prints its port; its address."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.kill()
        await process.wait()
