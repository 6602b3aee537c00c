"""What recordings can hold, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from tracer.model import FORMAT, Body, Cloud, Exchange, Output, Recording, Request, Response, RunNote, Span

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text(
    st.sampled_from("\n\r\t :-#'\"|>&*!%@`{}[],?\x85\u2028\ufeff\0é한😀"), max_size=20
)
times = st.floats(0, 1e6, allow_nan=False).map(lambda seconds: round(seconds, 3))
headers = st.dictionaries(texts, texts | st.lists(texts, min_size=2, max_size=3), max_size=4)


def _bodies() -> st.SearchStrategy[Body]:
    kinds = st.sampled_from(["json", "text", "base64"])
    kept = st.builds(
        lambda kind, text, size: Body(type="x/y", size=size, **{kind: text}), kinds, texts, st.integers(0)
    )
    omitted = st.builds(
        Body,
        size=st.integers(0),
        omitted=st.sampled_from(["streamed", "too-large", "undecodable", "redaction-failed"]),
        sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    )
    return kept | omitted


bodies = st.none() | _bodies()
requests = st.builds(Request, method=texts, url=texts, http=texts, headers=headers, body=bodies)
responses = st.builds(Response, status=st.integers(100, 599), reason=texts, headers=headers, body=bodies)
spans = st.builds(
    Span,
    id=texts,
    parent=texts,
    kind=texts,
    name=texts,
    statement=texts,
    started=times,
    ended=st.none() | times,
)
exchanges = st.builds(
    Exchange,
    steps=st.lists(st.integers(1, 99), max_size=2),
    sender=texts,
    receiver=texts,
    operation=texts,
    path=texts,
    verdict=st.none() | st.sampled_from(["documented", "fallback", "repeated", "unexpected", "wrong-status"]),
    started=times,
    ended=st.none() | times,
    redaction=st.none() | st.just("failed"),
    request=requests,
    response=st.none() | responses,
    error=st.none() | texts,
    cause=texts,
    spans=st.lists(spans, max_size=2),
)
notes = st.builds(
    RunNote, code=texts, values=st.dictionaries(texts, texts | st.integers(-99, 99), max_size=2)
)
recordings = st.builds(
    Recording,
    format=st.just(FORMAT),
    command=st.none() | texts,
    sequence=st.none() | texts,
    verdict=st.none() | st.sampled_from(["conforms", "deviates"]),
    doubt=st.sampled_from(["exchanges", "client"]),
    missing=st.lists(st.integers(1, 99), max_size=3),
    interrupted=texts,
    cloud=st.builds(Cloud, release=st.none() | texts, url=texts),
    client=texts,
    client_versions=st.dictionaries(texts, texts, max_size=2),
    recorded=texts,
    participants=st.dictionaries(texts, texts, max_size=3),
    role=texts,
    suite=texts,
    notes=st.lists(notes, max_size=2),
    exchanges=st.lists(exchanges, max_size=3),
    redacted=st.dictionaries(texts, st.integers(0, 99), max_size=3),
    output=st.none() | st.builds(Output, exit=st.integers(0, 255), stdout=texts, stderr=texts),
)
