"""Cases for policies.json."""

import itertools

import reference as ref
from reference import b64

from .common import LOG, OTHER_LOG, W, Key, expect, fixed, weak_keys


def witness_lines(count):
    return "".join("witness w%d %s\n" % (i, W[i].vkey) for i in range(count))


def policies():
    cases = []

    def good(name, text):
        data = text.encode() if isinstance(text, str) else text
        policy = expect(name, "ok", ref.Policy, data)
        split_view, unreachable = policy.tolerance()
        case = {
            "name": name,
            "outcome": "ok",
            "policy": b64(data),
            "logs": len(policy.logs),
            "witnesses": len(policy.witnesses),
            "witnessesNeededForSplitView": split_view,
        }
        if split_view > 0:
            case["toleratedDishonestWitnesses"] = split_view - 1
        case["toleratedUnreachableWitnesses"] = unreachable
        if len(policy.witnesses) <= 8:
            case["quorumMet"], case["quorumNotMet"] = quorum_sets(policy)
        cases.append(case)

    def bad(name, text, code="malformedPolicy"):
        data = text.encode() if isinstance(text, str) else text
        expect(name, code, ref.Policy, data)
        cases.append({"name": name, "outcome": code, "policy": b64(data)})

    good_policies(good)
    bad_policies(bad)
    return cases


def quorum_sets(policy):
    """The smallest sets of cosigners that meet the quorum and the largest that do not, by the names of their keys."""
    sets = [
        frozenset(some)
        for n in range(len(policy.witnesses) + 1)
        for some in itertools.combinations(policy.witnesses, n)
    ]
    met = [some for some in sets if policy.is_met(some)]
    unmet = [some for some in sets if not policy.is_met(some)]
    smallest = [some for some in met if not any(other < some for other in met)]
    largest = [some for some in unmet if not any(other > some for other in unmet)]
    return [sorted(sorted(key.name for key in some) for some in group) for group in (smallest, largest)]


def good_policies(good):
    log = "log %s\n" % LOG.vkey
    good("quorum none alone", "quorum none\n")
    good("one log, no witness", log + "quorum none\n")
    good("two logs", log + "log %s https://la.customs.example/log/\nquorum none\n" % OTHER_LOG.vkey)
    good("witnesses without a quorum", log + witness_lines(3) + "quorum none\n")
    good("one witness", log + witness_lines(1) + "quorum w0\n")
    good("one witness of two", log + witness_lines(2) + "quorum w1\n")
    for word, count in [
        ("any", 1),
        ("all", 1),
        ("any", 3),
        ("all", 3),
        ("1", 3),
        ("2", 3),
        ("3", 3),
        ("2", 4),
        ("3", 4),
        ("3", 5),
        ("5", 7),
    ]:
        names = " ".join("w%d" % i for i in range(count))
        good("%s of %d" % (word, count), log + witness_lines(count) + "group g %s %s\nquorum g\n" % (word, names))
    good(
        "the example of C2SP tlog-policy",
        log + witness_lines(6) + "group X 2 w0 w1 w2\ngroup Y any w3 w4 w5\ngroup X-and-Y all X Y\nquorum X-and-Y\n",
    )
    good("a cheap member decides", log + witness_lines(4) + "group A any w0 w1\ngroup g 2 A w2 w3\nquorum g\n")
    good(
        "a dear member does not decide", log + witness_lines(5) + "group A all w0 w1 w2\ngroup g 2 A w3 w4\nquorum g\n"
    )
    good(
        "all of three majorities, a witness each side",
        log + witness_lines(8) + "group A 2 w0 w1 w2\ngroup B 2 w3 w4 w5\ngroup g all A B w6 w7\nquorum g\n",
    )
    good(
        "two of three nested groups",
        log
        + witness_lines(7)
        + "group A 2 w0 w1 w2\ngroup B all w3 w4\ngroup C any w5 w6\ngroup g 2 A B C\nquorum g\n",
    )
    good(
        "a group in a group in a group",
        log + witness_lines(2) + "group a any w0\ngroup b all a\ngroup c 1 b w1\nquorum c\n",
    )
    good("a witness outside the quorum", log + witness_lines(4) + "group g 2 w0 w1 w2\nquorum g\n")
    good("a quorum in the midst", witness_lines(1) + "quorum w0\nwitness late %s\n" % W[5].vkey + log)
    good(
        "comments, tabs, spaces, empty lines",
        "# comment\n\n \t # another\n\tlog\t%s  https://a.example/ \n \n" % LOG.vkey
        + "  witness w  %s\thttps://b.example/\t\n  quorum w\t\n" % W[0].vkey,
    )
    good("octets beyond UTF-8 in a comment", b"# \xff\xfe\x80\nquorum none\n")
    good("octets beyond UTF-8 in a name", b"witness \xff\x80 " + W[0].vkey.encode() + b"\nquorum \xff\x80\n")
    good(
        "K and KELVIN SIGN are two names",
        "witness K %s\nwitness \u212a %s\ngroup g all K \u212a\nquorum g\n" % (W[0].vkey, W[1].vkey),
    )
    good(
        "names that are keywords",
        "witness log %s\nwitness all %s\ngroup group all log all\nquorum group\n" % (W[0].vkey, W[1].vkey),
    )
    good("a name that begins with #", "witness #1 %s\nquorum #1\n" % W[0].vkey)
    good("one key as log and as witness", log + "witness w %s\nquorum w\n" % Key(LOG.name, 4, LOG.name).vkey)
    many = [Key("m%d.example/witness" % i, 4) for i in range(32)]
    lines = ["log " + Key("m%d.example/log" % i).vkey for i in range(32)]
    lines += ["witness m%d %s" % (i, key.vkey) for i, key in enumerate(many)]
    lines += ["group g%d any m%d" % (i, i) for i in range(31)] + [
        "group all 20 m31 " + " ".join("g%d" % i for i in range(31))
    ]
    good("32 logs, 32 witnesses, 32 groups", "\n".join(lines + ["quorum all"]) + "\n")


def bad_policies(bad):
    log, three = "log %s\n" % LOG.vkey, witness_lines(3)
    for name, text in [
        ("nothing", ""),
        ("no quorum", log + three),
        ("no final newline", log + "quorum none"),
        ("two quorums", "quorum none\nquorum none\n"),
        ("a quorum without a name", "quorum\n"),
        ("a quorum of two names", three + "quorum w0 w1\n"),
        ("a quorum that nothing defines", three + "quorum w9\n"),
        ("a quorum defined later", "quorum w0\n" + three),
        ("CR LF", log + "quorum none\r\n"),
        ("a NUL", "quorum none\0\n"),
        ("DEL in a comment", "# \x7f\nquorum none\n"),
        ("a vertical tab for a space", "quorum\x0bnone\n"),
        ("a no-break space for a space", "quorum\u00a0none\n"),
        ("a keyword in upper case", "LOG %s\nquorum none\n" % LOG.vkey),
        ("an unknown keyword", "mirror x\nquorum none\n"),
        ("a log without a key", "log\nquorum none\n"),
        ("a log with a word too many", "log %s a b\nquorum none\n" % LOG.vkey),
        ("a log twice", log + log + "quorum none\n"),
        (
            "a log's key under another name",
            log + "log %s\nquorum none\n" % Key("other.example/log", label=LOG.name).vkey,
        ),
        ("a witness without a name", "witness %s\nquorum none\n" % W[0].vkey),
        ("a witness alone", "witness\nquorum none\n"),
        ("a witness with a word too many", "witness w %s a b\nquorum none\n" % W[0].vkey),
        ("a witness twice", "witness a %s\nwitness b %s\nquorum none\n" % (W[0].vkey, W[0].vkey)),
        (
            "a witness's key under another name",
            "witness a %s\nwitness b %s\nquorum none\n" % (W[0].vkey, Key("other.example/w", 4, W[0].name).vkey),
        ),
        ("a name twice", "witness a %s\nwitness a %s\nquorum none\n" % (W[0].vkey, W[1].vkey)),
        ("a witness named none", "witness none %s\nquorum none\n" % W[0].vkey),
        ("a group named none", three + "group none any w0\nquorum none\n"),
        ("a group named as a witness is", three + "group w0 any w1\nquorum w0\n"),
        ("a group without members", three + "group g any\nquorum none\n"),
        ("a group without a threshold", three + "group g\nquorum none\n"),
        ("a member that nothing defines", three + "group g any w9\nquorum g\n"),
        ("a member defined later", "group g any w0\n" + three + "quorum g\n"),
        ("a group in itself", three + "group g any g\nquorum g\n"),
        ("none as a member", three + "group g any none\nquorum g\n"),
        ("a member twice in a group", three + "group g any w0 w0\nquorum g\n"),
        ("a member of two groups", three + "group g any w0\ngroup h any w0\nquorum g\n"),
        ("threshold 0", three + "group g 0 w0\nquorum g\n"),
        ("a threshold over the members", three + "group g 3 w0 w1\nquorum g\n"),
        ("a threshold with a leading zero", three + "group g 01 w0\nquorum g\n"),
        ("a threshold with a sign", three + "group g +1 w0\nquorum g\n"),
        ("a threshold of 2^64 + 1", three + "group g 18446744073709551617 w0\nquorum g\n"),
        ("a threshold in upper case", three + "group g ALL w0\nquorum g\n"),
    ]:
        bad(name, text)
    bad("a key that is not UTF-8", b"log \xff" + LOG.vkey.encode() + b"\nquorum none\n")
    for name, line in [
        ("no verifier key", "log here"),
        ("a log's key with another id", "log " + LOG.vkey.replace("+", "+0", 1)),
        ("a witness's key cut short", "witness w " + W[0].vkey[:-4]),
        ("a log's key of small order", "log " + ref.encode_vkey("weak.example/log", 1, bytes(32))),
        ("a witness's key of mixed order", "witness w " + ref.encode_vkey("weak.example/w", 4, weak_keys()[-1][1])),
    ]:
        bad(name, line + "\nquorum none\n", "malformedVerifierKey")
    for name, line in [
        ("a witness's key as a log", "log " + W[0].vkey),
        ("a log's key as a witness", "witness w " + LOG.vkey),
        ("a post-quantum witness", "witness w " + ref.encode_vkey("pq.example/w", 6, fixed("ml-dsa") * 41)),
    ]:
        bad(name, line + "\nquorum none\n", "wrongKeyType")
