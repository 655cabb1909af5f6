"""Send spans by OpenTelemetry's protocol (OTLP over HTTP). Needs the extra `otel`."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from bot.spans import Ids

#: seconds that sending some spans may take, and the rest of them at the end
_SECONDS = 2.0


class Traces:
    """Records spans and sends them."""

    def __init__(self, endpoint: str) -> None:
        """Raises ImportError without the extra, ValueError if `endpoint` is no address."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 -- an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 -- an extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 -- an extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 -- an extra
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 -- an extra

        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(endpoint)
        exporter = OTLPSpanExporter(
            # opentelemetry.io/docs/specs/otel/protocol/exporter, on endpoints
            endpoint=f"{endpoint.rstrip('/')}/v1/traces",
            timeout=_SECONDS,
            # What OpenSSL trusts: SSL_CERT_FILE or the system's certificates, as every other outbound call.
            certificate_file=ssl.get_default_verify_paths().cafile,
        )
        self._provider = TracerProvider(resource=Resource.create({"service.name": "longtask"}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("longtask")
        self._failed = StatusCode.ERROR

    @contextmanager
    def record(self, name: str, ids: Ids) -> Iterator[None]:
        """Record a span; of an exception its type alone."""
        with self._tracer.start_as_current_span(
            name, attributes=ids, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(self._failed)
                raise

    def close(self) -> None:
        """Send what is left, for two seconds at most."""
        # Its own limit is 30 seconds.
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_SECONDS)
