"""The real `braintrust` package and judges of `autoevals`, unmodified, with the sidecar as the proxy of models."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import Collector
from tests.support.proxying import proxied

pytestmark = pytest.mark.one_python

CALL_UNDER_A_SPAN: Final = """
import os
import braintrust, openai
logger = braintrust.init_logger(project="shop")
client = openai.OpenAI(base_url=os.environ["BRAINTRUST_PROXY_URL"] + "/v1/proxy", api_key="x")
with logger.start_span(name="outer") as span:
    said = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}], extra_headers={"x-bt-parent": span.export()},
    )
logger.flush()
print(said.choices[0].message.content)
"""

JUDGE: Final = """
from autoevals import Factuality
judges = (Factuality(model="gpt-4o-mini"), Factuality(model="gpt-5-mini"))
print([judge(output="a", expected="a", input="q").score for judge in judges])
"""


def run_program(collector: Collector, cwd: Path, program: str) -> str:
    variables = {
        "BRAINTRUST_API_URL": collector.api,
        "BRAINTRUST_APP_URL": collector.api,
        "BRAINTRUST_API_KEY": "x",
        "BRAINTRUST_PROXY_URL": collector.api,
        "BRAINTRUST_AI_GATEWAY_URL": f"{collector.api}/v1/proxy",
    }
    command = ["/usr/bin/env", *(f"{name}={value}" for name, value in variables.items()), sys.executable]
    ended = subprocess.run(
        [*command, "-c", program], check=False, cwd=cwd, timeout=60, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_a_call_hangs_below_the_span_that_the_sdk_exports(tmp_path: Path) -> None:
    with proxied(tmp_path) as (collector, _):
        assert run_program(collector, tmp_path, CALL_UNDER_A_SPAN) == "hi"
        rows = collector.query(
            "select: span_attributes.name as name, span_id, root_span_id, span_parents | from: project_logs('shop')"
        )

    by_name = {row["name"]: row for row in rows}
    outer, call = by_name["outer"], by_name["Chat Completion"]
    assert call["span_parents"] == [outer["span_id"]]
    assert call["root_span_id"] == outer["root_span_id"]


def test_judges_find_the_proxy_by_the_variable_of_the_gateway(tmp_path: Path) -> None:
    with proxied(tmp_path) as (collector, fake):
        assert run_program(collector, tmp_path, JUDGE) == "[0.4, 0.4]"

    assert [asked.path for asked in fake.asked] == ["/v1/chat/completions", "/v1/responses"]
    assert {asked.headers["authorization"] for asked in fake.asked} == {"Bearer sk-provider-secret"}
