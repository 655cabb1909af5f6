"""Ask Slack now and then whether the people of running threads are still there."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clients.slack.errors import Refusal, Refused, SlackError, SlackRateLimited
from bot.db import pauses, people
from bot.db.people import OfThread
from bot.deliver.deps import Deps
from bot.domain.person import GONE, Person, absent, person_of

_log = structlog.get_logger(__name__)

METHOD = "users.info"
#: age of Slack's answer about a person from which it is asked again. Slack would say at once who was deactivated, but
#: by an event (user_change) that it sends for every change of every profile in the workspace, and an app is sent 30,000
#: events an hour at most (docs.slack.dev/apis/events-api)
ASK_AGAIN_AFTER = timedelta(hours=1)
#: seconds between two questions: Slack takes a hundred a minute, most of which are for people who type commands
QUESTION_SECONDS = 2.0
#: seconds between two looks for somebody to ask about
IDLE_SECONDS = 30.0
#: time between two questions about a person whom Slack does not describe
TRY_AGAIN_AFTER = timedelta(minutes=10)
#: people considered at once
CONSIDERED = 50


@dataclass(kw_only=True)
class PersonCheck:
    """Asks about one person after another. One loop runs it: `step` returns the seconds to wait before the next."""

    deps: Deps
    #: the workspaces that this process delivers for, so that no two processes ask the same
    team_ids: Callable[[], Collection[str]]
    _try_again_at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def step(self) -> float:
        """Ask about the first person of whom Slack has not said anything for an hour."""
        now = self.deps.now()
        self._try_again_at = {key: at for key, at in self._try_again_at.items() if at > now}
        async with self.deps.database.read() as connection:
            found = await people.to_be_asked_about(
                connection,
                team_ids=self.team_ids(),
                asked_before=now - ASK_AGAIN_AFTER,
                limit=CONSIDERED + len(self._try_again_at),
            )
        for each in found:
            if (each.team_id, each.user_id) not in self._try_again_at:
                return await self._ask(each, now)
        return IDLE_SECONDS

    async def _ask(self, each: OfThread, now: datetime) -> float:
        async with self.deps.database.read() as connection:
            until = (await pauses.paused_methods(connection, each.team_id, now=now)).get(METHOD)
        if until is not None:
            return min((until - now).total_seconds(), IDLE_SECONDS)
        try:
            person = await self._person(each)
        except SlackError as error:
            self._try_again_at[each.team_id, each.user_id] = now + TRY_AGAIN_AFTER
            if isinstance(error, SlackRateLimited):
                await self._pause(each.team_id, error)
            _log.info("person_not_known", team=each.team_id, user=each.user_id, answer=error.answer)
            return QUESTION_SECONDS
        async with self.deps.database.begin() as connection:
            await people.put(connection, person)
        if person.membership in GONE:
            _log.info("person_gone", team=each.team_id, user=each.user_id, membership=person.membership)
        return QUESTION_SECONDS

    async def _person(self, each: OfThread) -> Person:
        """Raises SlackError if Slack does not say who it is; no such person is an answer."""
        installation = await self.deps.slack.installation(each.team_id, each.enterprise_id)
        if installation is None:
            raise Refused(METHOD, "not installed")
        client = await self.deps.slack.client(each.team_id, each.enterprise_id)
        try:
            user = await client.user_info(each.user_id)
        except Refused as error:
            if error.refusal is Refusal.USER_GONE:
                return absent(each.team_id, each.user_id, now=self.deps.now())
            raise
        return person_of(each.team_id, user, installation, now=self.deps.now())

    async def _pause(self, team_id: str, error: SlackRateLimited) -> None:
        until = self.deps.now() + timedelta(seconds=error.retry_after)
        async with self.deps.database.begin() as connection:
            await pauses.pause(connection, pauses.slack_scope(team_id, METHOD), until=until, reason=error.answer)
