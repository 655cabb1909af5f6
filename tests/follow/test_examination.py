"""`/longtask doctor`: the checks of the installation, for workspace admins alone."""

import re

import pytest
from structlog.typing import EventDict

from bot.db.migrate import newest
from bot.render import replies
from bot.render.i18n import Catalogs, Texts
from sandbox.harness import CHANNEL, PERSON
from tests.support.ports import port_of, reserved_port
from tests.support.stepped_bot import SteppedBot

ADMIN = "U0ADMIN"
SMALL = (
    "The lines are in English, as `python -m bot doctor` prints them for the person who runs this bot. Only you can "
    "see them."
)


@pytest.fixture
def admin(stepped: SteppedBot) -> str:
    """A workspace admin in the channel."""
    stepped.slack.add_user(ADMIN, admin=True)
    stepped.slack.invite(CHANNEL, ADMIN)
    return ADMIN


async def asked(stepped: SteppedBot, user: str, text: str = "doctor") -> list[str]:
    """The lines of the answer; the free room on the disk is left out."""
    (answer,) = await stepped.ask(text, user=user)
    return [re.sub(r"[\d,]+ MB", "N MB", line) for line in answer.splitlines()]


async def test_an_admin_sees_the_lines_of_the_operators_command(stepped: SteppedBot, admin: str) -> None:
    ok, note = ":white_check_mark: `ok", ":warning: `note"
    add = "if that is wanted, add it under OAuth &amp; Permissions and install the app again"
    assert [line for line in await asked(stepped, admin) if "Scopes: " not in line] == [
        "*No check of this bot failed.*",
        f"{ok} Settings: readable, HTTP on port 0, Confluence cloud`",
        f"{ok} Secrets: each has the shape of its kind`",
        f"{ok} Database: reachable, takes writes`",
        f"{ok} Migrations: at {newest()}, the newest`",
        f"{ok} Leases: no claim ran out without being taken over`",
        f"{ok} Lag: no look, command or message is late`",
        f"{ok} Encryption: the response URLs of the last half hour can be read with SLACK_SIGNING_SECRET`",
        f"{ok} Disk: N MB free beside the SQLite file`",
        f"{ok} Slack: the bot token is of sandbox`",
        f"{ok} Clock: within 30 seconds of Slack's`",
        f"{ok} Signing: accepted: a signed request to {stepped.sandbox.public.url}`",
        f"{ok} Confluence: reachable, the credential is accepted`",
        f"{ok} List: Confluence lists what runs`",
        f"{ok} Running list: RUNNING_LIST is everyone; the Confluence account is no administrator's`",
        (
            f"{note} Token: CONFLUENCE_API_TOKEN does not say when it expires; Atlassian's live a year at most → look "
            "it up at id.atlassian.com → Security → API tokens, and note the day`"
        ),
        SMALL,
    ]
    scope = "files:write is not granted; it allows the full list of warnings as a file"
    assert f"{note} Scopes: {scope} → {add}`" in await asked(stepped, admin)


async def test_what_has_failed_is_counted_and_named_with_its_fix(stepped: SteppedBot, admin: str) -> None:
    await stepped.confluence.stop()

    with reserved_port(port_of(stepped.confluence.origin)):
        lines = await asked(stepped, admin)

    assert lines[0] == "*1 check of this bot failed.*"
    assert [line for line in lines if line.startswith(":x:")] == [
        (
            ":x: `FAILED Confluence: not reached (connection refused) → check CONFLUENCE_URL, the network and "
            "HTTPS_PROXY`"
        )
    ]


async def test_the_frame_is_in_the_language_of_the_admin(stepped: SteppedBot, catalogs: Catalogs) -> None:
    stepped.slack.add_user(ADMIN, admin=True, locale="de-DE")
    german = replies.checks(catalogs.languages["de"], []).text.splitlines()

    lines = await asked(stepped, ADMIN, "Diagnose")

    assert (lines[0], lines[-1]) == (german[0], german[-1])
    assert german[0] != replies.checks(catalogs.languages["en"], []).text.splitlines()[0]


@pytest.mark.parametrize("who", ["member", "guest", "stranger"])
async def test_others_are_refused_with_one_sentence_and_nothing_is_checked(
    stepped: SteppedBot, en: Texts, logs: list[EventDict], who: str
) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.add_user("U0OTHER", team="T0ELSEWHERE", admin=True)
    user = {"member": PERSON, "guest": "U0GUEST", "stranger": "U0OTHER"}[who]
    requests = len(stepped.confluence.log)

    assert await stepped.ask("doctor", user=user) == [replies.checks_for_admins(en).text]

    assert len(stepped.confluence.log) == requests
    assert [call.method for call in stepped.slack.calls if call.method == "auth.test"] == ["auth.test"]
    assert [(log["action"], log["user"]) for log in logs if log["event"] == "refused"] == [("doctor", user)]


async def test_only_the_admin_sees_the_answer_and_it_holds_no_secret(
    stepped: SteppedBot, admin: str, logs: list[EventDict]
) -> None:
    (answer,) = await stepped.ask("doctor", user=admin)

    seen_by = {message.user for message in stepped.slack.private_messages if message.text == answer}
    assert (seen_by, stepped.slack.messages(CHANNEL)) == ({admin}, [])
    settings = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "CONFLUENCE_API_TOKEN", "CONFLUENCE_EMAIL")
    assert [name for name in settings if stepped.sandbox.environ[name] in answer] == []
    assert [(log["action"], log["user"]) for log in logs if log["event"] == "acted"] == [("doctor", admin)]
