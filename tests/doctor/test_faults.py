"""What is wrong with an installation is named by doctor, each fault with its own fix.

Each fault is seeded for real: simulators that answer that way over HTTP, a file in that state, an environment.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from sandbox.confluence import faults
from sandbox.slack import Fault
from tests.doctor import seeds
from tests.doctor.installation import Installation, open_installation
from tests.doctor.seeds import Seed, environ

SCOPE = "read:content.metadata:confluence"
OLD_SCOPE = "read:confluence-space.summary"
ADD = "add it under OAuth & Permissions and install the app again"
WORKER = "no worker runs: start one (python -m bot, or python -m bot worker); if one runs, its log says what keeps it"
API_TOKENS = "id.atlassian.com → Security → API tokens"


class Seeded(NamedTuple):
    """A fault, and what doctor says that it does not say without the fault; {words} are those of the installation."""

    seed: Seed
    lines: tuple[str, ...]
    kind: str
    but_for: str | None


def seeded(seed: Seed, *lines: str, kind: str = "cloud", but_for: str | None = None) -> Seeded:
    """A fault of the table. `but_for`: a check that says something else as well, which depends on who runs the test."""
    return Seeded(seed, lines, kind, but_for)


FAULTS: dict[str, Seeded] = {
    # -- settings and secrets
    "installs by OAuth, which this version does not do": seeded(
        environ(
            SLACK_BOT_TOKEN=None,
            SLACK_CLIENT_ID="1.2",
            SLACK_CLIENT_SECRET="s" * 32,
            SLACK_ALLOWED_TEAMS="T0123456789",
            ENCRYPTION_KEYS="k" * 32,
        ),
        "FAILED Settings: SLACK_CLIENT_ID is set, but this version installs no workspaces yet → use SLACK_BOT_TOKEN",
    ),
    "something else than the signing secret": seeded(
        environ(SLACK_SIGNING_SECRET="the-verification-token"),
        "note   Secrets: SLACK_SIGNING_SECRET is not 32 hexadecimal characters, as Slack's are → "
        "copy it again from Basic Information → App Credentials",
    ),
    "token rotation": seeded(
        seeds.token_rotation,
        "FAILED Secrets: SLACK_BOT_TOKEN expires after twelve hours: the app has token rotation on, which this "
        "bot does not do → make the app again from the manifest, without token rotation, and set its "
        "SLACK_BOT_TOKEN",
    ),
    "an API token of the old kind": seeded(
        seeds.old_api_token,
        "note   Secrets: CONFLUENCE_API_TOKEN looks like an API token of the old kind, all of which expired by "
        f"May 2026 → make a new one at {API_TOKENS}",
    ),
    # -- Slack
    "revoked bot token": seeded(
        seeds.token_refused("token_revoked"),
        "FAILED Slack: refused the bot token (token_revoked) → install the app again and set SLACK_BOT_TOKEN anew",
    ),
    "Slack cannot be reached": seeded(
        environ(SLACK_API_URL="http://127.0.0.1:1/api/"),
        "FAILED Slack: not reached (ClientConnectorError) → check the network, HTTPS_PROXY and SLACK_API_URL",
    ),
    "Slack has an incident": seeded(
        seeds.slack_answers(Fault.status(503)),
        "FAILED Slack: did not answer properly (HTTP 503) → try again in a few minutes",
    ),
    "missing scopes without which nothing works": seeded(
        seeds.without_scopes("chat:write", "users:read"),
        f"FAILED Scopes: chat:write is not granted: nothing can be posted → {ADD}",
        "FAILED Scopes: users:read is not granted: nobody may use it, because Slack does not say who asks → " + ADD,
    ),
    "missing scopes that cost something": seeded(
        seeds.without_scopes("files:write", "groups:read"),
        "note   Scopes: groups:read is not granted; it allows in private channels what channels:read allows in "
        f"public ones → if that is wanted, {ADD}",
        "note   Scopes: files:write is not granted; it allows the full list of warnings as a file → "
        f"if that is wanted, {ADD}",
    ),
    "a clock that is minutes behind": seeded(
        seeds.clock_behind(600),
        "FAILED Clock: this machine is 10 minutes behind Slack, and refuses every request of Slack's as older "
        "than 5 minutes → set this machine's clock: turn NTP on",
    ),
    "a clock that is a minute ahead": seeded(
        seeds.clock_behind(-64),
        "note   Clock: this machine is 60 seconds ahead of Slack; times in messages are wrong by that → set "
        "this machine's clock: turn NTP on",
    ),
    "a clock that differs from Confluence's": seeded(
        seeds.clock_behind_confluence(600),
        "note   Clock: this machine is 10 minutes behind Confluence → set this machine's clock: turn NTP on, "
        "or if Slack's agrees with it, have Confluence's clock set",
    ),
    "another signing secret than that of the bot": seeded(
        seeds.another_signing_secret,
        "FAILED Signing: the bot at http://127.0.0.1:{port} refuses what is signed with SLACK_SIGNING_SECRET "
        "(HTTP 401) → copy the signing secret from Basic Information to SLACK_SIGNING_SECRET, here and where "
        "the bot runs; restart it",
    ),
    "another program on the bot's port": seeded(
        seeds.another_program_on_the_port,
        "FAILED Signing: what answers at http://127.0.0.1:{port} is not this bot (HTTP 200) → see what listens "
        "there: another program on its port, or a proxy that knows no bot behind it",
    ),
    "a public address that leads elsewhere": seeded(
        seeds.public_address_of_another_program,
        "FAILED Public address: {public} does not lead to this bot (HTTP 200) → set PUBLIC_URL to the address "
        "by which Slack reaches this bot, and let what is in front pass all on to it",
    ),
    # -- Confluence
    "wrong API token": seeded(
        environ(CONFLUENCE_API_TOKEN="of-another-account"),
        "FAILED Confluence: refused the credential (403) → make a new CONFLUENCE_API_TOKEN: they expire after "
        "a year at most; a token with scopes needs CONFLUENCE_CLOUD_ID=auto",
    ),
    "a password instead of an API token": seeded(
        seeds.password_for_token,
        "FAILED Confluence: refused the credential: CONFLUENCE_API_TOKEN is a password (401) → make an API "
        f"token at {API_TOKENS}, and set it",
    ),
    "a token with scopes at the site's own domain": seeded(
        seeds.scoped_token_at_the_site,
        "FAILED Confluence: takes this kind of token through the API gateway only (401) → set CONFLUENCE_CLOUD_ID=auto",
    ),
    "a token without the scope for long tasks": seeded(
        seeds.gateway_token("read:jira-work"),
        "FAILED Confluence: refused the credential for want of a scope (401) → make a CONFLUENCE_API_TOKEN "
        f"with the scope {SCOPE}",
    ),
    "a token without the scope for the list": seeded(
        seeds.gateway_token(OLD_SCOPE),
        "note   List: the token may not list what runs: the command alone and `watch` show nothing → make a "
        f"CONFLUENCE_API_TOKEN with the scope {SCOPE}",
        "note   Running list: RUNNING_LIST is everyone; Confluence does not say whether its account is an "
        "administrator's → check it yourself; if it is, set RUNNING_LIST to admins or off, or use an account "
        "that administers nothing",
    ),
    "an IP allowlist without this machine": seeded(
        seeds.site_answers(faults.address_refused()),
        "FAILED Confluence: refused the address of this machine (403) → put the address from which the bot "
        "calls on the organization's IP allowlist",
    ),
    "a site that was renamed": seeded(
        seeds.site_answers(faults.redirect("https://new.atlassian.net/wiki/rest/api/longtask/0")),
        "FAILED Confluence: sends every request on to new.atlassian.net (302) → if new.atlassian.net is the "
        "site's new name, set CONFLUENCE_URL to it; else see what redirects",
    ),
    "a login page in front of the site": seeded(
        seeds.site_answers(faults.html()),
        "FAILED Confluence: answers something else (not JSON but text/html;charset=UTF-8) → check "
        "CONFLUENCE_URL: is there a login page in front of it?",
    ),
    "an address without Confluence's API": seeded(
        seeds.site_answers(faults.page(404, "Not Found")),
        "FAILED Confluence: does not serve the API here (404) → check CONFLUENCE_URL and CONFLUENCE_KIND",
    ),
    "an address with another API": seeded(
        seeds.site_answers(faults.status(404)),
        "FAILED Confluence: does not serve the API here (404) → check CONFLUENCE_URL and CONFLUENCE_KIND",
    ),
    "rate limited by Confluence": seeded(
        seeds.site_answers(faults.rate_limited()),
        "FAILED Confluence: reachable, but asks for a rest (429) → try again later",
    ),
    "Confluence is down": seeded(
        seeds.site_down,
        "FAILED Confluence: not reached (connection refused) → check CONFLUENCE_URL, the network and HTTPS_PROXY",
    ),
    "the cloud id of another site": seeded(
        seeds.another_cloud_id,
        "FAILED Cloud id: CONFLUENCE_CLOUD_ID is 11111111-2222-4333-8444-555555555555, but the site's is "
        "{cloud_id} → set CONFLUENCE_CLOUD_ID=auto",
    ),
    "a cloud id that nobody says": seeded(
        seeds.unpublished_cloud_id,
        "FAILED Cloud id: CONFLUENCE_CLOUD_ID is auto, but the site does not publish its cloud id → check "
        "CONFLUENCE_URL, or set CONFLUENCE_CLOUD_ID to the id itself",
    ),
    "an administrator's account, and a list for everyone": seeded(
        seeds.administrator,
        "note   Running list: RUNNING_LIST is everyone and the Confluence account is an administrator's, so "
        "everybody in Slack sees what runs in every space → set RUNNING_LIST to admins or off, or use an "
        "account that administers nothing",
    ),
    "a token that Data Center takes for nobody's": seeded(
        seeds.anonymous,
        "FAILED Confluence: does not know the token, and took the request as anybody's (404) → make a new "
        "CONFLUENCE_TOKEN",
        kind="datacenter",
    ),
    "a token that expires in three days": seeded(
        seeds.expiring(days=3, minutes=5),
        "note   Token: CONFLUENCE_TOKEN expires in 3 days, on {day} → make a new CONFLUENCE_TOKEN before that, "
        "and restart the bot with it",
    ),
    "a token that has expired": seeded(
        seeds.expiring(minutes=-5),
        "FAILED Token: CONFLUENCE_TOKEN expired on {day} → make a new CONFLUENCE_TOKEN",
    ),
    # -- the database and its disk
    "a new database": seeded(
        seeds.no_tables,
        "note   Migrations: none applied yet: a new database; the first start applies them",
    ),
    "the database of a later version": seeded(
        seeds.migration_of_a_newer_version,
        "FAILED Migrations: the database is at 2031_01_01_1, which this version does not have → move the file "
        "away, or set DATABASE_URL to another database",
    ),
    "a damaged file": seeded(
        seeds.damaged_file,
        "FAILED Database: takes no writes: its file is not a database → put that right; the bot then goes on by itself",
    ),
    "a file in the place of the database's folder": seeded(
        seeds.folder_is_a_file,
        "FAILED Database: {folder}/data/longtask.db does not exist, and {folder}/data is no folder in which it "
        "can be made → make the folder, let this user write to it, or change DATABASE_URL",
    ),
    "a database server that does not run": seeded(
        seeds.server_away,
        "FAILED Database: not reached (OperationalError) → check DATABASE_URL, and that the database accepts "
        "connections from here",
    ),
    "a full disk": seeded(
        # The file system of the kernel's own data has no room at all.
        environ(DATABASE_URL="sqlite:////proc/longtask/longtask.db"),
        "FAILED Disk: 0 MB free beside the SQLite file → make room: at least 200 MB, or a full disk stops every write",
        but_for="Database",
    ),
    "a database that others may read": seeded(
        seeds.readable_files,
        "note   Files: {folder}/longtask.db can be read by other users of this machine → chmod 600 "
        "{folder}/longtask.db",
    ),
    # -- the work
    "looks that nobody takes up": seeded(
        seeds.nobody_looks,
        f"FAILED Lag: overdue: 1 look since {{since}} → {WORKER}",
    ),
    "a process that died, and none that takes over": seeded(
        seeds.nobody_takes_over,
        f"FAILED Leases: 1 claim ran out more than a minute ago, and no process took over → {WORKER}",
        f"FAILED Lag: overdue: 1 look since {{since}} → {WORKER}",
    ),
    "messages that nobody posts": seeded(
        seeds.nobody_delivers,
        f"FAILED Lag: overdue: 2 messages since {{since}} → {WORKER}",
    ),
    "commands that nobody answers": seeded(
        seeds.nobody_answers,
        f"FAILED Lag: overdue: 1 command since {{since}} → {WORKER}",
    ),
    "encryption keys without the former one": seeded(
        seeds.other_encryption_keys,
        "FAILED Encryption: 1 of the last 1 response URLs cannot be read with ENCRYPTION_KEYS (1): those answers "
        "are lost → put the former key after the newest in ENCRYPTION_KEYS, and leave it there for half an hour",
    ),
}


@pytest.fixture
async def installed(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Installation]:
    """An installation in which nothing is wrong, run from its own folder."""
    monkeypatch.chdir(tmp_path)
    kind = getattr(request, "param", "cloud")
    async with open_installation(tmp_path, migrated_file, kind=kind) as opened:
        yield opened


@pytest.mark.parametrize(
    ("installed", "fault"),
    [pytest.param(fault.kind, fault, id=name) for name, fault in FAULTS.items()],
    indirect=["installed"],
)
async def test_a_fault_is_named_with_its_fix(installed: Installation, fault: Seeded) -> None:
    before = await installed.lines()
    assert [line for line in before if line.startswith("FAILED")] == []

    await fault.seed(installed)

    after = [str(check) for check in await installed.checks() if check.name != fault.but_for]
    news = [line for line in after if line not in before and not line.startswith("ok")]
    assert news == [line.format_map(installed.words) for line in fault.lines]
