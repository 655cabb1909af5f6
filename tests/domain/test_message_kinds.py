from bot.domain.message_kinds import RULES, MessageKind, Place


def test_every_kind_has_rules() -> None:
    assert set(RULES) == set(MessageKind)


def test_card_home_root_warnings_and_what_a_watch_says_are_kept_true_and_edited_in_this_order() -> None:
    ranks = {kind: rules.edit_rank for kind, rules in RULES.items() if rules.edit_rank is not None}
    in_order = sorted(set(ranks.values()))
    assert [{kind for kind in ranks if ranks[kind] == rank} for rank in in_order] == [
        {MessageKind.CARD, MessageKind.HOME},
        {MessageKind.ROOT},
        {MessageKind.WARNINGS},
        {MessageKind.WATCH_ROOT},
        {MessageKind.WATCH_DIGEST},
    ]


def test_only_messages_to_persons_do_not_wait_for_the_thread() -> None:
    outside = {kind for kind, rules in RULES.items() if rules.place is not Place.THREAD}
    assert outside == {
        MessageKind.ROOT,
        MessageKind.WATCH_ROOT,
        MessageKind.DIRECT,
        MessageKind.PRIVATE,
        MessageKind.HOME,
    }
