"""Observations of small runs, built by values."""

from collections.abc import Sequence

from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import Kind
from bot.domain.states import MessageState, Outcome, SubscriptionState
from bot.render import replies
from bot.render.i18n import english
from sandbox.confluence.story import Story
from sandbox.scenarios import Expected, Scenario
from sandbox.slack.records import ApiCall, Channel, EphemeralMessage, File, Json, PostedMessage, Version
from tests.chaos.bot_records import BotRecords, MessageRecord, SubscriptionRecord
from tests.chaos.observations import Observations, Outage
from tests.chaos.processes import ExitCause, Incarnation, Suspension
from tests.chaos.simulators import ConfluenceRequest, Listing, SlackRequest
from tests.chaos.users import HookCall, StartedTask, TypedCommand
from tests.chaos.workload import PlannedCommand, PlannedTask

TEAM, CHANNEL, ELSEWHERE = "T0SANDBOX", "C0RELEASES", "C0DOCS"
OWNER, DIRECT = "U0MARTA", "D0MARTA"
TASK = "3145728001"
TEXTS = english()
NOTHING_STARTED = replies.nothing_started(TEXTS).text
FOLLOWING = replies.already_following(TEXTS, TASK).text
COMING = replies.coming(TEXTS, [TASK]).text
STOPPED = replies.stopped(TEXTS, TASK).text

SCENARIO = Scenario(
    name="quick",
    kind="cloud",
    story=Story(name="quick", operation=Kind.ARCHIVE, moments=(), ends_at=10.0),
    expected=Expected(outcome=Outcome.FINISHED, last_percent=100.0),
)


def message(
    ts: str,
    *texts: str,
    marker: str | None = None,
    thread_ts: str | None = "1.0",
    channel: str = CHANNEL,
    mentions: tuple[str, ...] = (),
    file_ids: tuple[str, ...] = (),
) -> PostedMessage:
    """A message with its versions, as a reply unless `thread_ts` says otherwise."""
    return PostedMessage(
        ts=ts,
        channel=channel,
        team_id=TEAM,
        user="U0BOT",
        bot_id="B0BOT",
        versions=[Version(at=float(ts), text=text, metadata=metadata(marker)) for text in texts],
        thread_ts=thread_ts,
        mentions=mentions,
        file_ids=file_ids,
    )


def metadata(marker: str | None) -> Json | None:
    return None if marker is None else {"event_type": "longtask_message", "event_payload": {"id": marker}}


ROOT = message("1.0", "*Following*: x", f"*Finished*: {TASK}", marker="root", thread_ts=None)
CARD = message("2.0", "Following: 50%", "Finished: 100%", marker="card")
COMPLETION = message("3.0", f"*Finished*: {TASK}", marker="completion", mentions=(OWNER,))
THREAD = (ROOT, CARD, COMPLETION)
COPY_OF_ROOT = message("0.5", "*Following*: x", marker="root", thread_ts=None)


def channel(channel_id: str, *messages: PostedMessage, is_im: bool = False) -> Channel:
    made = Channel(id=channel_id, name=channel_id, team_id=TEAM, members={OWNER}, is_im=is_im)
    for each in messages:
        made.messages[each.ts] = each
        if each.thread_ts is not None:
            made.replies.setdefault(each.thread_ts, []).append(each.ts)
    return made


def record(
    marker: str,
    kind: MessageKind,
    ts: str | None,
    *,
    state: MessageState = MessageState.POSTED,
    subscription_id: int | None = 1,
    trigger_id: str | None = None,
    channel_id: str = CHANNEL,
) -> MessageRecord:
    return MessageRecord(
        marker=marker,
        kind=kind,
        state=state,
        subscription_id=subscription_id,
        trigger_id=trigger_id,
        channel_id=channel_id if ts else None,
        ts=ts,
    )


ROOT_RECORD = record("root", MessageKind.ROOT, "1.0")
CARD_RECORD = record("card", MessageKind.CARD, "2.0")
COMPLETION_RECORD = record("completion", MessageKind.COMPLETION, "3.0")
RECORDS = (ROOT_RECORD, CARD_RECORD, COMPLETION_RECORD)


def subscription(
    number: int = 1, *, outcome: Outcome = Outcome.FINISHED, command_id: int = 1, trigger_id: str | None = "trigger-1"
) -> SubscriptionRecord:
    state = SubscriptionState.STOPPED if outcome is Outcome.STOPPED else SubscriptionState.ENDED
    return SubscriptionRecord(
        id=number,
        remote_id=TASK,
        channel_id=CHANNEL,
        owner_id=OWNER,
        state=state,
        outcome=outcome,
        command_id=command_id,
        trigger_id=trigger_id,
    )


def typed(
    *, trigger_id: str = "trigger-1", stop: bool = False, at: float = 0.0, acknowledged: bool = True
) -> TypedCommand:
    return TypedCommand(
        remote_id=TASK,
        plan=PlannedCommand(at=at, user=OWNER, channel=CHANNEL, stop=stop),
        at=at,
        text=f"stop {TASK}" if stop else TASK,
        acknowledged=acknowledged,
        trigger_id=trigger_id,
        answered=at + 1.0,
    )


FOLLOW, STOP = typed(), typed(trigger_id="trigger-2", stop=True)


def private(text: str, *, trigger_id: str = "trigger-1", via: str = "response_url") -> EphemeralMessage:
    return EphemeralMessage(ts="9.0", at=9.0, user=OWNER, channel=CHANNEL, via=via, text=text, trigger_id=trigger_id)


def call(
    at: float,
    method: str,
    arguments: Json,
    *,
    caller: str = "one.1",
    status: int | None = 200,
    error: str | None = None,
    interruption: str | None = None,
) -> SlackRequest:
    """A call that took a tenth of a second."""
    answer: Json = {"ok": True} if error is None else {"ok": False, "error": error}
    made = ApiCall(
        number=round(at * 10), at=at, method=method, team_id=TEAM, arguments=arguments, status=status, answer=answer
    )
    return SlackRequest(
        caller=caller, method=method, arrived=at, answered=at + 0.1, call=made, interruption=interruption
    )


def post(
    at: float, *, marker: str = "root", caller: str = "one.1", status: int | None = 200, error: str | None = None
) -> SlackRequest:
    arguments: Json = {"channel": CHANNEL, "text": "said", "metadata": metadata(marker)}
    return call(at, "chat.postMessage", arguments, caller=caller, status=status, error=error)


def edit(at: float, ts: str = "2.0", *, caller: str = "one.1", status: int | None = 200) -> SlackRequest:
    return call(at, "chat.update", {"channel": CHANNEL, "ts": ts, "text": "said"}, caller=caller, status=status)


def process(
    name: str = "one.1",
    *,
    ended: float | None = None,
    cause: ExitCause = ExitCause.ITSELF,
    exit_code: int | None = None,
    terminated: float | None = None,
    suspended: tuple[float, float] | None = None,
    ready: float = -5.0,
) -> Incarnation:
    return Incarnation(
        name=name,
        started=-10.0,
        ready=ready,
        ended=ended,
        cause=cause,
        exit_code=exit_code,
        terminated=terminated,
        suspensions=[] if suspended is None else [Suspension(since=suspended[0], until=suspended[1])],
    )


def look(arrived: float, answered: float) -> ConfluenceRequest:
    return ConfluenceRequest(remote_id=TASK, arrived=arrived, answered=answered, percent=100.0)


def run(
    *messages: PostedMessage,
    direct: Sequence[PostedMessage] = (),
    elsewhere: Sequence[PostedMessage] = (),
    records: Sequence[MessageRecord] = RECORDS,
    subscriptions: Sequence[SubscriptionRecord] = (subscription(),),
    commands: Sequence[TypedCommand] = (FOLLOW,),
    answers: Sequence[EphemeralMessage] = (),
    requests: Sequence[SlackRequest] = (edit(9.0, "1.0"), edit(9.5)),
    looks: Sequence[ConfluenceRequest] = (),
    processes: Sequence[Incarnation] = (process(), process("two.1")),
    outages: Sequence[Outage] = (),
    open_work: dict[str, int] | None = None,
    files: dict[str, File] | None = None,
    expected: Expected = SCENARIO.expected,
    calls: Sequence[HookCall] = (),
    watching_since: float | None = None,
    listings: Sequence[Listing] = (),
    gathered: frozenset[str] = frozenset(),
    reported: frozenset[str] = frozenset(),
    homes: dict[str, str] | None = None,
) -> Observations:
    """A run with one long task; unless values say otherwise, it is followed once and breaks no promise."""
    scenario = Scenario(name="quick", kind="cloud", story=SCENARIO.story, expected=expected)
    task = StartedTask(plan=PlannedTask(at=0.0, scenario=scenario, commands=()), remote_id=TASK, began=0.0)
    task.commands.extend(commands)
    task.calls.extend(calls)
    channels = (
        channel(CHANNEL, *(messages or THREAD)),
        channel(ELSEWHERE, *elsewhere),
        channel(DIRECT, *direct, is_im=True),
    )
    return Observations(
        seed=0,
        database="postgres",
        seconds=60.0,
        began=0.0,
        tasks=[task],
        channels={each.id: each for each in channels},
        private_messages=answers,
        files=files or {},
        requests=requests,
        looks=looks,
        listings=listings,
        watching_since=watching_since,
        homes=homes or {},
        incarnations=processes,
        outages=outages,
        records=BotRecords(
            subscriptions={each.id: each for each in subscriptions},
            messages={each.marker: each for each in records},
            gathered=gathered,
            reported=reported,
        ),
        open_work=open_work or {},
    )


def run_without_thread(
    *, answers: Sequence[EphemeralMessage] = (), direct: Sequence[PostedMessage] = ()
) -> Observations:
    """A command that began no subscription."""
    answer = record("answer", MessageKind.DIRECT, "5.0", subscription_id=None, trigger_id="trigger-1")
    found = run(subscriptions=(), records=[answer] if direct else (), answers=answers, direct=direct, requests=())
    found.channels[CHANNEL].messages.clear()
    found.channels[CHANNEL].replies.clear()
    return found


def stopped_run(*texts: str, commands: Sequence[TypedCommand] = (FOLLOW, STOP)) -> Observations:
    """A thread that was stopped, with the versions of its card."""
    root = message("1.0", "*Following*: x", f"*No longer followed*: {TASK}", marker="root", thread_ts=None)
    return run(
        root,
        message("2.0", *texts, marker="card"),
        records=(ROOT_RECORD, CARD_RECORD),
        subscriptions=[subscription(outcome=Outcome.STOPPED)],
        commands=commands,
        answers=[private(STOPPED, trigger_id="trigger-2")],
        requests=[edit(9.0, "1.0"), *(edit(9.5 + index) for index in range(len(texts) - 1))],
    )


def with_card(*texts: str, edits: Sequence[SlackRequest], suspended: tuple[float, float] | None = None) -> Observations:
    """A thread whose card had these versions, by these edits."""
    return run(
        ROOT,
        message("2.0", *texts, marker="card"),
        COMPLETION,
        requests=[edit(9.0, "1.0"), *edits],
        processes=[process(suspended=suspended)],
    )


TWO_SUBSCRIPTIONS = (subscription(), subscription(2, trigger_id="trigger-3"))
TWO_ROOTS = (*THREAD, message("6.0", "*Following*: x", marker="root-2", thread_ts=None))
TWO_ROOT_RECORDS = (*RECORDS, record("root-2", MessageKind.ROOT, "6.0", subscription_id=2))
