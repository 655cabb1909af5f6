import asyncio

# looptime asks for the current event loop even in tests that have none, and Python 3.12 and 3.13 would then make one
# that nobody closes; told that there is none, it goes its way
asyncio.set_event_loop(None)
