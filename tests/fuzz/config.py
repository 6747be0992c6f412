"""Configurations in YAML: one that can be used, or an error that says where; whatever stands in them."""

from random import Random
from typing import Final

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.settings import load_settings
from tests.fuzz.bytes import mutated_bytes
from tests.fuzz.target import Input

_FILES: Final = (
    """exporters:
  braintrust: {api_key: "${env:KEY}", projects: {a: b}, timeout: 10s, retry_on_failure: {max_interval: 1m}}
  otlphttp/a: {endpoint: https://example.test, headers: {x-team: "${env:TEAM:-t}"}, tls: {ca_file: /ca.pem}}
  otlp: {endpoint: "localhost:4317", compression: gzip}
  file/x: {directory: ./f, format: parquet, rotation: {max_size: 1MiB, max_age: 1h30m}}
processors:
  filter/f: {keep: "error IS NOT NULL OR scores.helpful < 0.5"}
  fields: {remove: [metadata.a], rename: {metadata.b: metadata.c}, set: {metadata.d: [1, {x: y}]}}
  probabilistic_sampler: {sampling_percentage: 12.5}
service:
  drain_timeout: 5s
  telemetry: {logs: {level: debug}}
  pipelines:
    traces: {receivers: [otlp, braintrust], processors: [filter/f], exporters: [braintrust]}
    logs: {receivers: [otlp], exporters: [braintrust, otlphttp/a]}
""",
    """receivers:
  otlp:
    protocols: {grpc: {endpoint: "127.0.0.1:0"}, http: {endpoint: "[::1]:4318"}}
    max_request_size: 64MiB
    read_timeout: 1500ms
extensions:
  file_storage: {directory: /tmp/x, max_size: 1GiB, min_free: 0, keep: 7d}
  memory_limiter: {limit_mib: 512}
  api: {endpoint: "localhost:8585", read_wait: 0}
  keys: {required: true}
exporters: {store: {memory_mib: 100}}
""",
)
_PIECES: Final = (
    "&a [*a, *a]", "&x", "*x", "<<: *x", "!!python/object/apply:os.system [x]", "!!binary ====", "? ", "- ", ": ", "{", "}", "[", "]", "|", ">", "---\n", "...\n",
    "\t", "%YAML 9.9\n", "#", "${env:", "${env:KEY}", "${file:/etc/passwd}", "${env:KEY:-${env:KEY}}", "$$", "${", "0x", "1e999", ".inf", ".nan", "-1", "1:30:00",
    "9" * 400, "99999999999GiB", "1" * 5000 + "s", "0s", "null", "~", "true", "2026-01-01", "\ufeff", "\x00", "\ud800", "é", "a: " * 3, "[" * 3000, "{a: " * 400,
)  # fmt: skip


class ConfigTarget:
    """Configurations."""

    name = "config"

    def make(self, chance: Random) -> Input:
        """See `Target`."""
        text = chance.choice(_FILES)
        for _ in range(chance.randint(0, 4)):
            start = chance.randrange(len(text))
            end = start + chance.choice((0, 1, 5, 40))
            text = text[:start] + chance.choice(_PIECES) + text[end:]
        lines = text.splitlines(keepends=True)
        for _ in range(chance.randint(0, 2)):
            lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
        body = "".join(lines).encode("utf-8", "surrogatepass")
        return Input("yaml", mutated_bytes(body, chance) if chance.random() < 0.3 else body)

    def check(self, given: Input) -> None:
        """See `Target`."""
        text = given.body.decode("utf-8", "surrogateescape")
        try:
            load_settings(Sources(files=[f"yaml:{text}"], environment={"KEY": "k: [", "TEAM": "t"}))
        except SettingsError as error:
            if not str(error):
                raise AssertionError("an error without a word") from error

    def close(self) -> None:
        """See `Target`."""
