"""The judge, by values: what it calls broken, and what it lets pass."""

from types import SimpleNamespace
from typing import Any

from sandbox.slack.records import Call
from tests.chaos import judge
from tests.chaos.processes import Life
from tests.chaos.seen import Outage, Seen
from tests.chaos.watched import Asking, Request

CHANNEL = "C0RELEASES"


def seen(
    *, requests: Any = (), askings: Any = (), lives: Any = (), outages: Any = (), told: Any = (), left: Any = None
) -> Seen:
    return Seen(
        seed=0,
        database="postgres",
        seconds=60.0,
        began=0.0,
        slack=SimpleNamespace(bot_requests=list(requests), channels={}),  # type: ignore[arg-type] -- as much of it as is judged
        confluence=SimpleNamespace(askings=list(askings)),  # type: ignore[arg-type] -- as much of it as is judged
        lives=list(lives),
        outages=list(outages),
        told=list(told),
        left=left or {},
    )


def call(at: float, *, caller: str = "one.1", marker: str = "m", ok: bool = True, status: int | None = 200) -> Request:
    """A post in a channel that took a tenth of a second."""
    arguments = {"channel": CHANNEL, "text": "said", "metadata": {"event_payload": {"id": marker}}}
    made = Call(
        number=round(at * 10),
        at=at,
        method="chat.postMessage",
        team_id="T",
        arguments=arguments,
        status=status,
        answer={"ok": ok},
    )
    return Request(caller=caller, method="chat.postMessage", arrived=at, answered=at + 0.1, call=made)


def life(name: str = "one.1", **facts: Any) -> Life:
    return Life(name=name, started=-10.0, ready=-5.0, **facts)


def sentences(found: Any) -> list[str]:
    return [broken.sentence for broken in found]


def test_a_message_posted_twice_without_a_cause_is_a_double() -> None:
    found = judge._doubles(seen(requests=[call(1.0), call(20.0)], lives=[life()]))

    assert sentences(found) == ["A message was posted again although the first had arrived (marker m): 'said'."]


def test_a_post_that_was_not_answered_may_be_made_again() -> None:
    assert list(judge._doubles(seen(requests=[call(1.0, status=None), call(20.0)], lives=[life()]))) == []
    assert list(judge._doubles(seen(requests=[call(1.0, status=503), call(20.0)], lives=[life()]))) == []


def test_a_post_that_slack_did_not_carry_out_is_none() -> None:
    assert list(judge._doubles(seen(requests=[call(1.0, ok=False), call(20.0)], lives=[life()]))) == []


def test_a_post_may_be_made_again_where_its_process_was_killed_or_stopped_before_it_could_write() -> None:
    posts = [call(1.0), call(20.0, caller="two.1")]

    killed = life(ended=1.5, how="kill -9")
    stopped = life(stops=[[1.05, 12.0]])
    long_dead = life(ended=6.0, how="kill -9")
    assert list(judge._doubles(seen(requests=posts, lives=[killed]))) == []
    assert list(judge._doubles(seen(requests=posts, lives=[stopped]))) == []
    assert len(sentences(judge._doubles(seen(requests=posts, lives=[long_dead])))) == 1


def test_a_post_may_be_made_again_where_the_database_was_away_for_too_long() -> None:
    posts = [call(1.0), call(20.0)]

    long = Outage(kind="disk full", since=0.5, until=8.0)
    short = Outage(kind="disk full", since=0.5, until=3.0)
    assert list(judge._doubles(seen(requests=posts, lives=[life()], outages=[long]))) == []
    assert len(sentences(judge._doubles(seen(requests=posts, lives=[life()], outages=[short])))) == 1


def test_two_processes_may_not_deliver_side_by_side() -> None:
    calls = [call(30.0), call(31.0, caller="two.1", marker="n")]

    found = judge._order(seen(requests=calls, lives=[life(), life("two.1")]))

    assert sentences(found) == [
        "two.1 called chat.postMessage at 31.00 s while one.1, which had called at 30.00 s, held the workspace."
    ]


def test_a_process_takes_over_from_one_that_is_dead_or_was_stopped() -> None:
    calls = [call(30.0), call(41.0, caller="two.1", marker="n")]

    dead, stopped = life(ended=30.5, how="kill -9"), life(stops=[[30.5, 42.0]])
    assert list(judge._order(seen(requests=calls, lives=[dead, life("two.1")]))) == []
    assert list(judge._order(seen(requests=calls, lives=[stopped, life("two.1")]))) == []


def test_a_look_may_not_begin_while_another_goes_on() -> None:
    told = SimpleNamespace(remote_id="7", typed=[])
    looks = [
        Asking(remote_id="7", arrived=30.0, answered=32.0),
        Asking(remote_id="7", arrived=31.0, answered=31.1),
    ]

    found = judge._looks(seen(askings=looks, told=[told], lives=[life()]))

    assert sentences(found) == ["It was looked at twice at once at 31.00 s."]
    assert list(judge._looks(seen(askings=looks, told=[told], lives=[life(stops=[[29.0, 40.5]])]))) == []


def test_a_process_that_ends_by_itself_or_not_at_all_is_told_of() -> None:
    found = judge._ends(
        seen(
            lives=[
                life(ended=5.0, code=1),
                life("one.2", ended=9.0, how="SIGTERM", termed=8.0, code=0),
                life("one.3", ended=19.0, how="SIGTERM", termed=18.0, code=1),
                life("one.4", ended=59.0, how="kill -9", termed=40.0, code=-9),
            ]
        )
    )

    assert sentences(found) == [
        "one.1 ended by itself at 5.0 s with 1.",
        "one.3 ended with 1 after SIGTERM.",
        "one.4 took 19.0 s to end after SIGTERM.",
    ]


def test_what_is_left_in_the_database_is_told_of() -> None:
    assert sentences(judge._left(seen(left={"notices untold": 2}))) == ["2 notices untold are left in the end."]
