import aiohttp
import pytest

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused, SlackError, SlackRateLimited
from bot.clients.slack.session import open_session
from bot.metrics import Metrics
from tests.support.metrics import counted
from tests.support.scripted_slack import ScriptedSlack, dropped, ok, page, refuses, says, silent, text
from tests.support.web_server import Answer


def answer_counted(metrics: Metrics, method: str) -> str:
    """The kind of answer as which the one call was counted."""
    (sample,) = counted(metrics, "longtask_slack_calls_total")
    return sample.removeprefix('longtask_slack_calls_total{answer="').removesuffix(f'",method="{method}"}}')


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refuses("internal_error"), Ambiguous, "internal_error"),
        (says({"ok": False, "error": "fatal_error"}, 500), Ambiguous, "fatal_error"),
        (page(503), Ambiguous, "HTTP 503"),
        (says({}, 502), Ambiguous, "HTTP 502"),
        (page(200), Ambiguous, "HTTP 200"),
        (page(200, ""), Ambiguous, "HTTP 200"),
        (text('{"ok": tr', content_type="application/json"), Ambiguous, "HTTP 200"),
        (text("[1]", content_type="application/json"), Ambiguous, "AttributeError"),
        (text("[" * 65 + "]" * 65, content_type="application/json"), Ambiguous, "BodyRefused"),
        (text("[" * 100_000 + "]" * 100_000, content_type="application/json"), Ambiguous, "BodyRefused"),
        (text("[" + "[]," * 200_000 + "[]]", content_type="application/json"), Ambiguous, "BodyRefused"),
        (text("1" * 5_000, content_type="application/json"), Ambiguous, "BodyRefused"),
        (says({"ok": False, "error": ["odd"]}), Ambiguous, "HTTP 200"),
        (says({"ok": False, "error": "o\ud800\n\x1b[2Jdd"}), Refused, "o???[2Jdd"),
        (says({"ok": False}), Ambiguous, "HTTP 200"),
        (ok(channel="C1"), Ambiguous, "ok without ts"),
        (dropped, Ambiguous, "ServerDisconnectedError"),
        (page(404), Refused, "HTTP 404"),
        (refuses("never_heard_of"), Refused, "never_heard_of"),
    ],
)
async def test_each_broken_answer_to_a_post_is_one_error(
    slack: ScriptedSlack, client: SlackClient, answer: Answer, error: type[SlackError], words: str
) -> None:
    slack.prepare("chat.postMessage", answer)
    with pytest.raises(SlackError) as raised:
        await client.post("C1", "secret words")
    assert (type(raised.value), str(raised.value)) == (error, f"chat.postMessage: {words}")


async def test_a_dropped_connection_is_not_tried_again_by_itself(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("chat.postMessage", dropped, ok(ts="1.1"))
    with pytest.raises(Ambiguous):
        await client.post("C1", "hello")
    assert len(slack.calls) == 1


async def test_a_slow_answer_is_ambiguous(slack: ScriptedSlack, metrics: Metrics) -> None:
    slack.prepare("chat.postMessage", silent)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1.0)) as hasty:
        client = SlackClient(hasty, token="xoxb-secret", base_url=slack.url, metrics=metrics)
        with pytest.raises(Ambiguous):
            await client.post("C1", "hello")


async def test_a_connection_never_made_is_not_ambiguous(metrics: Metrics, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/api/"
    async with open_session(url) as session:
        client = SlackClient(session, token="xoxb-secret", base_url=url, metrics=metrics)
        with pytest.raises(NotConnected, match=r"^chat\.postMessage: ClientConnectorError$"):
            await client.post("C1", "hello")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (says({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1847"}), 1847.0),
        (page(429), 30.0),
        (says({}, 429, {"Retry-After": "inf"}), 30.0),
        (says({}, 429, {"Retry-After": "nan"}), 30.0),
        (says({}, 429, {"Retry-After": "0"}), 0.0),
        (refuses("rate_limited"), 30.0),
        (says({"ok": False, "error": "message_limit_exceeded"}, 200, {"Retry-After": "soon"}), 30.0),
    ],
)
async def test_a_rate_limit_says_how_long_to_wait(
    slack: ScriptedSlack, client: SlackClient, metrics: Metrics, answer: Answer, seconds: float
) -> None:
    slack.prepare("chat.update", answer)
    with pytest.raises(SlackRateLimited) as raised:
        await client.edit("C1", "1.1", "hello")
    assert (raised.value.method, raised.value.retry_after) == ("chat.update", seconds)
    assert answer_counted(metrics, "chat.update") == "rate_limited"


@pytest.mark.parametrize(
    ("word", "refusal"),
    [
        ("message_not_found", Refusal.MESSAGE_GONE),
        ("edit_window_closed", Refusal.EDIT_CLOSED),
        ("cant_update_message", Refusal.EDIT_CLOSED),
        ("invalid_blocks", Refusal.BLOCKS_REFUSED),
        ("invalid_blocks_format", Refusal.BLOCKS_REFUSED),
        ("block_mismatch", Refusal.BLOCKS_REFUSED),
        ("msg_blocks_too_long", Refusal.BLOCKS_REFUSED),
        ("msg_too_long", Refusal.TOO_LONG),
        ("not_in_channel", Refusal.NOT_IN_CHANNEL),
        ("channel_not_found", Refusal.CHANNEL_GONE),
        ("is_archived", Refusal.ARCHIVED),
        ("is_inactive", Refusal.ARCHIVED),
        ("account_inactive", Refusal.WORKSPACE_GONE),
        ("token_revoked", Refusal.WORKSPACE_GONE),
        ("invalid_auth", Refusal.WORKSPACE_GONE),
        ("restricted_action_read_only_channel", Refusal.RESTRICTED),
        ("missing_scope", Refusal.MISSING_SCOPE),
        ("thread_not_found", Refusal.THREAD_GONE),
        ("user_not_found", Refusal.USER_GONE),
        ("external_channel_migrating", Refusal.NOT_NOW),
        ("no_text", Refusal.UNKNOWN),
    ],
)
async def test_each_refusal_has_its_meaning(
    slack: ScriptedSlack, client: SlackClient, metrics: Metrics, word: str, refusal: Refusal
) -> None:
    slack.prepare("chat.update", refuses(word))
    with pytest.raises(Refused) as raised:
        await client.edit("C1", "1.1", "hello")
    assert (raised.value.refusal, raised.value.answer, raised.value.label) == (refusal, word, refusal.value)
    assert answer_counted(metrics, "chat.update") == refusal.value
