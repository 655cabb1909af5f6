from bot.metrics import Group, Metrics, Stored
from tests.support.metrics import samples


def test_looks_are_counted_by_result_with_their_lateness() -> None:
    metrics = Metrics()
    metrics.looks.count(1, "Seen", lateness=0.5, duration=0.2)
    metrics.looks.count(1, "Seen", lateness=-1.0, duration=0.2)
    metrics.looks.count(1, "RateLimited", lateness=2.0, duration=0.1)
    names = ("longtask_looks_total", "longtask_look_lateness_seconds_sum", "longtask_rate_limited_total")
    assert samples(metrics, *names) == {
        'longtask_looks_total{result="Seen",site="1"}': 2.0,
        'longtask_looks_total{result="RateLimited",site="1"}': 1.0,
        "longtask_look_lateness_seconds_sum": 2.5,
        'longtask_rate_limited_total{system="confluence"}': 1.0,
        'longtask_rate_limited_total{system="slack"}': 0.0,
    }


def test_calls_to_slack_are_counted_by_method_and_answer() -> None:
    metrics = Metrics()
    metrics.slack.call("chat.update", "ok")
    metrics.slack.call("chat.update", "rate_limited")
    assert samples(metrics, "longtask_slack_calls_total", "longtask_rate_limited_total") == {
        'longtask_slack_calls_total{answer="ok",method="chat.update"}': 1.0,
        'longtask_slack_calls_total{answer="rate_limited",method="chat.update"}': 1.0,
        'longtask_rate_limited_total{system="confluence"}': 0.0,
        'longtask_rate_limited_total{system="slack"}': 1.0,
    }


def test_messages_are_counted_by_kind_with_their_age() -> None:
    metrics = Metrics()
    metrics.slack.posted("completion", age=1.5)
    metrics.slack.edited("card")
    names = ("longtask_messages_posted_total", "longtask_message_age_seconds_sum", "longtask_messages_edited_total")
    assert samples(metrics, *names) == {
        'longtask_messages_posted_total{kind="completion"}': 1.0,
        'longtask_message_age_seconds_sum{kind="completion"}': 1.5,
        'longtask_messages_edited_total{kind="card"}': 1.0,
    }


def test_a_request_is_in_flight_within_its_context() -> None:
    metrics = Metrics()
    with metrics.slack.in_flight():
        during = samples(metrics, "longtask_in_flight")
    after = samples(metrics, "longtask_in_flight")
    slack, others = 'longtask_in_flight{system="slack"}', {'longtask_in_flight{system="confluence"}': 0.0}
    assert (during, after) == ({slack: 1.0} | others, {slack: 0.0} | others)


def test_connections_and_envelopes_of_socket_mode_are_counted() -> None:
    metrics = Metrics()
    metrics.sockets.open(lambda: 2)
    metrics.sockets.opened("ok")
    metrics.sockets.envelope("events_api", "acknowledged")
    names = ("longtask_sockets_open", "longtask_sockets_opened_total", "longtask_envelopes_total")
    assert samples(metrics, *names) == {
        "longtask_sockets_open": 2.0,
        'longtask_sockets_opened_total{result="ok"}': 1.0,
        'longtask_envelopes_total{kind="events_api",result="acknowledged"}': 1.0,
    }


def test_what_could_not_be_read_is_counted() -> None:
    metrics = Metrics()
    metrics.looks.unread(unknown_keys=1, dropped_parts=2)
    metrics.looks.unread()
    assert samples(metrics, "longtask_unknown_status_keys_total", "longtask_dropped_parts_total") == {
        "longtask_unknown_status_keys_total": 1.0,
        "longtask_dropped_parts_total": 2.0,
    }


def test_each_process_has_metrics_of_its_own() -> None:
    first, second = Metrics(), Metrics()
    first.work.turn("poll", True)
    assert samples(second, "longtask_turns_total") == {}
    assert samples(first, "longtask_turns_total", "longtask_crashed_turns_total") == {
        'longtask_turns_total{loop="poll"}': 1.0,
        'longtask_crashed_turns_total{loop="poll"}': 1.0,
    }


def test_a_counter_by_which_an_alert_goes_is_there_from_the_start() -> None:
    metrics = Metrics()
    names = ("longtask_rows_set_aside_total", "longtask_commands_not_stored_total", "longtask_database_failures_total")
    assert samples(metrics, *names) == {
        'longtask_rows_set_aside_total{step="poll"}': 0.0,
        'longtask_rows_set_aside_total{step="deliver"}': 0.0,
        "longtask_commands_not_stored_total": 0.0,
        'longtask_database_failures_total{reason="away"}': 0.0,
        'longtask_database_failures_total{reason="takes_no_writes"}': 0.0,
    }


def test_of_a_database_that_was_not_read_only_that_is_shown() -> None:
    metrics = Metrics()
    names = ("longtask_database_up", "longtask_unposted_messages", "longtask_unposted_messages_oldest_seconds")
    metrics.stored.show(Stored(unposted={"root": Group(2, 7.5)}))
    read = samples(metrics, *names)
    metrics.stored.show(None)
    away = samples(metrics, *names)
    assert read == {
        "longtask_database_up": 1.0,
        'longtask_unposted_messages{kind="root"}': 2.0,
        'longtask_unposted_messages_oldest_seconds{kind="root"}': 7.5,
    }
    assert away == {"longtask_database_up": 0.0}
