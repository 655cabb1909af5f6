"""The facts of messages in the form in which they are stored."""

from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest

from bot.domain import message_facts
from bot.domain.home import Home
from bot.domain.message_facts import Facts, decode, encode
from bot.domain.snapshot import FindingKind, Severity
from bot.domain.states import LostReason, Trouble

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

STORED: list[tuple[Facts, str]] = [
    (message_facts.Root(), '{"type":"root"}'),
    (message_facts.Card(), '{"type":"card"}'),
    (
        message_facts.Warnings(kind=FindingKind("ERROR_RELINK", Severity.ERROR), earlier=True),
        '{"type":"warnings","kind":{"key":"ERROR_RELINK","severity":"error"},"earlier":true}',
    ),
    (
        message_facts.TroubleStarted(trouble=Trouble.DOWN, since=NOON, until=NOON),
        ('{"type":"trouble_started","trouble":"down","since":"2026-11-22T12:00:00Z","until":"2026-11-22T12:00:00Z"}'),
    ),
    (
        message_facts.TroubleOver(trouble=Trouble.STALLED),
        '{"type":"trouble_over","trouble":"stalled","since":null}',
    ),
    (message_facts.PostingSetAside(), '{"type":"posting_set_aside"}'),
    (message_facts.NewPhase(), '{"type":"new_phase"}'),
    (message_facts.Milestone(), '{"type":"milestone"}'),
    (message_facts.Completion(), '{"type":"completion"}'),
    (message_facts.EndForFollower(), '{"type":"end_for_follower"}'),
    (message_facts.FindingsFile(), '{"type":"findings_file"}'),
    (message_facts.FindingsPage(page=2), '{"type":"findings_page","page":2}'),
    (
        message_facts.Answer(text="Done.", blocks=({"type": "divider"},)),
        '{"type":"answer","text":"Done.","blocks":[{"type":"divider"}]}',
    ),
    (message_facts.Coming(remote_ids=("1", "2")), '{"type":"coming","remote_ids":["1","2"],"begins":true}'),
    (message_facts.Arrived(), '{"type":"arrived"}'),
    (message_facts.InviteNeeded(), '{"type":"invite_needed"}'),
    (message_facts.StoppedByOther(by="U2"), '{"type":"stopped_by_other","by":"U2"}'),
    (message_facts.FollowSetAside(), '{"type":"follow_set_aside"}'),
    (message_facts.ThreadLost(reason=LostReason.DELETED), '{"type":"thread_lost","reason":"deleted"}'),
    (message_facts.WatchRoot(), '{"type":"watch_root"}'),
    (
        message_facts.WatchDigest(since=datetime(2026, 11, 23, 9, 2, tzinfo=UTC)),
        '{"type":"watch_digest","since":"2026-11-23T09:02:00Z"}',
    ),
    (message_facts.WatchOver(by="U2"), '{"type":"watch_over","by":"U2"}'),
    (message_facts.HookClosed(), '{"type":"hook_closed"}'),
    (
        message_facts.FailedCalls(
            channel_id="C1", language="de", calls=(message_facts.FailedCall(command_id=3, remote_id="1", text="No."),)
        ),
        (
            '{"type":"failed_calls","channel_id":"C1","language":"de","calls":'
            '[{"command_id":3,"remote_id":"1","text":"No.","blocks":[]}],"more":0}'
        ),
    ),
    (Home(opened_at=NOON), '{"type":"home","opened_at":"2026-11-22T12:00:00Z"}'),
]


@pytest.mark.parametrize(("facts", "text"), STORED, ids=[type(facts).__name__ for facts, _ in STORED])
def test_facts_are_stored_as_json_and_read_back(facts: Facts, text: str) -> None:
    assert (encode(facts), decode(text)) == (text, facts)


def test_every_kind_of_facts_has_a_stored_form() -> None:
    assert {type(facts) for facts, _ in STORED} == set(get_args(Facts))


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", '{"type":"notice"}', '{"type":"warnings","first":1}', '{"type":"thread_lost","reason":"moved"}'],
)
def test_what_is_no_facts_is_refused(text: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode(text)


def test_rendered_text_is_stored_as_plain_text() -> None:
    class Rendered(str):
        __slots__ = ()

    facts = message_facts.Answer(text="Done.", blocks=({"type": "section", "text": Rendered("*Done*")},))
    assert decode(encode(facts)) == message_facts.Answer(text="Done.", blocks=({"type": "section", "text": "*Done*"},))
