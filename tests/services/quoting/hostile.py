"""Names that somebody chose so that they would be taken for something else than a name."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = (
    "us-east-1') AND 1=0 --",
    "x' OR '1'='1",
    'x" OR "1"="1',
    "x'; DROP TABLE t; --",
    "x\\' OR 1=1 --",
    "x' UNION SELECT 1 -- ",
    "a/*b*/c",
    "`id`",
    "$(id)",
    "${account}",
    "a; reboot",
    "a && reboot",
    "a | tee /tmp/x",
    "a > /tmp/x",
    "--endpoint-url=http://127.0.0.1:1",
    "-x",
    "~root",
    "*",
    "a\nb",
    "a b",
    "",
    "it's",
    "“x”",
    "!history",
    "#comment",
    "{name}",
    "%s",
)
"""By hand; *texts* has these and others that nobody thought of."""

texts = st.one_of(
    st.sampled_from(NAMES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(alphabet="'\"`\\$(){};|&<>-/*#!~ \n\tax=%", max_size=20),
)
