"""A bad network between clients and a server, on loopback: one lane (a port) a client, each with a fault of its own.

    with ChaosProxy(server.port, lanes=8, seed=1) as proxy:
        proxy.lanes[0].suffer("black_hole")
        proxy.heal()

What a fault did to a connection stays done when it heals: bytes that were swallowed are gone, so such a connection
stays open and silent for good, as one does whose other end lost its power. Only new connections are well."""

import asyncio
import random
import socket
import struct
import threading

CHUNK = 4096
FAULTS = ("cut", "delay", "truncate", "dribble", "black_hole", "half_open", "refuse")


class Link:
    """One connection of a client: two ways, each carried by a task."""

    def __init__(self, lane, number):
        self.lane, self.number = lane, number
        self.chance = random.Random(f"{lane.proxy.seed}/{lane.number}/{number}")
        self.client = self.server = None    # writers
        self.silent = {"up": False, "down": False}
        self.left = self.chance.randrange(1, 3000)  # bytes until it is cut

    async def carry(self, data, writer, way):
        """Hands over what was read, as well as the lane can."""
        if self.silent[way]:
            return
        await getattr(self, self.lane.fault)(data, writer, way)

    async def clean(self, data, writer, way):
        writer.write(data)
        await writer.drain()

    async def cut(self, data, writer, way):
        """Somewhere in a message, either way, the connection is reset."""
        part = data[:self.left]
        self.left -= len(part)
        await self.clean(part, writer, way)
        if self.left <= 0:
            self.reset()

    async def truncate(self, data, writer, way):
        """Some messages lose their end, and the connection ends well right there."""
        if len(data) < 2 or self.chance.random() < 0.7:
            return await self.clean(data, writer, way)
        await self.clean(data[:self.chance.randrange(1, len(data))], writer, way)
        self.silent = {"up": True, "down": True}
        self.end()

    async def delay(self, data, writer, way):
        await self.lane.sleep(self.chance.uniform(0.02, 0.6))
        await self.clean(data, writer, way)

    async def dribble(self, data, writer, way):
        for i in range(len(data)):
            await self.clean(data[i:i + 1], writer, way)
            if self.lane.fault == "dribble":
                await asyncio.sleep(0.002)

    async def black_hole(self, data, writer, way):
        self.silent = {"up": True, "down": True}

    async def half_open(self, data, writer, way):
        """What the client says arrives; what the server says does not."""
        self.silent["down"] = True
        if way == "up":
            await self.clean(data, writer, way)

    async def refuse(self, data, writer, way):
        self.reset()

    def reset(self):
        self.silent = {"up": True, "down": True}
        for writer in self.writers():
            if writer.is_closing():
                continue
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def end(self):
        for writer in self.writers():
            writer.close()

    def writers(self):
        return [writer for writer in (self.client, self.server) if writer is not None]


class Lane:
    """One client's way to the server."""

    def __init__(self, proxy, number):
        self.proxy, self.number = proxy, number
        self.fault, self.links, self.made = "clean", [], 0
        self.healed = asyncio.Event()
        self.port, self.listener = 0, None

    async def listen(self):
        self.listener = await asyncio.start_server(self.accept, "127.0.0.1", self.port, reuse_address=True)
        self.port = self.listener.sockets[0].getsockname()[1]

    async def accept(self, reader, writer):
        link = Link(self, self.made)
        self.made += 1
        self.links.append(link)
        link.client = writer
        try:
            await self.join(link, reader)
        except OSError:
            pass
        finally:
            writer.close()
            if not link.silent["up"] and link.server is not None:
                link.server.close()     # otherwise the server does not hear of it

    async def join(self, link, reader):
        """Connects to the server, or does not, and carries both ways until one of them ends."""
        if self.fault == "black_hole":
            link.silent = {"up": True, "down": True}
            await self.swallow(reader)
            return
        server_reader, link.server = await asyncio.open_connection("127.0.0.1", self.proxy.server_port)
        ways = {asyncio.ensure_future(self.pump(link, reader, link.server, "up")),
                asyncio.ensure_future(self.pump(link, server_reader, link.client, "down"))}
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        if link.silent["down"]:
            await self.swallow(reader)

    async def pump(self, link, reader, writer, way):
        while data := await reader.read(CHUNK):
            await link.carry(data, writer, way)
        if self.fault == "black_hole":  # nor does it say that an end is gone
            link.silent = {"up": True, "down": True}

    async def swallow(self, reader):
        while await reader.read(CHUNK):
            pass

    async def sleep(self, seconds):
        """That long, unless it heals meanwhile."""
        try:
            await asyncio.wait_for(self.healed.wait(), seconds)
        except asyncio.TimeoutError:
            pass

    def suffer(self, fault):
        self.proxy.call(self.change(fault))

    async def change(self, fault):
        was, self.fault = self.fault, fault
        if fault == "clean":
            self.healed.set()
        else:
            self.healed.clear()
        if fault == "black_hole":
            for link in self.links:
                link.silent = {"up": True, "down": True}
        if fault == "half_open":
            for link in self.links:
                link.silent["down"] = True
        if fault == "refuse" and self.listener is not None:
            self.listener.close()
            self.listener = None
            for link in self.links:
                link.reset()
        if was == "refuse" and fault != "refuse":
            await self.listen()


class ChaosProxy:
    """The lanes, on a thread of their own."""

    def __init__(self, server_port, lanes, seed):
        self.server_port, self.seed = server_port, seed
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.lanes = [Lane(self, number) for number in range(lanes)]

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def heal(self):
        for lane in self.lanes:
            lane.suffer("clean")

    def __enter__(self):
        self.thread.start()
        for lane in self.lanes:
            self.call(lane.listen())
        return self

    def __exit__(self, *_):
        self.call(self.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def stop(self):
        for lane in self.lanes:
            if lane.listener is not None:
                lane.listener.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for lane in self.lanes:
            for link in lane.links:
                link.end()
