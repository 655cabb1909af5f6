from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics


def samples(metrics: Metrics, *names: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """(name, values of the labels, in the order of the labels' names) -> value."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
        if sample.name in names
    }


def test_looks_are_counted_by_the_kind_of_answer_with_their_lateness() -> None:
    metrics = Metrics()
    metrics.look("Seen", lateness=0.5, duration=0.2)
    metrics.look("Seen", lateness=-1.0, duration=0.2)
    metrics.look("RateLimited", lateness=2.0, duration=0.1)
    names = ("longtask_looks_total", "longtask_look_lateness_seconds_sum", "longtask_rate_limited_total")
    assert samples(metrics, *names) == {
        ("longtask_looks_total", ("Seen",)): 2.0,
        ("longtask_looks_total", ("RateLimited",)): 1.0,
        ("longtask_look_lateness_seconds_sum", ()): 2.5,
        ("longtask_rate_limited_total", ("confluence",)): 1.0,
    }


def test_calls_of_slack_are_counted_by_method_and_answer() -> None:
    metrics = Metrics()
    metrics.slack_call("chat.update", "ok")
    metrics.slack_call("chat.update", "rate_limited")
    assert samples(metrics, "longtask_slack_calls_total", "longtask_rate_limited_total") == {
        ("longtask_slack_calls_total", ("ok", "chat.update")): 1.0,
        ("longtask_slack_calls_total", ("rate_limited", "chat.update")): 1.0,
        ("longtask_rate_limited_total", ("slack",)): 1.0,
    }


def test_what_was_told_is_counted_with_its_age() -> None:
    metrics = Metrics()
    metrics.told("completion", age=1.5)
    metrics.card_edited()
    metrics.set_aside("poll")
    metrics.command("follow", "answered")
    metrics.unread(unknown_keys=1, dropped_parts=2)
    metrics.in_flight("slack", 1)
    names = (
        "longtask_notices_told_total",
        "longtask_notice_age_seconds_sum",
        "longtask_card_edits_total",
        "longtask_rows_set_aside_total",
        "longtask_commands_total",
        "longtask_unknown_status_keys_total",
        "longtask_dropped_parts_total",
        "longtask_in_flight",
    )
    assert samples(metrics, *names) == {
        ("longtask_notices_told_total", ("completion",)): 1.0,
        ("longtask_notice_age_seconds_sum", ("completion",)): 1.5,
        ("longtask_card_edits_total", ()): 1.0,
        ("longtask_rows_set_aside_total", ("poll",)): 1.0,
        ("longtask_commands_total", ("answered", "follow")): 1.0,
        ("longtask_unknown_status_keys_total", ()): 1.0,
        ("longtask_dropped_parts_total", ()): 2.0,
        ("longtask_in_flight", ("slack",)): 1.0,
    }


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    first, second = Metrics(), Metrics()
    first.turn("poll", crashed=True)
    assert samples(second, "longtask_turns_total") == {}
    assert samples(first, "longtask_turns_total", "longtask_crashed_turns_total") == {
        ("longtask_turns_total", ("poll",)): 1.0,
        ("longtask_crashed_turns_total", ("poll",)): 1.0,
    }
