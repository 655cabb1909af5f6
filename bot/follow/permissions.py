"""Decide what a person may do."""

from bot.follow.deps import Request


def may_stop(request: Request, owner_id: str) -> bool:
    """Whether a person may stop a thread: its owner, and everybody but guests and people of other organisations."""
    person = request.person
    is_outsider = person is not None and (person.is_guest or person.is_stranger)
    return owner_id == request.user_id or not (request.is_foreign or is_outsider)


def may_stop_all(request: Request) -> bool:
    """Whether a person may stop the threads of others all at once: workspace admins."""
    return request.person is not None and request.person.is_admin and not request.is_foreign
