"""Agreements and their changes (agreements.md)."""

from .refusal import Refusal
from .statements import (
    Lines,
    agreement_id,
    digest,
    is_prefix,
    number,
    one_of,
    prefix,
    read_note,
    require_ascending,
    text_up_to,
    time,
)

__all__ = ["read_agreement", "read_agreement_change"]

OFFENCES = """narcotics precursors small-arms explosives nuclear strategic-goods money-laundering tobacco alcohol
    intellectual-property origin-fraud undervaluation misdescription illegal-transshipment wildlife cultural-goods waste
    medicines food vehicles other""".split()
INSTRUMENTS = ["bilateral-treaty", "regional-instrument", "joint-operation"]
PURPOSES = """administrative-proceedings duty-assessment investigation prevention prosecution public-safety
    risk-management""".split()
COVERED_KINDS = ["alert", "request", "seizure", "sighting"]
LIGHTS = ["clear", "green", "amber", "amber-strict", "red"]


def read_agreement(data):
    """Its terms, and the parties that have signature lines: whether these are good is another question."""
    text, signatures = read_note(data, 64 << 10)
    lines = Lines(text, "cordon agreement v1", 64 << 10)
    terms = {"id": lines.one("id", agreement_id), "revision": lines.one("revision", number(1, 1 << 32))}
    terms["issued"] = lines.one("issued", time)
    terms["title"] = lines.one("title", text_up_to(200))
    terms["instrument"] = lines.one("instrument", one_of(*INSTRUMENTS))
    terms["basis"] = lines.one("basis", text_up_to(500))
    terms["lead"] = lines.optional("lead", prefix)
    parties = terms["parties"] = lines.set("party", 2, 64, is_prefix)
    if terms["lead"] is None and len(parties) != 2 or not {terms["lead"] or parties[0]} <= set(parties):
        raise lines.bad()
    if terms["id"].rsplit("/", 1)[0] not in parties:
        raise lines.bad()
    terms["purposes"] = lines.set("purpose", 1, len(PURPOSES), PURPOSES.__contains__)
    terms["categories"] = lines.set("category", 1, len(OFFENCES), (OFFENCES + ["all"]).__contains__)
    if "all" in terms["categories"] and len(terms["categories"]) > 1:
        raise lines.bad()
    terms["notices"] = lines.set("notice", 1, len(COVERED_KINDS), COVERED_KINDS.__contains__)
    terms["nominal"] = lines.one("nominal", one_of("yes", "no"))
    terms["handling"] = lines.one("handling", one_of("H0", "H1", "H2", "H3"))
    terms["tlp"] = lines.one("tlp", one_of(*LIGHTS))
    terms["onward"] = lines.one("onward", one_of("no", "with-consent", "yes"))
    terms["retentionDays"] = lines.one("retention-days", number(1, 36_500))
    terms["from"] = lines.one("from", time)
    terms["until"] = lines.one("until", lambda text: time(text) if (time(text) or 0) > terms["from"] else None)
    lines.end()
    names = [line[0] for line in signatures]
    if any(len(line[2]) != 64 for line in signatures) or not set(names) <= {p + "/identity" for p in parties}:
        raise Refusal("strangeSignature")
    require_ascending(names)
    terms["signedBy"] = [name[: -len("/identity")] for name in names]
    return terms


def read_agreement_change(data):
    text, signatures = read_note(data, 4 << 10)
    lines = Lines(text, "cordon agreement change v1", 4 << 10)
    change = {"agreement": lines.one("agreement", agreement_id)}
    change["change"] = lines.one("change", one_of("join", "leave", "exclude", "terminate"))
    change["party"] = lines.one("party", prefix)
    if change["change"] == "join":
        change["terms"] = lines.one("terms", digest)
    issued = change["issued"] = lines.one("issued", time)
    change["effective"] = lines.one(
        "effective", lambda text: time(text) if time(text) is not None and time(text) >= issued else None
    )
    change["reason"] = lines.optional("reason", text_up_to(500))
    lines.end()
    names = [line[0] for line in signatures]
    if len(names) > 2:
        raise Refusal("strangeSignature")
    require_ascending(names)
    return change
