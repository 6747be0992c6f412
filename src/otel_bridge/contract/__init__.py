"""The vocabulary that the app side and the sidecar share; standard library only.

It holds names, shapes and pure rules: attribute names, the row, parent strings, export slugs, field
checks and the merge of rows. It does no I/O and knows neither OTLP bytes nor any vendor's convention.
"""
