"""The routes of the officers' API, stated by hand. `generate.py` makes the description out of them.

What follows from a route's shape is added there: 401 where it takes a session, 403 where it takes a permission, 404
where its path has parameters, 413 and 422 where it has a body, 409, 412 and 422 for the headers that bring them, 500
and 503 everywhere. `problems` is what may go wrong besides.
"""

from dataclasses import dataclass, field

DESCRIPTION = """
    What officers do with case files, on one node of one authority. Every look at a case and every change is recorded
    in the node's journal before it is answered.

    Messages are the proto3 JSON mapping: lowerCamelCase names, 64-bit integers as decimal strings, bytes in Base 64,
    empty fields left out. Every member may therefore be absent from an answer, and stands then for the empty text, 0,
    false or the empty list. A request with a member that is not described here is refused (422); an answer may have
    more than is described, and codes that are not, since both are only ever added.

    A code is a text out of a closed vocabulary. A time is RFC 3339: `2026-03-01` where only the day is known, else
    `2026-03-01T08:30:00Z`, with the offset of the place. An amount is a decimal number as text: digits, and a point
    where needed. A country is ISO 3166-1 alpha-2, a currency ISO 4217. An evaluation is a source (A, B, C, X) and a
    grade of the information (1 to 4), such as `B2`. Officers and tokens are known by numbers; cases, reports, exhibits,
    attachments and requests by ids such as `VN-S-4F7Q2-10`: country, kind, number, check digits.

    A case has a version, which is also its ETag. What the officer may not see does not exist for them: such a case is
    answered like one that is not there (404), and hits into it are left out.

    Every error is a problem document (RFC 9457). Its type is `urn:cordon:problem:` and one of `not-found`, `forbidden`,
    `invalid`, `conflict`, `changed`, `needs-second-officer`, `unauthenticated`, `locked-out`, `too-large`,
    `overloaded`, `unknown-outcome`, `range`, `http`, `internal`. Its `errors` name fields by JSON Pointer (RFC 6901).

    No answer is to be kept by caches: all say `Cache-Control: no-store`.
"""

BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token of a session (`signIn`), or an API token (`issueToken`), which does no more than its "
    "scopes allow, and never more than its officer may do. A session ends after 12 hours, or half an hour without use.",
}

TAGS = {
    "Session": "Signing in and out.",
    "Officers": "Who has an account, and what is done with it.",
    "Tokens": "API tokens, for programs that act for an officer.",
    "Requests": "What takes two officers: asked for by one, decided by another.",
    "Cases": "Case files, and what happens to them.",
    "Attachments": "Files of a case. They are sent in pieces, and go on where they stopped.",
    "Seizures": "Seizure reports, each in a case.",
    "Lookups": "Searches and lists over all that the officer may see.",
    "Data": "Reports in and out by the batch, and code lists.",
    "Partners": "The authority's own card, the partners whose cards were confirmed, and the agreements with them.",
    "Notices": "What goes to partners and comes from them, each in a case.",
    "Node": "The node itself.",
}

NUMBER = {"type": "string", "format": "uint64", "pattern": "^[0-9]+$"}
TEXT = {"type": "string"}


@dataclass
class Query:
    description: str
    schema: dict = field(default_factory=lambda: TEXT)
    isRequired: bool = False


CURSOR = Query("Where the page before ended: its `next`.", NUMBER)


def page(default, most):
    """The query parameter `limit`."""
    return Query(
        "Entries on a page, %d at most: a larger number counts as %d." % (most, most),
        {"type": "integer", "minimum": 1, "default": default},
    )


# By name and by the first part of the path.
PATH_PARAMETERS = {
    ("number", "officers"): ("The officer's number.", NUMBER),
    ("number", "tokens"): ("The token's number.", NUMBER),
    ("id", "requests"): ("The request's id.", TEXT),
    ("id", "cases"): ("The case's id.", TEXT),
    ("id", "exhibits"): ("The exhibit's id, as on its label.", TEXT),
    ("id", "seizures"): ("The report's id.", TEXT),
    ("id", "exports"): ("What the header Cordon-Export said.", TEXT),
    ("id", "uploads"): ("The upload's id.", TEXT),
    ("id", "attachments"): ("The attachment's id.", TEXT),
    ("prefix", "partners"): ("The partner's name prefix, such as `la.customs`; a slash in it as %2F.", TEXT),
    ("number", "cases"): (
        "The notice's number within the case; 0 for the one that made the case; or its entry's id in hexadecimal.", TEXT
    ),
    ("place", "cases"): ("Which attachment of the notice, from 1.", NUMBER),
    ("list", "codes"): (
        """Which list: `hs` (Harmonized System: 2, 4 and 6 digits), `unlocode` (UN/LOCODE: five characters), `countries`
        (ISO 3166-1 alpha-2) or `currencies` (ISO 4217), the last two beside those that are built in.""",
        {"type": "string", "enum": ["hs", "unlocode", "countries", "currencies"]},
    ),
}

HEADER_PARAMETERS = {
    "Idempotency-Key": (
        """Of the client's choosing, 1 to 200 bytes. The same key with the same request is done once, and answered with
        `replayed` from then on; with another request it is refused (409).""",
        {"type": "string", "minLength": 1, "maxLength": 200},
    ),
    "If-Match": (
        "The ETag that the case must have still; where it has another, nothing is done (412).",
        {"type": "string", "pattern": '^"[0-9]+"$'},
    ),
    "Range": ("One range of bytes (RFC 9110): `bytes=0-1023`, `bytes=1024-`, `bytes=-512`.", TEXT),
    "Cordon-Reason": ("Why the officer looks. Kept with the record of the access, up to 2,000 characters.", TEXT),
}

HEADERS = {
    "ETag": ("The version of the case, in quotes.", {"type": "string", "pattern": '^"[0-9]+"$'}),
    "Location": ("Where what was made is.", {"type": "string", "format": "uri-reference"}),
    "Accept-Ranges": ("`bytes`.", TEXT),
    "Content-Disposition": ("`attachment`: it is never shown within the API's own pages.", TEXT),
    "Cordon-Export": ("What to ask for the export's result by (`readExport`).", TEXT),
    "Content-Range": ("Which bytes these are, and of how many.", TEXT),
    "Repr-Digest": ("SHA-256 of the whole file, also where only a range is sent (RFC 9530): `sha-256=:…:`.", TEXT),
    "Retry-After": ("Seconds to wait before trying again.", {"type": "integer", "minimum": 0}),
    "WWW-Authenticate": ("How to sign in.", TEXT),
}


@dataclass
class Problem:
    name: str
    description: str
    headers: tuple = ()


PROBLEMS = {
    401: Problem("Unauthenticated", "Nobody is signed in with this token, or no longer.", ("WWW-Authenticate",)),
    403: Problem(
        "Forbidden",
        """The officer's roles, the token's scopes or the case's own list do not allow it; or it takes a second officer
        (`needs-second-officer`).""",
    ),
    404: Problem("NotFound", "There is no such thing, or not for this officer."),
    409: Problem(
        "Conflict",
        "The thing is not in a state that allows it; or the idempotency key was used for another request.",
    ),
    412: Problem(
        "Changed", "The case was changed meanwhile. `version` and the ETag are those it has now.", ("ETag",)
    ),
    413: Problem("TooLarge", "The body is larger than this route takes, or a limit is reached, which `detail` names."),
    416: Problem("NoSuchRange", "The attachment does not have these bytes."),
    422: Problem("Invalid", "Something in the request is impossible or cannot be read: `errors` says what, and where."),
    429: Problem("LockedOut", "Too many wrong attempts: later.", ("Retry-After",)),
    500: Problem("Internal", "Something went wrong inside the node: its log says what."),
    503: Problem(
        "Overloaded",
        """The node has too much to do, or is stopping: try again. With `unknown-outcome`, and no Retry-After, it
        stopped while it wrote: whether the change was made is known once it runs again.""",
        ("Retry-After",),
    ),
}


# Members that the node assigns: a client leaves them empty, and what it sends in them is not kept.
ASSIGNED = {
    "CaseOpened": ["id", "owner", "office", "reviewDate"],
    "SeizureReport": ["id"],
    "GoodsLine": ["number"],
    "Person": ["id"],
    "Company": ["id"],
    "Provenance": ["digest"],
    "StatisticalReport": ["id"],
    "LinkAdded": ["number"],
    "ExhibitSealed": ["id", "custodian"],
    "CustodyOffered": ["from"],
    "TaskAdded": ["number"],
    "Notice": ["id", "sender", "recipients", "createdAt", "attachments"],
}

# Members that never leave the node.
HIDDEN = {
    "AttachmentAdded": ["key"],
    "NoticeAttachment": ["key"],
    "NoticeDrafted": ["notice"],
    "NoticeReleased": ["notice"],
    "NoticeReceived": ["notice"],
    "NoticeReferenced": ["notice"],
}

# Members without which a request is refused, of messages that are only ever sent in. The empty text counts as none.
REQUIRED = {
    "SignIn": ["login", "password"],
    "NewOfficer": ["login", "name", "password"],
    "PasswordChange": ["password"],
    "NewToken": ["name", "scopes", "expires"],
    "NewRequest": ["kind", "reason"],
    "ExportRequest": ["reason"],
    "NewPartner": ["card", "fingerprint"],
    "PartnerStateChange": ["state", "reason"],
    "AgreementProposal": ["text"],
    "AgreementNote": ["note"],
    "NewAgreementChange": ["agreement", "change"],
    "NewNotice": ["notice", "recipients"],
    "NewAnswer": ["notice"],
    "NewRecall": ["reason"],
}

# {name: (message, members that no client may set, description)}
PROPOSALS = {
    "CaseEventProposal": (
        "CaseEvent",
        [
            "opened", "reportCorrected", "hitsFound", "attachmentAdded", "noticeDrafted", "noticeApproved",
            "noticeWithdrawn", "noticeReleased", "noticeRefused", "noticeReceived", "noticeReferenced",
        ],
        """What is to happen to a case: a CaseEvent with exactly one of its bodies, but not `opened` (a case is opened
        with `openCase`), `reportCorrected` (a report is corrected with `correctSeizure`), `hitsFound` (the node finds
        hits by itself), `attachmentAdded` (attachments are uploaded) or one about a notice (they have routes of their
        own).
        Fields that the node assigns, ids and numbers of what is made here, are left empty; those that name what is
        there already (`reportId`, `exhibitId`, the number of a link to remove or a task that is done) are filled in.
        `reason` is needed for `reportCorrected`, `linkAdded`, `linkRemoved`, `custodyOffered`, `exhibitDisposed`,
        `accessChanged`, `needToKnowSet`, `ownerChanged`, `closed`, `reopened`, `holdChanged` and `retentionSet`. With
        `nominalUnchanged`, a correction leaves the names as they are; without it, they become what its report says.""",
    )
}

# {name: (message, description, what else the patch may have)}. Schemas of the messages within follow: `PlacePatch`.
PATCHES = {
    "SeizurePatch": (
        "SeizureReport",
        """A JSON Merge Patch (RFC 7396) of a SeizureReport: a member that is given replaces the one there is, null
        removes it, and lists are replaced as a whole. Without `nominal`, names stay as they are. `id` and `provenance`
        stay as they are in any case.""",
        {"reason": {"type": "string", "description": "Why it is corrected. Recorded with the correction."}},
    )
}


@dataclass
class Body:
    schema: object  # the name of a schema, or a schema
    description: str = "At most 4 MiB."
    mediaType: str = "application/json"


@dataclass
class Answer:
    description: str
    schema: object = None  # the name of a schema, or a schema
    headers: tuple = ()
    mediaType: str = "application/json"


@dataclass
class Route:
    method: str
    path: str
    name: str
    tag: str
    summary: str
    description: str = ""
    # {permission: when it is this one that is needed, where that depends on the request}
    permissions: dict = field(default_factory=dict)
    needsSession: bool = True
    # {name: Query}
    query: dict = field(default_factory=dict)
    headers: tuple = ()
    body: Body = None
    answers: dict = field(default_factory=dict)
    problems: tuple = ()


def may(permission):
    return {permission: ""}


NOTHING = {204: Answer("Done.")}
CREATED = {
    200: Answer("Done before, under the same idempotency key.", "ChangeView", ("ETag", "Location")),
    201: Answer("Done.", "ChangeView", ("ETag", "Location")),
}
CHANGED = {200: Answer("Done, or done before under the same idempotency key.", "ChangeView", ("ETag",))}

SESSION = [
    Route(
        "post", "/session", "signIn", "Session", "Sign in",
        """Five wrong passwords in a row lock the account for a quarter of an hour. A login that is not known is
        answered like a wrong password.""",
        needsSession=False, body=Body("SignIn", "At most 8 KiB."),
        answers={201: Answer("Signed in.", "Session")}, problems=(401, 429),
    ),
    Route(
        "get", "/session", "whoAmI", "Session", "Who is signed in",
        answers={200: Answer("The officer that the token belongs to.", "OfficerView")},
    ),
    Route(
        "delete", "/session", "signOut", "Session", "Sign out",
        "Ends the session. An API token goes on: `revokeToken` ends it.",
        answers=NOTHING,
    ),
]

OFFICERS = [
    Route(
        "get", "/officers", "listOfficers", "Officers", "List officers",
        permissions=may("listOfficers"), answers={200: Answer("All of them, by number.", "OfficerList")},
    ),
    Route(
        "post", "/officers", "addOfficer", "Officers", "Add an officer",
        """The officer has no roles at first: they are granted with `makeRequest`. A password has 10 to 1,024 bytes, a
        login 2 to 64 of a–z, 0–9, dot, hyphen and underscore.""",
        permissions=may("manageOfficers"), body=Body("NewOfficer"),
        answers={201: Answer("Added.", "OfficerView")},
    ),
    Route(
        "put", "/officers/{number}/password", "setPassword", "Officers", "Set a password",
        """One's own, with the old one; or another's, by those who carry manageOfficers, once another administrator has
        approved a request of theirs to reset it. Ends the officer's sessions and tokens, and a lock.""",
        body=Body("PasswordChange", "At most 8 KiB."), answers=NOTHING, problems=(403,),
    ),
    Route(
        "put", "/officers/{number}/status", "setOfficerStatus", "Officers", "Activate or deactivate an officer",
        """Whoever is not active cannot sign in; their sessions end, and their tokens are of no use. The last active
        officer with a role stays (409).""",
        permissions=may("manageOfficers"), body=Body("StatusChange"), answers=NOTHING, problems=(409,),
    ),
]

TOKENS = [
    Route(
        "get", "/tokens", "listTokens", "Tokens", "List API tokens",
        "One's own; all of them for those who carry manageOfficers.",
        answers={200: Answer("By number, without their secrets.", "TokenList")},
    ),
    Route(
        "post", "/tokens", "issueToken", "Tokens", "Issue an API token",
        """Scopes are out of `read`, `write`, `import`, `export` and `administer`, and no more than those of the token
        that is asked with. It expires within a year, on a day or at a time.""",
        body=Body("NewToken"), answers={201: Answer("Issued: `secret` is told here and never again.", "TokenView")},
        problems=(403,),
    ),
    Route(
        "delete", "/tokens/{number}", "revokeToken", "Tokens", "Revoke an API token",
        "One's own, or any for those who carry manageOfficers.",
        answers=NOTHING,
    ),
]

REQUESTS = [
    Route(
        "get", "/requests", "listRequests", "Requests", "List requests",
        "One's own, and those that one may decide.",
        answers={200: Answer("By id.", "RequestList")},
    ),
    Route(
        "post", "/requests", "makeRequest", "Requests", "Ask for what takes a second officer",
        """`set-roles` names an officer and the roles they are to have; `erase-case` a closed case that is past its
        review date and under no hold; `export-nominal` a case, or none for all. A request lapses after seven days.""",
        permissions={
            "manageOfficers": "set-roles", "requestErasure": "erase-case", "requestNominalExport": "export-nominal",
        },
        body=Body("NewRequest"), answers={201: Answer("Asked for.", "RequestView")}, problems=(404, 409),
    ),
    Route(
        "post", "/requests/{id}/decision", "decideRequest", "Requests", "Decide a request",
        """By another officer than the one who asked; and who is to have roles does not approve them. Approved roles are
        set and an approved case is erased at once; an approved export is for the one who asked to make.""",
        permissions={
            "decideRoles": "set-roles", "decideErasure": "erase-case", "decideNominalExport": "export-nominal",
        },
        body=Body("Decision"), answers={200: Answer("Decided.", "RequestView")}, problems=(409,),
    ),
]

CASES = [
    Route(
        "get", "/cases", "listCases", "Cases", "List cases",
        permissions=may("readCase"),
        query={"cursor": CURSOR, "limit": page(20, 100)},
        answers={200: Answer("Those that the officer may see, newest first; `next` where there are more.", "CaseList")},
    ),
    Route(
        "post", "/cases", "openCase", "Cases", "Open a case",
        "It takes a `title`, and may have `needToKnow` and a `retentionClass` (standard, short, long, permanent).",
        permissions=may("openCase"), headers=("Idempotency-Key",), body=Body("CaseOpened"), answers=CREATED,
    ),
    Route(
        "get", "/cases/{id}", "readCase", "Cases", "Read a case",
        permissions=may("readCase"), headers=("Cordon-Reason",),
        answers={200: Answer("The file as it stands.", "CaseView", ("ETag",))},
    ),
    Route(
        "post", "/cases/{id}/events", "changeCase", "Cases", "Change a case",
        """Proposes one event. It is recorded as the answer has it: completed with what the node assigns, codes and
        numbers in their one spelling. Who may see the case is decided by its owner or a supervisor.""",
        permissions={
            "changeCase": "all others", "closeCase": "closed", "reopenCase": "reopened",
            "changeAccess": "accessChanged, needToKnowSet",
            "changeOwner": "ownerChanged", "holdCase": "holdChanged", "retainCase": "retentionSet",
        },
        headers=("If-Match", "Idempotency-Key"), body=Body("CaseEventProposal"), answers=CHANGED, problems=(409,),
    ),
    Route(
        "get", "/cases/{id}/history", "readHistory", "Cases", "Read what happened to a case",
        permissions=may("readCase"), answers={200: Answer("Every event, oldest first.", "History")},
    ),
    Route(
        "get", "/exhibits/{id}", "readExhibit", "Cases", "Read an exhibit and its chain of custody",
        permissions=may("readCase"), answers={200: Answer("The exhibit.", "ExhibitView")},
    ),
]

BYTES = {"type": "string", "format": "binary"}
DOWNLOAD = ("Accept-Ranges", "Content-Disposition", "Repr-Digest")

ATTACHMENTS = [
    Route(
        "post", "/cases/{id}/attachments", "beginUpload", "Attachments", "Begin to attach a file",
        """Says what is to come; nothing of it shows in the case until `finishUpload`. `size` is its bytes; `sha256`,
        where it is given, is what they must have. An upload that is given up is removed after seven days.""",
        permissions=may("changeCase"), body=Body("AttachmentUpload", "At most 64 KiB."),
        answers={201: Answer("Send the bytes to Location.", "UploadView", ("Location",))}, problems=(409,),
    ),
    Route(
        "get", "/uploads/{id}", "readUpload", "Attachments", "Read how far an upload is",
        "Of one's own.",
        permissions=may("changeCase"), answers={200: Answer("Go on from `offset`.", "UploadView")},
    ),
    Route(
        "put", "/uploads/{id}", "sendBytes", "Attachments", "Send bytes of an upload",
        """As many at once as the client likes. What arrived before an interruption is kept: `readUpload` says how much.
        At another offset than that they are refused (409), and `version` is the offset to go on from.""",
        permissions=may("changeCase"),
        query={"offset": Query("Where the bytes belong.", NUMBER, isRequired=True)},
        body=Body(BYTES, "The bytes from `offset` on.", "application/octet-stream"),
        answers={200: Answer("They are safe.", "UploadView")}, problems=(409,),
    ),
    Route(
        "post", "/uploads/{id}/finish", "finishUpload", "Attachments", "Attach the file",
        "Once all bytes are there. May be sent again after a failure.",
        permissions=may("changeCase"),
        answers={201: Answer("It is part of the case.", "AttachmentView", ("ETag", "Location"))},
        problems=(409, 413, 422),
    ),
    Route(
        "post", "/cases/{id}/notice-attachments/{place}", "fetchAttachment", "Attachments",
        "Fetch an attachment of a partner's notice",
        """Of the notice that made the case; `place` counts from 1. It is fetched from the partner, or is there already from
        its stick, and becomes an attachment of the case. Where the line breaks, asking again goes on from there.""",
        permissions=may("changeCase"),
        answers={201: Answer("It is part of the case.", "AttachmentView", ("ETag", "Location"))},
        problems=(422,),
    ),
    Route(
        "delete", "/uploads/{id}", "discardUpload", "Attachments", "Give up an upload",
        permissions=may("changeCase"), answers=NOTHING, problems=(409,),
    ),
    Route(
        "get", "/attachments/{id}", "readAttachment", "Attachments", "Read an attachment",
        """Every piece is verified before it is sent: an answer that breaks off is not whole. One that came with a partner's
        notice is refused (403) where the partner does not allow that it is exported.""",
        permissions=may("readCase"), headers=("Range",),
        answers={
            200: Answer("The file.", BYTES, DOWNLOAD, "application/octet-stream"),
            206: Answer("The range.", BYTES, DOWNLOAD + ("Content-Range",), "application/octet-stream"),
        },
        problems=(416,),
    ),
]

SEIZURES = [
    Route(
        "post", "/seizures", "logSeizure", "Seizures", "Log a seizure",
        """Into the case that `case` names, or into one of its own. It takes `seizedAt`, an offence and a line of goods;
        `authority`, `office`, `status` (seized) and `reportedAt` are filled in where they are left empty. `provenance`
        is not kept. The answer has what validation had to say, and whom and what was met before.""",
        permissions=may("openCase"),
        query={
            "case": Query("The id of the case that it goes into."),
            "needToKnow": Query("Whether the case that is opened for it is need-to-know.", {"type": "boolean"}),
        },
        headers=("If-Match", "Idempotency-Key"), body=Body("SeizureReport"), answers=CREATED, problems=(404,),
    ),
    Route(
        "get", "/seizures/{id}", "readSeizure", "Seizures", "Read a seizure report",
        permissions=may("readCase"), answers={200: Answer("The report, and its case's ETag.", "ReportView", ("ETag",))},
    ),
    Route(
        "patch", "/seizures/{id}", "correctSeizure", "Seizures", "Correct a seizure report",
        """It takes a reason: as the member `reason` of the patch, or in the header Cordon-Reason. The correction is
        held against the version of the case that was patched, whether If-Match is sent or not. Where it changes
        nothing, it is refused (409). A token needs the scope read as well.""",
        permissions=may("changeCase"), headers=("If-Match", "Cordon-Reason"),
        body=Body("SeizurePatch", mediaType="application/merge-patch+json"),
        answers={200: Answer("Corrected.", "ChangeView", ("ETag",))}, problems=(409,),
    ),
]

LOOKUPS = [
    Route(
        "post", "/search", "search", "Lookups", "Search",
        "A POST, so that what is looked for stands in no address. Without `text`, all that the filters leave.",
        permissions=may("search"), body=Body("SearchRequest", "At most 64 KiB."),
        answers={200: Answer("What was found, best first; `next` where there is more.", "SearchAnswer")},
    ),
    Route(
        "get", "/hits", "listHits", "Lookups", "List hits into one's own cases",
        permissions=may("readHits"), query={"limit": page(50, 100)},
        answers={200: Answer("Newest first.", "HitList")},
    ),
    Route(
        "get", "/tasks", "listTasks", "Lookups", "List one's own open tasks",
        permissions=may("readHits"), answers={200: Answer("In the order of their cases.", "TaskList")},
    ),
    Route(
        "get", "/accesses", "listAccesses", "Lookups", "List who looked at what",
        "That an auditor looked is recorded, too.",
        permissions=may("listAccesses"),
        query={
            "cursor": CURSOR,
            "officer": Query("Only what this officer looked at.", NUMBER),
            "case": Query("Only who looked at this case."),
            "limit": page(100, 1000),
        },
        answers={200: Answer("Newest first; `next` where there may be more.", "AccessList")},
    ),
    Route(
        "get", "/statistics", "listStatistics", "Lookups", "List figures over many seizures",
        permissions=may("readStatistics"),
        query={"cursor": CURSOR, "limit": page(100, 1000)},
        answers={200: Answer("In the order they came; `next` where there may be more.", "StatisticsList")},
    ),
]

DATA = [
    Route(
        "post", "/imports", "importReports", "Data", "Import a batch of reports",
        """At most 1,000, each with its `provenance`. A record that is here already is recognised by its source and key,
        so a batch can be sent again after any failure: `known` is the same, `differs` has other content.""",
        permissions=may("importReports"), body=Body("ImportRequest", "At most 32 MiB."),
        answers={200: Answer("What became of each, in the order of the request.", "ImportAnswer")}, problems=(404,),
    ),
    Route(
        "post", "/exports", "exportReports", "Data", "Export reports",
        """The reports of one case, or all that the filters find, as the officer may see them. With names only under an
        approved request of one's own (`export-nominal`), for this case or for all; without `requestId`, without names.
        What came from partners who do not allow it is left out, and `readExport` says how many; the
        case of such a report is refused (403). The answer is sent as it is made: one that breaks off is not whole.""",
        permissions=may("exportReports"), body=Body("ExportRequest"),
        answers={
            200: Answer(
                "JSON Lines: one SeizureReport a line, each ended by a line feed.",
                {"type": "string", "description": "Each line is a SeizureReport."}, ("Cordon-Export",),
                mediaType="application/jsonl",
            )
        },
        problems=(404,),
    ),
    Route(
        "get", "/exports/{id}", "readExport", "Data", "Read what an export came to",
        "Once it was handed out whole, until the officer's next one.",
        permissions=may("exportReports"), answers={200: Answer("What it came to.", "ExportSummary")},
    ),
    Route(
        "get", "/codes", "listCodeLists", "Data", "List code lists",
        permissions=may("readStatus"), answers={200: Answer("Which are loaded.", "CodeListing")},
    ),
    Route(
        "put", "/codes/{list}", "importCodes", "Data", "Replace a code list",
        "At most 500,000 codes.",
        permissions=may("importCodes"), body=Body("CodeUpload", "At most 32 MiB."),
        answers={200: Answer("Replaced.", "CodeListing")},
    ),
]

PARTNERS = [
    Route(
        "get", "/card", "readCard", "Partners", "Read the authority's own card",
        permissions=may("readPartners"), answers={200: Answer("The card that partners are given.", "CardView")},
        problems=(404,),
    ),
    Route(
        "get", "/partners", "listPartners", "Partners", "List partners",
        permissions=may("readPartners"), answers={200: Answer("By name prefix.", "PartnerList")}, problems=(404,),
    ),
    Route(
        "post", "/partners", "addPartner", "Partners", "Add a partner",
        """Or take a newer card of a known one. The fingerprint is the one that somebody compared with the partner by
        another way than the card came. A card with another identity key is refused (409), unless it `replaces` the known
        one; so is one that is not the next of that partner, or that has a key of another.""",
        permissions=may("managePartners"), body=Body("NewPartner"),
        answers={201: Answer("Its card is taken.", "CardView", ("Location",))}, problems=(404, 409),
    ),
    Route(
        "get", "/partners/{prefix}", "readPartner", "Partners", "Read how things stand with a partner",
        permissions=may("readPartners"), answers={200: Answer("The partner.", "PartnerView")},
    ),
    Route(
        "post", "/partners/{prefix}/state", "setPartnerState", "Partners", "Suspend, revoke or take up a partner",
        """At once: nothing more is sealed to a partner that is suspended or revoked, nothing delivered, nothing taken in,
        and connections are dropped. Revoking is for good.""",
        permissions=may("managePartners"), body=Body("PartnerStateChange"), answers=NOTHING, problems=(409,),
    ),
    Route(
        "get", "/partners/{prefix}/evidence", "readEvidence", "Partners", "Read the proof against a partner",
        "Portable: whoever has the partner's card can check it.",
        permissions=may("readPartners"),
        answers={200: Answer("The proof, as `log.md` has it.", {"type": "string"}, mediaType="text/plain")},
    ),
]

OUTCOME = {200: Answer("What it came to, and the note to hand to the others.", "AgreementOutcome")}

AGREEMENTS = [
    Route(
        "get", "/agreements", "listAgreements", "Partners", "List agreements",
        "Those that hold, and proposals that wait for signatures.",
        permissions=may("readPartners"), answers={200: Answer("By id.", "AgreementList")}, problems=(404,),
    ),
    Route(
        "post", "/agreements", "proposeAgreement", "Partners", "Propose an agreement, or a new revision",
        permissions=may("manageAgreements"), body=Body("AgreementProposal"),
        answers={201: Answer("Signed by our authority. The note is for the other parties to sign.", "AgreementOutcome")},
        problems=(404,),
    ),
    Route(
        "post", "/agreements/accept", "acceptAgreement", "Partners", "Sign what another party proposed",
        "An agreement; or, as its lead, that a member joins.",
        permissions=may("manageAgreements"), body=Body("AgreementNote"), answers=OUTCOME, problems=(404,),
    ),
    Route(
        "post", "/agreements/record", "recordAgreement", "Partners", "Take what the others have signed",
        permissions=may("manageAgreements"), body=Body("AgreementNote"), answers=OUTCOME, problems=(404,),
    ),
    Route(
        "post", "/agreements/change", "changeAgreement", "Partners", "Join, leave, exclude or end",
        """As far as that is our authority's to sign. What another has to sign as well has the outcome `unsigned`: it
        holds once it came back with that signature (`recordAgreement`).""",
        permissions=may("manageAgreements"), body=Body("NewAgreementChange"), answers=OUTCOME, problems=(404,),
    ),
]

DRAFTED = {
    200: Answer("Done before, under the same idempotency key.", "ChangeView", ("ETag", "Location")),
    201: Answer("Drafted.", "ChangeView", ("ETag", "Location")),
}
STANDING = {200: Answer("Done.", "ChangeView", ("ETag",))}
RELEASED = {200: Answer("Released; or refused, and the explanation says why. Both are recorded.", "ReleaseView")}

NOTICES = [
    Route(
        "get", "/notices", "listNotices", "Notices", "List notices",
        "Of all cases that the officer may see. A page may end before it is full: `next` goes on.",
        permissions=may("readCase"),
        query={
            "which": Query("Only these.", {"type": "string", "enum": ["drafts", "sent", "received"]}),
            "cursor": Query("Where the page before ended: its `next`."),
            "limit": page(50, 100),
        },
        answers={200: Answer("Newest first; `next` where there may be more.", "NoticeSummaryList")}, problems=(404,),
    ),
    Route(
        "get", "/cases/{id}/notices", "listCaseNotices", "Notices", "List the notices of a case",
        permissions=may("readCase"),
        answers={200: Answer("Oldest first, also what the node sent by itself.", "NoticeSummaryList", ("ETag",))},
    ),
    Route(
        "post", "/cases/{id}/notices", "draftNotice", "Notices", "Draft a notice, or a draft anew",
        "A new version of a draft needs its approvals again.",
        permissions=may("draftNotice"), headers=("If-Match", "Idempotency-Key"), body=Body("NewNotice"),
        answers=DRAFTED, problems=(409,),
    ),
    Route(
        "post", "/cases/{id}/answers", "draftAnswer", "Notices", "Draft what concerns another notice",
        """Recipients, references, subject and conditions follow from that notice. It is released like any other; what
        holds no intelligence needs no second officer and no agreement.""",
        permissions=may("draftNotice"), headers=("If-Match", "Idempotency-Key"), body=Body("NewAnswer"),
        answers=DRAFTED, problems=(409,),
    ),
    Route(
        "get", "/cases/{id}/notices/{number}", "readNotice", "Notices", "Read a notice",
        """A partner's notice under its conditions: one that is recalled or has expired is refused (403). The first time,
        the partner is told that it was read.""",
        permissions=may("readCase"), headers=("Cordon-Reason",),
        answers={200: Answer("The notice, and its case's ETag.", "NoticeView", ("ETag",))},
    ),
    Route(
        "get", "/cases/{id}/notices/{number}/explain", "explainNotice", "Notices",
        "Read who would get a draft, and who not",
        """As if the officer who asks approved of it; of one that was released, as it was decided then. For every partner that
        is known.""",
        permissions=may("draftNotice"), answers={200: Answer("Who, and why not.", "ExplanationView")},
    ),
    Route(
        "post", "/cases/{id}/notices/{number}/approve", "approveNotice", "Notices", "Approve a draft",
        "By another officer than the one who drafted it.",
        permissions=may("releaseNotice"), answers=STANDING, problems=(409, 422),
    ),
    Route(
        "post", "/cases/{id}/notices/{number}/release", "releaseNotice", "Notices", "Release a draft",
        "Decided, sealed and recorded as one step. The officer who releases it counts as a second one.",
        permissions=may("releaseNotice"), answers=RELEASED, problems=(409, 422),
    ),
    Route(
        "post", "/cases/{id}/notices/{number}/withdraw", "withdrawNotice", "Notices", "Withdraw a draft",
        permissions=may("draftNotice"), body=Body("NoticeWithdrawal"), answers=STANDING, problems=(409,),
    ),
    Route(
        "post", "/cases/{id}/notices/{number}/recall", "recallNotice", "Notices", "Take a released notice back",
        "Drafted and released at once, to all who got it.",
        permissions=may("releaseNotice"), body=Body("NewRecall"), answers=RELEASED, problems=(409,),
    ),
]

NODE = [
    Route(
        "get", "/status", "readStatus", "Node", "Read the node's standing",
        permissions=may("readStatus"), answers={200: Answer("The node, and its logs' last checkpoints.", "NodeStatus")},
    ),
    Route(
        "get", "/openapi.json", "readDescription", "Node", "Read this description",
        needsSession=False,
        answers={200: Answer("This.", {"type": "object"}, mediaType="application/openapi+json")},
    ),
]

ROUTES = SESSION + OFFICERS + TOKENS + REQUESTS + CASES + ATTACHMENTS + SEIZURES + LOOKUPS + DATA + PARTNERS
ROUTES += AGREEMENTS + NOTICES + NODE
