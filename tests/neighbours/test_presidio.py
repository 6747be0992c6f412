"""The real Presidio, with its recognizers of patterns and a blank language model: the standard one is not at hand."""

from tests.support.program import run_program


def test_presidio_masks_what_it_recognizes(python: str) -> None:
    run_program(
        """
        import spacy
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngine, SpacyNlpEngine
        from otel_bridge.masking import combine, presidio, secrets

        class Blank(SpacyNlpEngine):
            def __init__(self):
                super().__init__()
                self.nlp = {"en": spacy.blank("en")}
            def load(self):
                pass

        analyzer = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
        mask = combine(secrets(), presidio(analyzer=analyzer, entities=["CREDIT_CARD", "IP_ADDRESS", "IBAN_CODE"]))
        value = {"card": ["my card is 4111 1111 1111 1111"], "at": "10.0.0.1", "n": 7, "password": "x"}
        assert mask(value) == {
            "card": ["my card is <CREDIT_CARD>"], "at": "<IP_ADDRESS>", "n": 7, "password": "[secret]"
        }, mask(value)
        """,
        python=python,
    )
