"""Says what a channel lacks of what its stories were expected to leave there."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from html import unescape

from bot.domain.snapshot import Severity
from bot.domain.states import Outcome, Trouble
from bot.domain.status_keys import known
from bot.render.i18n import Texts, english
from bot.render.mrkdwn import bold
from bot.render.phrases import outcome_word
from bot.render.status_texts import FINDING_TEXTS, other_headline
from bot.render.troubles import TROUBLES
from sandbox.environment import CHANNEL, PERSON, Sandbox
from sandbox.scenarios import Expected, tally
from sandbox.slack.records import Call, Message

_BOLD_LINE = re.compile(r"^\*(.+)\*$", re.MULTILINE)
_ADDRESS = re.compile(r"<(https?://[^|>]+)")
#: what is said at 100 %, wherever Confluence stopped counting
_DONE = frozenset({Outcome.FINISHED, Outcome.PROBLEMS})
#: characters of a message that a sentence quotes
_QUOTED = 90


def problems(
    sandbox: Sandbox,
    remote_id: str,
    expected: Expected,
    *,
    follower: str = PERSON,
    channel: str = CHANNEL,
    texts: Texts | None = None,
) -> list[str]:
    """What is missing, doubled or wrong in what Slack holds of one long task that is over: a sentence each.

    `follower` is who typed the command, `words` the language of the thread (English). Times are not looked at.
    """
    texts = texts or english()
    roots = [message for message in sandbox.slack.messages(channel) if remote_id in message.text]
    if len(roots) != 1:
        return [f"There are {len(roots)} messages about it in the channel instead of 1."]
    thread = sandbox.slack.thread(channel, roots[0].ts)
    found = _of_root(roots[0], remote_id, expected, texts)
    if not thread:
        return [*found, "Its thread is empty."]
    address = None if expected.destination is None else sandbox.confluence.people_url + expected.destination
    reading = _Reading(texts=texts, expected=expected, follower=follower, replies=thread[1:])
    return [
        *found,
        *_of_card(thread[0], expected, texts, address),
        *reading.of_findings(),
        *reading.of_troubles(),
        *reading.of_completion(remote_id, address),
        *reading.of_the_rest(),
    ]


def strays(sandbox: Sandbox, remote_ids: Collection[str], channel: str = CHANNEL) -> list[str]:
    """What belongs to none of these long tasks, and what Slack or the bot did not take: a sentence each."""
    roots = [each for each in sandbox.slack.messages(channel) if not any(name in each.text for name in remote_ids)]
    return [
        *(f"The channel holds something else: {_quoted(message)}." for message in roots),
        *(
            f"Slack refused {call.method}: {_reason(call)}."
            for call in sandbox.slack.calls
            # to be asked for a pause is no refusal: how close two calls come is up to the machine
            if not call.ok and _reason(call) != "ratelimited"
        ),
        *(
            f"“/longtask {request.text}” was not answered properly: {request.error or request.status}."
            for request in sandbox.slack.requests
            if request.error is not None or request.status != 200
        ),
    ]


def _of_root(root: Message, remote_id: str, expected: Expected, texts: Texts) -> list[str]:
    wanted = f"{bold(outcome_word(texts, expected.outcome))}: "
    if root.text.startswith(wanted):
        return []
    return [f"The message in the channel about {remote_id} does not say {wanted!r}: {_quoted(root)}."]


def _of_card(card: Message, expected: Expected, texts: Texts, address: str | None) -> list[str]:
    figure = 100.0 if expected.outcome in _DONE else expected.last_percent
    word, percent = outcome_word(texts, expected.outcome), None if figure is None else texts.percent(figure)
    headline, *_ = card.text.split("\n")
    shown = "\n".join(block["text"]["text"] for block in card.blocks if block["type"] == "section")
    found = []
    for where, said in (("text", headline), ("blocks", shown if card.blocks else headline)):
        if word not in said:
            found.append(f"The card's {where} do not say {word!r}: {said[:_QUOTED]!r}.")
        if percent is not None and percent not in said:
            found.append(f"The card's {where} do not say {percent}: {said[:_QUOTED]!r}.")
    buttons = [element for block in card.blocks if block["type"] == "actions" for element in block["elements"]]
    if card.blocks and [button.get("url") for button in buttons] != ([] if address is None else [address]):
        found.append(f"The card's buttons do not lead to {address}: {[button['action_id'] for button in buttons]}.")
    return found


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """The replies of a thread, the card apart, sorted by what they are."""

    texts: Texts
    expected: Expected
    follower: str
    replies: list[Message]

    @property
    def _completions(self) -> list[Message]:
        return [reply for reply in self.replies if self.follower in reply.mentions]

    @property
    def _troubles(self) -> dict[str, tuple[Trouble, str]]:
        """The first line of each reply about trouble -> which, and whether it starts or ends."""
        return {
            self.texts.say(sentence): (trouble, side)
            for trouble, said in TROUBLES.items()
            for sentence, side in ((said.starts, "starts"), (said.ends, "ends"))
        }

    def _told_troubles(self) -> Counter[tuple[Trouble, str]]:
        table = self._troubles
        return Counter(table[line] for reply in self.replies if (line := reply.text.split("\n")[0]) in table)

    def _headlines(self) -> dict[str, tuple[str, int]]:
        """Every headline a finding that is expected can have -> its key, and how many it tells."""
        fleeting = tally(self.expected.fleeting)
        table = {}
        for key in self.expected.findings.keys() | fleeting.keys():
            for count in range(self.expected.findings.get(key, 0) + fleeting.get(key, 0), 0, -1):
                table[_headline(self.texts, key, count)] = (key, count)
        return table

    def _warnings(self) -> list[Message]:
        """The replies with a headline that are nothing else."""
        others = {message.ts for message in self._completions}
        troubles = self._troubles
        return [
            reply
            for reply in self.replies
            if _BOLD_LINE.search(reply.text) and reply.ts not in others and reply.text.split("\n")[0] not in troubles
        ]

    def of_findings(self) -> list[str]:
        """Each finding once, with its count; of those that were listed for a while only, once or never."""
        table = self._headlines()
        told: Counter[str] = Counter()
        found = []
        for headline in (line for reply in self._warnings() for line in _BOLD_LINE.findall(reply.text)):
            if headline in table:
                key, count = table[headline]
                told[key] += count
            else:
                found.append(f"A warning is told that is none of the expected: {headline[:_QUOTED]!r}.")
        fleeting = tally(self.expected.fleeting)
        for key in sorted(told.keys() | self.expected.findings.keys()):
            least = self.expected.findings.get(key, 0)
            if not least <= told[key] <= least + fleeting.get(key, 0):
                found.append(f"{key} is told {told[key]} times instead of {least}.")
        return found

    def of_troubles(self) -> list[str]:
        """Each trouble once when it starts and once when it ends."""
        wanted = Counter((trouble, side) for trouble in self.expected.troubles for side in ("starts", "ends"))
        told = self._told_troubles()
        return [
            f"That “{trouble}” {side} is told {told[trouble, side]} times instead of {wanted[trouble, side]}."
            for trouble, side in sorted(wanted.keys() | told.keys())
            if told[trouble, side] != wanted[trouble, side]
        ]

    def of_completion(self, remote_id: str, address: str | None) -> list[str]:
        """One reply that mentions the follower, after all warnings, with the outcome and the link."""
        if len(self._completions) != 1:
            return [f"{len(self._completions)} replies mention the follower instead of 1."]
        completion = self._completions[0]
        found = []
        word = bold(outcome_word(self.texts, self.expected.outcome))
        said = completion.text.split("\n")
        if not any(line.startswith(word) and remote_id in line for line in said):
            found.append(f"The last reply does not say {word!r} of {remote_id}: {_quoted(completion)}.")
        links = [unescape(link) for link in _ADDRESS.findall(completion.text)]
        if links != ([] if address is None else [address]):
            found.append(f"The last reply links to {links} instead of {address}.")
        if any(reply.ts > completion.ts for reply in self._warnings()):
            found.append("A warning stands after the reply that tells the end.")
        return found

    def of_the_rest(self) -> list[str]:
        """Replies that are none of the above; a file with the whole list is one of them."""
        understood = {reply.ts for reply in (*self._completions, *self._warnings())}
        troubles = self._troubles
        return [
            f"The thread holds something else: {_quoted(reply)}."
            for reply in self.replies
            if reply.ts not in understood and not reply.file_ids and reply.text.split("\n")[0] not in troubles
        ]


def _headline(texts: Texts, key: str, count: int) -> str:
    telling = FINDING_TEXTS.get(key)
    if telling is None:
        return other_headline(texts, key, known(key).severity or Severity.WARNING, count)
    return telling.headline(texts, count)


def _quoted(message: Message) -> str:
    text = " / ".join(message.text.split("\n"))
    return repr(text if len(text) <= _QUOTED else text[:_QUOTED] + "…")


def _reason(call: Call) -> str:
    if isinstance(call.answer, dict):
        return str(call.answer.get("error", call.answer))
    return str(call.answer or call.status or "the connection was closed")
