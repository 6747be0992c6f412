"""`wrap_openai` of the real client, by its real instrumentor; in processes of their own."""

from tests.app.auto.test_instrument import ASK
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program as run


def test_a_wrapped_client_is_the_client_and_its_calls_are_traced(receiver: OtlpReceiver) -> None:
    run(
        ASK
        + """
with fake_openai() as url, OpenAI(api_key="k", base_url=url) as client:
    wrapped = otel_bridge.wrap_openai(client)
    assert wrapped is client
    with otel_bridge.start_span("outer"):
        wrapped.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
""",
        receiver,
    )

    call, outer = receiver.raw_spans
    assert (outer.name, call.parent_span_id) == ("outer", outer.span_id)
    assert "hello" in receiver.spans[call.name]["gen_ai.input.messages"]


def test_a_client_that_is_wrapped_before_there_is_a_logger_is_traced(receiver: OtlpReceiver) -> None:
    run("import otel_bridge\notel_bridge.wrap_openai(None)\n" + ASK + "ask()\n", receiver)

    (call,) = receiver.raw_spans
    assert receiver.spans[call.name]["braintrust.parent"] == "project_name:p"


def test_auto_instrument_and_a_wrapper_give_one_span(receiver: OtlpReceiver) -> None:
    run(ASK + "otel_bridge.auto_instrument()\notel_bridge.wrap_openai(None)\nask()\n", receiver)

    assert len(receiver.raw_spans) == 1


def test_without_an_instrumentor_the_client_works_and_one_line_says_so(receiver: OtlpReceiver) -> None:
    said = run(
        """
        import otel_bridge
        otel_bridge.init_logger(project="p")
        assert otel_bridge.wrap_litellm(5) == 5
        assert otel_bridge.wrap_litellm(5) == 5
        """,
        receiver,
    )

    assert said.count("wrap_litellm: its calls are not traced") == 1
