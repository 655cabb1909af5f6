"""The people as whom one can look and act on the page."""

from typing import TypedDict

from babel import Locale

from sandbox.harness import CHANNEL, PERSON
from sandbox.slack import SlackSimulator


class PagePerson(TypedDict):
    """A person who can be chosen, with the language as it is called in itself."""

    id: str
    name: str
    locale: str
    language: str
    is_admin: bool


def people(slack: SlackSimulator) -> list[PagePerson]:
    """Return the members of the first channel: its main person, then by name."""
    members = [slack.users[user_id] for user_id in slack.channels[CHANNEL].members]
    return [
        {
            "id": user.id,
            "name": user.name,
            "locale": user.locale,
            "language": Locale.parse(user.locale, sep="-").get_language_name() or user.locale,
            "is_admin": user.is_admin,
        }
        for user in sorted(members, key=lambda user: (user.id != PERSON, user.name))
        if not user.is_bot
    ]


def find_person(slack: SlackSimulator, wanted: object = None) -> str:
    """Return the id of a person who can be chosen; None means the main one. Raises LookupError."""
    person = PERSON if wanted is None else str(wanted)
    if person not in {each["id"] for each in people(slack)}:
        raise LookupError(person)
    return person
