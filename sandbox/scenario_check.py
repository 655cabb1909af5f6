"""Compare what Slack holds with what the scenarios of its long tasks expect."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from html import unescape

from bot.domain.snapshot import Severity
from bot.domain.states import Outcome, Trouble
from bot.domain.status_keys import lookup
from bot.render.failure import BUSY_SPACE, LOCKED
from bot.render.i18n import Texts, english
from bot.render.mrkdwn import Mrkdwn, bold
from bot.render.phrases import outcome_word
from bot.render.status_texts import FINDING_TEXTS, other_headline
from bot.render.troubles import TROUBLES
from sandbox.harness import CHANNEL, PERSON, Sandbox
from sandbox.scenarios import Expected, tally
from sandbox.slack.records import ApiCall, PostedMessage

_BOLD_LINE = re.compile(r"^\*(.+)\*$", re.MULTILINE)
_ADDRESS = re.compile(r"<(https?://[^|>]+)")
#: shown at 100 %, wherever Confluence stopped counting
_DONE = frozenset({Outcome.FINISHED, Outcome.PROBLEMS})
#: characters of a message that a sentence quotes
_QUOTED = 90


def check_thread(
    sandbox: Sandbox,
    remote_id: str,
    expected: Expected,
    *,
    follower: str | None = PERSON,
    channel: str = CHANNEL,
    texts: Texts | None = None,
    thread_ts: str | None = None,
) -> list[str]:
    """Return a sentence for all that is missing, doubled or wrong in the messages about one ended long task.

    `follower` typed the command, None for a thread that nobody asked for; `texts` has the language of the thread
    (English by default). `thread_ts`: of the thread of somebody else in which it is followed, without a root of the
    bot. A thread has no card if the end came before it: the completion has its buttons then. Times are not checked.
    """
    texts = texts or english()
    roots = [message for message in sandbox.slack.messages(channel) if remote_id in message.text and message.bot_id]
    wanted = 1 if thread_ts is None else 0
    if len(roots) != wanted:
        return [f"There are {len(roots)} messages about it in the channel instead of {wanted}."]
    replies_under = roots[0].ts if thread_ts is None else thread_ts
    thread = [reply for reply in sandbox.slack.thread(channel, replies_under) if reply.bot_id]
    found = _check_root(roots[0], remote_id, expected, texts) if roots else []
    if not thread:
        return [*found, "Its thread is empty."]
    address = None if expected.destination is None else sandbox.confluence.people_url + expected.destination
    replies = _Replies(texts=texts, expected=expected, follower=follower, messages=thread)
    if replies.begin_with_card():
        found += _check_card(thread[0], expected, texts, address)
        replies = replace(replies, messages=thread[1:])
    else:
        found += replies.check_buttons(address)
    return [
        *found,
        *replies.check_findings(),
        *replies.check_troubles(),
        *replies.check_completion(remote_id, address),
        *replies.check_others(),
    ]


def check_strays(sandbox: Sandbox, remote_ids: Collection[str], channel: str = CHANNEL) -> list[str]:
    """Return a sentence for each message about none of these long tasks, refused call and unanswered request."""
    roots = [each for each in sandbox.slack.messages(channel) if not any(name in each.text for name in remote_ids)]
    return [
        *(f"The channel holds something else: {_quote(message)}." for message in roots),
        *(
            f"Slack refused {call.method}: {_reason(call)}."
            for call in sandbox.slack.calls
            # a 429 is no refusal: how close two calls come depends on the machine
            if not call.ok and _reason(call) != "ratelimited"
        ),
        *(
            f"“/longtask {request.text}” was not answered properly: {request.error or request.status}."
            for request in sandbox.slack.requests
            if request.error is not None or request.status != 200
        ),
    ]


def _check_root(root: PostedMessage, remote_id: str, expected: Expected, texts: Texts) -> list[str]:
    wanted = bold(outcome_word(texts, expected.outcome))
    if root.text.startswith(wanted):
        return []
    return [f"The message in the channel about {remote_id} does not say {wanted!r}: {_quote(root)}."]


def _check_card(card: PostedMessage, expected: Expected, texts: Texts, address: str | None) -> list[str]:
    figure = 100.0 if expected.outcome in _DONE else expected.last_percent
    if expected.outcome is Outcome.FAILED and figure == 100:
        figure = None
    word, percent = outcome_word(texts, expected.outcome), None if figure is None else texts.percent(figure)
    headline, *_ = card.text.split("\n")
    sections = "\n".join(block["text"]["text"] for block in card.blocks if block["type"] == "section")
    found = []
    for where, text in (("text", headline), ("blocks", sections if card.blocks else headline)):
        if word not in text:
            found.append(f"The card's {where} do not say {word!r}: {text[:_QUOTED]!r}.")
        if percent is not None and percent not in text:
            found.append(f"The card's {where} do not say {percent}: {text[:_QUOTED]!r}.")
    return [*found, *_check_buttons(card, "The card's", address)]


def _check_buttons(message: PostedMessage, whose: str, address: str | None) -> list[str]:
    buttons = [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]
    wanted = [] if address is None else [address]
    if not message.blocks or [button["url"] for button in buttons if "url" in button] == wanted:
        return []
    return [f"{whose} buttons do not lead to {address}: {[button['action_id'] for button in buttons]}."]


@dataclass(frozen=True, kw_only=True)
class _Replies:
    """The replies of a thread, sorted by what they are."""

    texts: Texts
    expected: Expected
    #: None: the completion is known by its first words
    follower: str | None
    messages: list[PostedMessage]

    @property
    def _completions(self) -> list[PostedMessage]:
        if self.follower is None:
            word = bold(outcome_word(self.texts, self.expected.outcome))
            # A card begins alike once all is over; only it is edited.
            return [reply for reply in self.messages if reply.text.startswith(word) and len(reply.versions) == 1]
        return [reply for reply in self.messages if self.follower in reply.mentions]

    @property
    def _trouble_lines(self) -> dict[str, tuple[Trouble, str]]:
        """The first line of each reply about trouble -> which, and whether it starts or ends."""
        return {
            self.texts.say(sentence): (trouble, side)
            for trouble, sentences in TROUBLES.items()
            for sentence, side in ((sentences.starts, "starts"), (sentences.ends, "ends"))
        }

    def begin_with_card(self) -> bool:
        """Whether the first reply is a card, and not what stands below one."""
        first = self.messages[0]
        below = (*self._completions, *self._warnings())
        return first not in below and first.text.split("\n")[0] not in self._trouble_lines

    def check_buttons(self, address: str | None) -> list[str]:
        """The completion leads where the card would."""
        return [
            sentence
            for completion in self._completions
            for sentence in _check_buttons(completion, "The completion's", address)
        ]

    def _headlines(self) -> dict[str, tuple[str, int]]:
        """Return every headline that an expected finding can have -> its key, and how many it reports."""
        fleeting = tally(self.expected.fleeting)
        table = {}
        for key in self.expected.findings.keys() | fleeting.keys():
            for count in range(self.expected.findings.get(key, 0) + fleeting.get(key, 0), 0, -1):
                table[_headline(self.texts, key, count)] = (key, count)
        return table

    def _warnings(self) -> list[PostedMessage]:
        """Return the replies that have a headline and are neither completion nor trouble."""
        completions = {message.ts for message in self._completions}
        troubles = self._trouble_lines
        return [
            reply
            for reply in self.messages
            if _BOLD_LINE.search(reply.text)
            and reply.ts not in completions
            and reply.text.split("\n")[0] not in troubles
        ]

    def check_findings(self) -> list[str]:
        """Each kind of findings is reported once, by a reply of its own or by the completion, with the last number; one
        that was listed only for a while, once or never."""
        table = self._headlines()
        reported: dict[str, list[int]] = {}
        found = []
        messages = (*self._warnings(), *self._completions)
        for headline in (line for message in messages for line in _BOLD_LINE.findall(message.text)):
            if headline in table:
                key, count = table[headline]
                reported.setdefault(key, []).append(count)
            else:
                found.append(f"An unexpected warning is reported: {headline[:_QUOTED]!r}.")
        # The completion of a failure says the cause in plain words, whether a reply reports it or not.
        lines = (self._cause(line) for message in self._completions for line in message.text.split("\n"))
        for line in (line for line in lines if line in table):
            key, count = table[line]
            reported.setdefault(key, [count])
        fleeting = tally(self.expected.fleeting)
        for key in sorted(reported.keys() | self.expected.findings.keys()):
            least, counts = self.expected.findings.get(key, 0), reported.get(key, [])
            if len(counts) > 1:
                found.append(f"{key} is reported in {len(counts)} places instead of 1.")
            elif not least <= sum(counts) <= least + fleeting.get(key, 0):
                found.append(f"{key} is reported {sum(counts)} times instead of {least}.")
        return found

    def check_troubles(self) -> list[str]:
        """Each trouble is reported once when it starts and once when it ends."""
        wanted = Counter((trouble, side) for trouble in self.expected.troubles for side in ("starts", "ends"))
        table = self._trouble_lines
        first_lines = (reply.text.split("\n")[0] for reply in self.messages)
        reported = Counter(table[line] for line in first_lines if line in table)
        return [
            f"That “{trouble}” {side} is reported {reported[trouble, side]} times instead of {wanted[trouble, side]}."
            for trouble, side in sorted(wanted.keys() | reported.keys())
            if reported[trouble, side] != wanted[trouble, side]
        ]

    def check_completion(self, remote_id: str, address: str | None) -> list[str]:
        """One reply mentions the follower, after all warnings, with the outcome and the link."""
        if len(self._completions) != 1:
            say = "say how it ended" if self.follower is None else "mention the follower"
            return [f"{len(self._completions)} replies {say} instead of 1."]
        completion = self._completions[0]
        found = []
        word = bold(outcome_word(self.texts, self.expected.outcome))
        if not completion.text.startswith(word) or remote_id not in completion.text:
            found.append(f"The last reply does not say {word!r} of {remote_id}: {_quote(completion)}.")
        lines = [line for line in completion.text.split("\n") if not line.startswith("• ")]  # those name pages
        links = [unescape(link) for line in lines for link in _ADDRESS.findall(line)]
        if links != ([] if address is None else [address]):
            found.append(f"The last reply links to {links} instead of {address}.")
        if any(reply.ts > completion.ts for reply in self._warnings()):
            found.append("A warning comes after the completion.")
        return found

    def _cause(self, line: str) -> str:
        """The headline of what a line says, where that names the space in which another task ran, too."""
        before, after = self.texts.say(BUSY_SPACE, space=Mrkdwn("|")).split("|")
        is_busy = line.startswith(before) and line.endswith(after)
        return _headline(self.texts, LOCKED, 1) if is_busy else line

    def check_others(self) -> list[str]:
        """No reply is anything else, except the whole list: a file, or text where no file may be shared."""
        understood = {reply.ts for reply in (*self._completions, *self._warnings())}
        troubles = self._trouble_lines
        return [
            f"The thread holds something else: {_quote(reply)}."
            for reply in self.messages
            if reply.ts not in understood
            and not reply.file_ids
            and not reply.text.startswith("• ")
            and reply.text.split("\n")[0] not in troubles
        ]


def _headline(texts: Texts, key: str, count: int) -> str:
    finding = FINDING_TEXTS.get(key)
    if finding is None:
        return other_headline(texts, key, lookup(key).severity or Severity.WARNING, count)
    return finding.headline(texts, count)


def _quote(message: PostedMessage) -> str:
    text = " / ".join(message.text.split("\n"))
    return repr(text if len(text) <= _QUOTED else text[:_QUOTED] + "…")


def _reason(call: ApiCall) -> str:
    if isinstance(call.answer, dict):
        return str(call.answer.get("error", call.answer))
    return str(call.answer or call.status or "the connection was closed")
