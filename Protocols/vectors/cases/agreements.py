"""Cases for agreements.json and agreement-changes.json."""

import reference as ref

from .common import Key, fixed, note
from .statements import KH, LA, TH, VN, maker, spoil

AGREEMENT = """cordon agreement v1
id: vn.customs/wildlife-2026
revision: 1
issued: 2026-03-01T08:30:00Z
title: Wildlife on the Mekong routes
instrument: bilateral-treaty
basis: Agreement on mutual administrative assistance of 12 May 2019, article 4
party: la.customs
party: vn.customs
purpose: investigation
purpose: prevention
category: all
notice: alert
notice: request
notice: seizure
nominal: no
handling: H1
tlp: amber
onward: with-consent
retention-days: 365
from: 2026-04-01T00:00:00Z
until: 2028-04-01T00:00:00Z
"""


def agreements():
    cases = []

    def fields(terms):
        return {key: value for key, value in terms.items() if value is not None}

    case = maker(cases, ref.read_agreement, fields)

    def changed(old, new, text=AGREEMENT):
        assert old in text, old
        return text.replace(old, new, 1)

    led = changed("party: la", "lead: vn.customs\nparty: kh.customs\nparty: la")
    case("of two, proposed", "ok", AGREEMENT, VN)
    case("of two, accepted", "ok", AGREEMENT, LA, VN)
    case("of three, led by one", "ok", led, KH, LA, VN)
    case("of three, one has signed", "ok", led, VN)
    case("of two, led by one", "ok", changed("party: la", "lead: vn.customs\nparty: la"), VN)
    case("some offences", "ok", changed("category: all", "category: narcotics\ncategory: wildlife"), VN)
    case("revision 2", "ok", changed("revision: 1", "revision: 2"), LA, VN)
    sixty = "".join("party: a%02d.customs\n" % i for i in range(62))
    case("64 parties", "ok", changed("party: la", "lead: vn.customs\n" + sixty + "party: la"), VN)
    spoil(case, AGREEMENT, [VN])
    for line, name, text in [
        (2, "an id without a proposer", changed("vn.customs/wildlife", "wildlife")),
        (2, "an id with capitals", changed("/wildlife", "/Wildlife")),
        (2, "a name of 41 bytes", changed("wildlife-2026", "x" * 41)),
        (9, "proposed by a stranger", changed("id: vn.", "id: kh.")),
        (10, "of three, nobody leads", changed("party: la", "party: kh.customs\nparty: la")),
        (10, "led by a stranger", changed("party: la", "lead: kh.customs\nparty: la")),
        (9, "parties in another order", changed("party: la.customs\nparty: vn", "party: vn.customs\nparty: la")),
        (9, "a party twice", changed("party: la", "party: vn", AGREEMENT)),
        (6, "an instrument that there is not", changed("bilateral-treaty", "handshake")),
        (10, "a purpose that there is not", changed("investigation", "curiosity")),
        (11, "purposes in another order", changed("purpose: investigation", "purpose: prosecution")),
        (12, "an offence that there is not", changed("category: all", "category: contraband")),
        (13, "`all` and more", changed("category: all", "category: all\ncategory: wildlife")),
        (14, "a kind twice", changed("notice: request", "notice: alert")),
        (13, "a kind that needs no agreement", changed("notice: alert", "notice: recall")),
        (16, "nominal: true", changed("nominal: no", "nominal: true")),
        (17, "H4", changed("H1", "H4")),
        (18, "a traffic light that there is not", changed("amber", "violet")),
        (19, "onward: maybe", changed("with-consent", "maybe")),
        (20, "kept for no day", changed("days: 365", "days: 0")),
        (20, "kept for a hundred years and more", changed("days: 365", "days: 36501")),
        (22, "it ends as it begins", changed("until: 2028", "until: 2026")),
    ]:
        case(name, "badValue", text, VN, line=line)
    case("one party", "malformedStatement", changed("party: la.customs\n", ""), VN, line=9)
    case("no purpose", "malformedStatement", changed("purpose: investigation\npurpose: prevention\n", ""), VN, line=10)
    case("signatures in another order", "strangeSignature", AGREEMENT, VN, LA)
    case("signed twice", "strangeSignature", AGREEMENT, VN, VN)
    case("signed by a stranger", "strangeSignature", AGREEMENT, KH, VN)
    case("signed with a release key", "strangeSignature", AGREEMENT, Key("vn.customs/release"))
    short = ref.signature_line(VN.name, VN.id, bytes(63))
    case("a signature of 63 bytes", "strangeSignature", note(AGREEMENT, short))
    case("a signature that is another's", "ok", note(AGREEMENT, ref.signature_line(VN.name, VN.id, bytes(64))))
    return cases


def agreement_changes():
    cases = []

    def fields(change):
        change = {key: value for key, value in change.items() if value is not None}
        if "terms" in change:
            change["terms"] = change["terms"].hex()
        return change

    case = maker(cases, ref.read_agreement_change, fields)
    join = """cordon agreement change v1
agreement: vn.customs/mekong
change: join
party: th.customs
terms: %s
issued: 2026-06-01T00:00:00Z
effective: 2026-06-02T00:00:00Z
reason: As agreed in May
""" % fixed("terms").hex()
    terms = "terms: %s\n" % fixed("terms").hex()
    case("join", "ok", join, TH, VN)
    case("join, without the lead's signature", "ok", join, TH)
    case("join, without a reason", "ok", join.replace("reason: As agreed in May\n", ""), TH, VN)
    for kind in ["leave", "exclude", "terminate"]:
        case(kind, "ok", join.replace("change: join", "change: " + kind).replace(terms, ""), VN)
        text = join.replace("change: join", "change: " + kind)
        case(kind + " with terms", "malformedStatement", text, VN, line=5)
    case("join without terms", "malformedStatement", join.replace(terms, ""), TH, VN, line=5)
    case("at once", "ok", join.replace("06-02", "06-01"), TH, VN)
    case("before it was issued", "badValue", join.replace("06-02", "05-31"), TH, VN, line=7)
    case("a change that there is not", "badValue", join.replace("join", "merge", 1), TH, VN, line=3)
    case("terms in capitals", "badValue", join.replace(terms, terms[:7] + terms[7:].upper()), TH, VN, line=5)
    case("a reason of 501 bytes", "badValue", join.replace("As agreed in May", "x" * 501), TH, VN, line=8)
    spoil(case, join, [TH, VN])
    case("three signatures", "strangeSignature", join, LA, TH, VN)
    case("signatures in another order", "strangeSignature", join, VN, TH)
    case("signed twice", "strangeSignature", join, VN, VN)
    case("an agreement", "malformedStatement", AGREEMENT, VN, line=1)
    case("too long", "malformedNote", join.encode() + b"x" * 4096)
    return cases
