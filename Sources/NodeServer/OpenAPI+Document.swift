// Written by Protocols/openapi/generate.py. Do not edit.
// swift-format-ignore-file

extension OpenAPI {
    static let documentText = #"""
{
  "openapi": "3.1.0",
  "info": {
    "title": "Cordon: the officers' API",
    "version": "0.2.0",
    "description": "What officers do with case files, on one node of one authority. Every look at a case and every change is recorded in the node's journal before it is answered.\n\nMessages are the proto3 JSON mapping: lowerCamelCase names, 64-bit integers as decimal strings, bytes in Base 64, empty fields left out. Every member may therefore be absent from an answer, and stands then for the empty text, 0, false or the empty list. A request with a member that is not described here is refused (422); an answer may have more than is described, and codes that are not, since both are only ever added.\n\nA code is a text out of a closed vocabulary. A time is RFC 3339: `2026-03-01` where only the day is known, else `2026-03-01T08:30:00Z`, with the offset of the place. An amount is a decimal number as text: digits, and a point where needed. A country is ISO 3166-1 alpha-2, a currency ISO 4217. An evaluation is a source (A, B, C, X) and a grade of the information (1 to 4), such as `B2`. Officers and tokens are known by numbers; cases, reports, exhibits, attachments and requests by ids such as `VN-S-4F7Q2-10`: country, kind, number, check digits.\n\nA case has a version, which is also its ETag. What the officer may not see does not exist for them: such a case is answered like one that is not there (404), and hits into it are left out.\n\nEvery error is a problem document (RFC 9457). Its type is `urn:cordon:problem:` and one of `not-found`, `forbidden`, `invalid`, `conflict`, `changed`, `needs-second-officer`, `unauthenticated`, `locked-out`, `too-large`, `overloaded`, `unknown-outcome`, `range`, `http`, `internal`. Its `errors` name fields by JSON Pointer (RFC 6901).\n\nNo answer is to be kept by caches: all say `Cache-Control: no-store`."
  },
  "servers": [
    {
      "url": "/api/v1"
    }
  ],
  "tags": [
    {
      "name": "Session",
      "description": "Signing in and out."
    },
    {
      "name": "Officers",
      "description": "Who has an account, and what is done with it."
    },
    {
      "name": "Tokens",
      "description": "API tokens, for programs that act for an officer."
    },
    {
      "name": "Requests",
      "description": "What takes two officers: asked for by one, decided by another."
    },
    {
      "name": "Cases",
      "description": "Case files, and what happens to them."
    },
    {
      "name": "Attachments",
      "description": "Files of a case. They are sent in pieces, and go on where they stopped."
    },
    {
      "name": "Seizures",
      "description": "Seizure reports, each in a case."
    },
    {
      "name": "Lookups",
      "description": "Searches and lists over all that the officer may see."
    },
    {
      "name": "Data",
      "description": "Reports in and out by the batch, and code lists."
    },
    {
      "name": "Partners",
      "description": "The authority's own card, the partners whose cards were confirmed, and the agreements with them."
    },
    {
      "name": "Notices",
      "description": "What goes to partners and comes from them, each in a case."
    },
    {
      "name": "Node",
      "description": "The node itself."
    }
  ],
  "paths": {
    "/session": {
      "post": {
        "operationId": "signIn",
        "tags": [
          "Session"
        ],
        "summary": "Sign in",
        "description": "Five wrong passwords in a row lock the account for a quarter of an hour. A login that is not known is answered like a wrong password.",
        "security": [],
        "requestBody": {
          "required": true,
          "description": "At most 8 KiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SignIn"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "Signed in.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Session"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "429": {
            "$ref": "#/components/responses/LockedOut"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "get": {
        "operationId": "whoAmI",
        "tags": [
          "Session"
        ],
        "summary": "Who is signed in",
        "security": [
          {
            "bearer": []
          }
        ],
        "responses": {
          "200": {
            "description": "The officer that the token belongs to.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OfficerView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "delete": {
        "operationId": "signOut",
        "tags": [
          "Session"
        ],
        "summary": "Sign out",
        "description": "Ends the session. An API token goes on: `revokeToken` ends it.",
        "security": [
          {
            "bearer": []
          }
        ],
        "responses": {
          "204": {
            "description": "Done."
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/officers": {
      "get": {
        "operationId": "listOfficers",
        "tags": [
          "Officers"
        ],
        "summary": "List officers",
        "description": "For administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "listOfficers",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "responses": {
          "200": {
            "description": "All of them, by number.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OfficerList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "post": {
        "operationId": "addOfficer",
        "tags": [
          "Officers"
        ],
        "summary": "Add an officer",
        "description": "The officer has no roles at first: they are granted with `makeRequest`. A password has 10 to 1,024 bytes, a login 2 to 64 of a–z, 0–9, dot, hyphen and underscore.\n\nFor administrator; a token needs the scope administer.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "manageOfficers",
            "roles": [
              "administrator"
            ],
            "scope": "administer"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewOfficer"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "Added.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OfficerView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/officers/{number}/password": {
      "put": {
        "operationId": "setPassword",
        "tags": [
          "Officers"
        ],
        "summary": "Set a password",
        "description": "One's own, with the old one; or another's, by those who carry manageOfficers, once another administrator has approved a request of theirs to reset it. Ends the officer's sessions and tokens, and a lock.",
        "security": [
          {
            "bearer": []
          }
        ],
        "parameters": [
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The officer's number.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 8 KiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/PasswordChange"
              }
            }
          }
        },
        "responses": {
          "204": {
            "description": "Done."
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/officers/{number}/status": {
      "put": {
        "operationId": "setOfficerStatus",
        "tags": [
          "Officers"
        ],
        "summary": "Activate or deactivate an officer",
        "description": "Whoever is not active cannot sign in; their sessions end, and their tokens are of no use. The last active officer with a role stays (409).\n\nFor administrator; a token needs the scope administer.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "manageOfficers",
            "roles": [
              "administrator"
            ],
            "scope": "administer"
          }
        ],
        "parameters": [
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The officer's number.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/StatusChange"
              }
            }
          }
        },
        "responses": {
          "204": {
            "description": "Done."
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/tokens": {
      "get": {
        "operationId": "listTokens",
        "tags": [
          "Tokens"
        ],
        "summary": "List API tokens",
        "description": "One's own; all of them for those who carry manageOfficers.",
        "security": [
          {
            "bearer": []
          }
        ],
        "responses": {
          "200": {
            "description": "By number, without their secrets.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TokenList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "post": {
        "operationId": "issueToken",
        "tags": [
          "Tokens"
        ],
        "summary": "Issue an API token",
        "description": "Scopes are out of `read`, `write`, `import`, `export` and `administer`, and no more than those of the token that is asked with. It expires within a year, on a day or at a time.",
        "security": [
          {
            "bearer": []
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewToken"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "Issued: `secret` is told here and never again.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TokenView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/tokens/{number}": {
      "delete": {
        "operationId": "revokeToken",
        "tags": [
          "Tokens"
        ],
        "summary": "Revoke an API token",
        "description": "One's own, or any for those who carry manageOfficers.",
        "security": [
          {
            "bearer": []
          }
        ],
        "parameters": [
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The token's number.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          }
        ],
        "responses": {
          "204": {
            "description": "Done."
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/requests": {
      "get": {
        "operationId": "listRequests",
        "tags": [
          "Requests"
        ],
        "summary": "List requests",
        "description": "One's own, and those that one may decide.",
        "security": [
          {
            "bearer": []
          }
        ],
        "responses": {
          "200": {
            "description": "By id.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RequestList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "post": {
        "operationId": "makeRequest",
        "tags": [
          "Requests"
        ],
        "summary": "Ask for what takes a second officer",
        "description": "`set-roles` names an officer and the roles they are to have; `erase-case` a closed case that is past its review date and under no hold; `export-nominal` a case, or none for all. A request lapses after seven days.\n\n- `set-roles`: for administrator; a token needs the scope administer.\n- `erase-case`: for supervisor; a token needs the scope write.\n- `export-nominal`: for investigator, release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "manageOfficers",
            "roles": [
              "administrator"
            ],
            "scope": "administer",
            "when": "set-roles"
          },
          {
            "permission": "requestErasure",
            "roles": [
              "supervisor"
            ],
            "scope": "write",
            "when": "erase-case"
          },
          {
            "permission": "requestNominalExport",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "write",
            "when": "export-nominal"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewRequest"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "Asked for.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RequestView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/requests/{id}/decision": {
      "post": {
        "operationId": "decideRequest",
        "tags": [
          "Requests"
        ],
        "summary": "Decide a request",
        "description": "By another officer than the one who asked; and who is to have roles does not approve them. Approved roles are set and an approved case is erased at once; an approved export is for the one who asked to make.\n\n- `set-roles`: for administrator; a token needs the scope administer.\n- `erase-case`: for supervisor; a token needs the scope write.\n- `export-nominal`: for supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "decideRoles",
            "roles": [
              "administrator"
            ],
            "scope": "administer",
            "when": "set-roles"
          },
          {
            "permission": "decideErasure",
            "roles": [
              "supervisor"
            ],
            "scope": "write",
            "when": "erase-case"
          },
          {
            "permission": "decideNominalExport",
            "roles": [
              "supervisor"
            ],
            "scope": "write",
            "when": "export-nominal"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The request's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/Decision"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Decided.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RequestView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases": {
      "get": {
        "operationId": "listCases",
        "tags": [
          "Cases"
        ],
        "summary": "List cases",
        "description": "For investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "cursor",
            "in": "query",
            "required": false,
            "description": "Where the page before ended: its `next`.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          },
          {
            "name": "limit",
            "in": "query",
            "required": false,
            "description": "Entries on a page, 100 at most: a larger number counts as 100.",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "default": 20
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Those that the officer may see, newest first; `next` where there are more.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CaseList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "post": {
        "operationId": "openCase",
        "tags": [
          "Cases"
        ],
        "summary": "Open a case",
        "description": "It takes a `title`, and may have `needToKnow` and a `retentionClass` (standard, short, long, permanent).\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "openCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "$ref": "#/components/parameters/Idempotency-Key"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CaseOpened"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Done before, under the same idempotency key.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "201": {
            "description": "Done.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}": {
      "get": {
        "operationId": "readCase",
        "tags": [
          "Cases"
        ],
        "summary": "Read a case",
        "description": "For investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/Cordon-Reason"
          }
        ],
        "responses": {
          "200": {
            "description": "The file as it stands.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CaseView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/events": {
      "post": {
        "operationId": "changeCase",
        "tags": [
          "Cases"
        ],
        "summary": "Change a case",
        "description": "Proposes one event. It is recorded as the answer has it: completed with what the node assigns, codes and numbers in their one spelling. Who may see the case is decided by its owner or a supervisor.\n\n- `all others`: for investigator, supervisor; a token needs the scope write.\n- `closed`: for investigator, supervisor; a token needs the scope write.\n- `reopened`: for supervisor; a token needs the scope write.\n- `accessChanged, needToKnowSet`: for investigator, supervisor; a token needs the scope write.\n- `ownerChanged`: for supervisor; a token needs the scope write.\n- `holdChanged`: for supervisor; a token needs the scope write.\n- `retentionSet`: for supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write",
            "when": "all others"
          },
          {
            "permission": "closeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write",
            "when": "closed"
          },
          {
            "permission": "reopenCase",
            "roles": [
              "supervisor"
            ],
            "scope": "write",
            "when": "reopened"
          },
          {
            "permission": "changeAccess",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write",
            "when": "accessChanged, needToKnowSet"
          },
          {
            "permission": "changeOwner",
            "roles": [
              "supervisor"
            ],
            "scope": "write",
            "when": "ownerChanged"
          },
          {
            "permission": "holdCase",
            "roles": [
              "supervisor"
            ],
            "scope": "write",
            "when": "holdChanged"
          },
          {
            "permission": "retainCase",
            "roles": [
              "supervisor"
            ],
            "scope": "write",
            "when": "retentionSet"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/If-Match"
          },
          {
            "$ref": "#/components/parameters/Idempotency-Key"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CaseEventProposal"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Done, or done before under the same idempotency key.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "412": {
            "$ref": "#/components/responses/Changed"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/history": {
      "get": {
        "operationId": "readHistory",
        "tags": [
          "Cases"
        ],
        "summary": "Read what happened to a case",
        "description": "For investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Every event, oldest first.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/History"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/exhibits/{id}": {
      "get": {
        "operationId": "readExhibit",
        "tags": [
          "Cases"
        ],
        "summary": "Read an exhibit and its chain of custody",
        "description": "For investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The exhibit's id, as on its label.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The exhibit.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ExhibitView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/attachments": {
      "post": {
        "operationId": "beginUpload",
        "tags": [
          "Attachments"
        ],
        "summary": "Begin to attach a file",
        "description": "Says what is to come; nothing of it shows in the case until `finishUpload`. `size` is its bytes; `sha256`, where it is given, is what they must have. An upload that is given up is removed after seven days.\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 64 KiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/AttachmentUpload"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "Send the bytes to Location.",
            "headers": {
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/UploadView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/uploads/{id}": {
      "get": {
        "operationId": "readUpload",
        "tags": [
          "Attachments"
        ],
        "summary": "Read how far an upload is",
        "description": "Of one's own.\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The upload's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Go on from `offset`.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/UploadView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "put": {
        "operationId": "sendBytes",
        "tags": [
          "Attachments"
        ],
        "summary": "Send bytes of an upload",
        "description": "As many at once as the client likes. What arrived before an interruption is kept: `readUpload` says how much. At another offset than that they are refused (409), and `version` is the offset to go on from.\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The upload's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "offset",
            "in": "query",
            "required": true,
            "description": "Where the bytes belong.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "The bytes from `offset` on.",
          "content": {
            "application/octet-stream": {
              "schema": {
                "type": "string",
                "format": "binary"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "They are safe.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/UploadView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "delete": {
        "operationId": "discardUpload",
        "tags": [
          "Attachments"
        ],
        "summary": "Give up an upload",
        "description": "For investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The upload's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "204": {
            "description": "Done."
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/uploads/{id}/finish": {
      "post": {
        "operationId": "finishUpload",
        "tags": [
          "Attachments"
        ],
        "summary": "Attach the file",
        "description": "Once all bytes are there. May be sent again after a failure.\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The upload's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "201": {
            "description": "It is part of the case.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AttachmentView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notice-attachments/{place}": {
      "post": {
        "operationId": "fetchAttachment",
        "tags": [
          "Attachments"
        ],
        "summary": "Fetch an attachment of a partner's notice",
        "description": "Of the notice that made the case; `place` counts from 1. It is fetched from the partner, or is there already from its stick, and becomes an attachment of the case. Where the line breaks, asking again goes on from there.\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "place",
            "in": "path",
            "required": true,
            "description": "Which attachment of the notice, from 1.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          }
        ],
        "responses": {
          "201": {
            "description": "It is part of the case.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AttachmentView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/attachments/{id}": {
      "get": {
        "operationId": "readAttachment",
        "tags": [
          "Attachments"
        ],
        "summary": "Read an attachment",
        "description": "Every piece is verified before it is sent: an answer that breaks off is not whole. One that came with a partner's notice is refused (403) where the partner does not allow that it is exported.\n\nFor investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The attachment's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/Range"
          }
        ],
        "responses": {
          "200": {
            "description": "The file.",
            "headers": {
              "Accept-Ranges": {
                "$ref": "#/components/headers/Accept-Ranges"
              },
              "Content-Disposition": {
                "$ref": "#/components/headers/Content-Disposition"
              },
              "Repr-Digest": {
                "$ref": "#/components/headers/Repr-Digest"
              }
            },
            "content": {
              "application/octet-stream": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "206": {
            "description": "The range.",
            "headers": {
              "Accept-Ranges": {
                "$ref": "#/components/headers/Accept-Ranges"
              },
              "Content-Disposition": {
                "$ref": "#/components/headers/Content-Disposition"
              },
              "Repr-Digest": {
                "$ref": "#/components/headers/Repr-Digest"
              },
              "Content-Range": {
                "$ref": "#/components/headers/Content-Range"
              }
            },
            "content": {
              "application/octet-stream": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "416": {
            "$ref": "#/components/responses/NoSuchRange"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/seizures": {
      "post": {
        "operationId": "logSeizure",
        "tags": [
          "Seizures"
        ],
        "summary": "Log a seizure",
        "description": "Into the case that `case` names, or into one of its own. It takes `seizedAt`, an offence and a line of goods; `authority`, `office`, `status` (seized) and `reportedAt` are filled in where they are left empty. `provenance` is not kept. The answer has what validation had to say, and whom and what was met before.\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "openCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "case",
            "in": "query",
            "required": false,
            "description": "The id of the case that it goes into.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "needToKnow",
            "in": "query",
            "required": false,
            "description": "Whether the case that is opened for it is need-to-know.",
            "schema": {
              "type": "boolean"
            }
          },
          {
            "$ref": "#/components/parameters/If-Match"
          },
          {
            "$ref": "#/components/parameters/Idempotency-Key"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SeizureReport"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Done before, under the same idempotency key.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "201": {
            "description": "Done.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "412": {
            "$ref": "#/components/responses/Changed"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/seizures/{id}": {
      "get": {
        "operationId": "readSeizure",
        "tags": [
          "Seizures"
        ],
        "summary": "Read a seizure report",
        "description": "For investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The report's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The report, and its case's ETag.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReportView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "patch": {
        "operationId": "correctSeizure",
        "tags": [
          "Seizures"
        ],
        "summary": "Correct a seizure report",
        "description": "It takes a reason: as the member `reason` of the patch, or in the header Cordon-Reason. The correction is held against the version of the case that was patched, whether If-Match is sent or not. Where it changes nothing, it is refused (409). A token needs the scope read as well.\n\nFor investigator, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "changeCase",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The report's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/If-Match"
          },
          {
            "$ref": "#/components/parameters/Cordon-Reason"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/merge-patch+json": {
              "schema": {
                "$ref": "#/components/schemas/SeizurePatch"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Corrected.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "412": {
            "$ref": "#/components/responses/Changed"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/search": {
      "post": {
        "operationId": "search",
        "tags": [
          "Lookups"
        ],
        "summary": "Search",
        "description": "A POST, so that what is looked for stands in no address. Without `text`, all that the filters leave.\n\nFor investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "search",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 64 KiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SearchRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What was found, best first; `next` where there is more.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/SearchAnswer"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/hits": {
      "get": {
        "operationId": "listHits",
        "tags": [
          "Lookups"
        ],
        "summary": "List hits into one's own cases",
        "description": "For investigator, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readHits",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "limit",
            "in": "query",
            "required": false,
            "description": "Entries on a page, 100 at most: a larger number counts as 100.",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "default": 50
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Newest first.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/HitList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/tasks": {
      "get": {
        "operationId": "listTasks",
        "tags": [
          "Lookups"
        ],
        "summary": "List one's own open tasks",
        "description": "For investigator, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readHits",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "responses": {
          "200": {
            "description": "In the order of their cases.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TaskList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/accesses": {
      "get": {
        "operationId": "listAccesses",
        "tags": [
          "Lookups"
        ],
        "summary": "List who looked at what",
        "description": "That an auditor looked is recorded, too.\n\nFor auditor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "listAccesses",
            "roles": [
              "auditor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "cursor",
            "in": "query",
            "required": false,
            "description": "Where the page before ended: its `next`.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          },
          {
            "name": "officer",
            "in": "query",
            "required": false,
            "description": "Only what this officer looked at.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          },
          {
            "name": "case",
            "in": "query",
            "required": false,
            "description": "Only who looked at this case.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "limit",
            "in": "query",
            "required": false,
            "description": "Entries on a page, 1000 at most: a larger number counts as 1000.",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "default": 100
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Newest first; `next` where there may be more.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AccessList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/statistics": {
      "get": {
        "operationId": "listStatistics",
        "tags": [
          "Lookups"
        ],
        "summary": "List figures over many seizures",
        "description": "For investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readStatistics",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "cursor",
            "in": "query",
            "required": false,
            "description": "Where the page before ended: its `next`.",
            "schema": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          },
          {
            "name": "limit",
            "in": "query",
            "required": false,
            "description": "Entries on a page, 1000 at most: a larger number counts as 1000.",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "default": 100
            }
          }
        ],
        "responses": {
          "200": {
            "description": "In the order they came; `next` where there may be more.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/StatisticsList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/imports": {
      "post": {
        "operationId": "importReports",
        "tags": [
          "Data"
        ],
        "summary": "Import a batch of reports",
        "description": "At most 1,000, each with its `provenance`. A record that is here already is recognised by its source and key, so a batch can be sent again after any failure: `known` is the same, `differs` has other content.\n\nFor investigator, supervisor; a token needs the scope import.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "importReports",
            "roles": [
              "investigator",
              "supervisor"
            ],
            "scope": "import"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 32 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ImportRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What became of each, in the order of the request.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ImportAnswer"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/exports": {
      "post": {
        "operationId": "exportReports",
        "tags": [
          "Data"
        ],
        "summary": "Export reports",
        "description": "The reports of one case, or all that the filters find, as the officer may see them. With names only under an approved request of one's own (`export-nominal`), for this case or for all; without `requestId`, without names. What came from partners who do not allow it is left out, and `readExport` says how many; the case of such a report is refused (403). The answer is sent as it is made: one that breaks off is not whole.\n\nFor investigator, release-officer, supervisor; a token needs the scope export.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "exportReports",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "export"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ExportRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "JSON Lines: one SeizureReport a line, each ended by a line feed.",
            "headers": {
              "Cordon-Export": {
                "$ref": "#/components/headers/Cordon-Export"
              }
            },
            "content": {
              "application/jsonl": {
                "schema": {
                  "type": "string",
                  "description": "Each line is a SeizureReport."
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/exports/{id}": {
      "get": {
        "operationId": "readExport",
        "tags": [
          "Data"
        ],
        "summary": "Read what an export came to",
        "description": "Once it was handed out whole, until the officer's next one.\n\nFor investigator, release-officer, supervisor; a token needs the scope export.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "exportReports",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "export"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "What the header Cordon-Export said.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "What it came to.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ExportSummary"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/codes": {
      "get": {
        "operationId": "listCodeLists",
        "tags": [
          "Data"
        ],
        "summary": "List code lists",
        "description": "For administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readStatus",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "responses": {
          "200": {
            "description": "Which are loaded.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CodeListing"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/codes/{list}": {
      "put": {
        "operationId": "importCodes",
        "tags": [
          "Data"
        ],
        "summary": "Replace a code list",
        "description": "At most 500,000 codes.\n\nFor administrator, supervisor; a token needs the scope administer.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "importCodes",
            "roles": [
              "administrator",
              "supervisor"
            ],
            "scope": "administer"
          }
        ],
        "parameters": [
          {
            "name": "list",
            "in": "path",
            "required": true,
            "description": "Which list: `hs` (Harmonized System: 2, 4 and 6 digits), `unlocode` (UN/LOCODE: five characters), `countries` (ISO 3166-1 alpha-2) or `currencies` (ISO 4217), the last two beside those that are built in.",
            "schema": {
              "type": "string",
              "enum": [
                "hs",
                "unlocode",
                "countries",
                "currencies"
              ]
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 32 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CodeUpload"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Replaced.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CodeListing"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/card": {
      "get": {
        "operationId": "readCard",
        "tags": [
          "Partners"
        ],
        "summary": "Read the authority's own card",
        "description": "For administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readPartners",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "responses": {
          "200": {
            "description": "The card that partners are given.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CardView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/partners": {
      "get": {
        "operationId": "listPartners",
        "tags": [
          "Partners"
        ],
        "summary": "List partners",
        "description": "For administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readPartners",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "responses": {
          "200": {
            "description": "By name prefix.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PartnerList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "post": {
        "operationId": "addPartner",
        "tags": [
          "Partners"
        ],
        "summary": "Add a partner",
        "description": "Or take a newer card of a known one. The fingerprint is the one that somebody compared with the partner by another way than the card came. A card with another identity key is refused (409), unless it `replaces` the known one; so is one that is not the next of that partner, or that has a key of another.\n\nFor administrator; a token needs the scope administer.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "managePartners",
            "roles": [
              "administrator"
            ],
            "scope": "administer"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewPartner"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "Its card is taken.",
            "headers": {
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CardView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/partners/{prefix}": {
      "get": {
        "operationId": "readPartner",
        "tags": [
          "Partners"
        ],
        "summary": "Read how things stand with a partner",
        "description": "For administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readPartners",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "prefix",
            "in": "path",
            "required": true,
            "description": "The partner's name prefix, such as `la.customs`; a slash in it as %2F.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The partner.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PartnerView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/partners/{prefix}/state": {
      "post": {
        "operationId": "setPartnerState",
        "tags": [
          "Partners"
        ],
        "summary": "Suspend, revoke or take up a partner",
        "description": "At once: nothing more is sealed to a partner that is suspended or revoked, nothing delivered, nothing taken in, and connections are dropped. Revoking is for good.\n\nFor administrator; a token needs the scope administer.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "managePartners",
            "roles": [
              "administrator"
            ],
            "scope": "administer"
          }
        ],
        "parameters": [
          {
            "name": "prefix",
            "in": "path",
            "required": true,
            "description": "The partner's name prefix, such as `la.customs`; a slash in it as %2F.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/PartnerStateChange"
              }
            }
          }
        },
        "responses": {
          "204": {
            "description": "Done."
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/partners/{prefix}/evidence": {
      "get": {
        "operationId": "readEvidence",
        "tags": [
          "Partners"
        ],
        "summary": "Read the proof against a partner",
        "description": "Portable: whoever has the partner's card can check it.\n\nFor administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readPartners",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "prefix",
            "in": "path",
            "required": true,
            "description": "The partner's name prefix, such as `la.customs`; a slash in it as %2F.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The proof, as `log.md` has it.",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/agreements": {
      "get": {
        "operationId": "listAgreements",
        "tags": [
          "Partners"
        ],
        "summary": "List agreements",
        "description": "Those that hold, and proposals that wait for signatures.\n\nFor administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readPartners",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "responses": {
          "200": {
            "description": "By id.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AgreementList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "post": {
        "operationId": "proposeAgreement",
        "tags": [
          "Partners"
        ],
        "summary": "Propose an agreement, or a new revision",
        "description": "For release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "manageAgreements",
            "roles": [
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/AgreementProposal"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "Signed by our authority. The note is for the other parties to sign.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AgreementOutcome"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/agreements/accept": {
      "post": {
        "operationId": "acceptAgreement",
        "tags": [
          "Partners"
        ],
        "summary": "Sign what another party proposed",
        "description": "An agreement; or, as its lead, that a member joins.\n\nFor release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "manageAgreements",
            "roles": [
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/AgreementNote"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What it came to, and the note to hand to the others.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AgreementOutcome"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/agreements/record": {
      "post": {
        "operationId": "recordAgreement",
        "tags": [
          "Partners"
        ],
        "summary": "Take what the others have signed",
        "description": "For release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "manageAgreements",
            "roles": [
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/AgreementNote"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What it came to, and the note to hand to the others.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AgreementOutcome"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/agreements/change": {
      "post": {
        "operationId": "changeAgreement",
        "tags": [
          "Partners"
        ],
        "summary": "Join, leave, exclude or end",
        "description": "As far as that is our authority's to sign. What another has to sign as well has the outcome `unsigned`: it holds once it came back with that signature (`recordAgreement`).\n\nFor release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "manageAgreements",
            "roles": [
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewAgreementChange"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What it came to, and the note to hand to the others.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AgreementOutcome"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/notices": {
      "get": {
        "operationId": "listNotices",
        "tags": [
          "Notices"
        ],
        "summary": "List notices",
        "description": "Of all cases that the officer may see. A page may end before it is full: `next` goes on.\n\nFor investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "which",
            "in": "query",
            "required": false,
            "description": "Only these.",
            "schema": {
              "type": "string",
              "enum": [
                "drafts",
                "sent",
                "received"
              ]
            }
          },
          {
            "name": "cursor",
            "in": "query",
            "required": false,
            "description": "Where the page before ended: its `next`.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "limit",
            "in": "query",
            "required": false,
            "description": "Entries on a page, 100 at most: a larger number counts as 100.",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "default": 50
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Newest first; `next` where there may be more.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/NoticeSummaryList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notices": {
      "get": {
        "operationId": "listCaseNotices",
        "tags": [
          "Notices"
        ],
        "summary": "List the notices of a case",
        "description": "For investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Oldest first, also what the node sent by itself.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/NoticeSummaryList"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      },
      "post": {
        "operationId": "draftNotice",
        "tags": [
          "Notices"
        ],
        "summary": "Draft a notice, or a draft anew",
        "description": "A new version of a draft needs its approvals again.\n\nFor investigator, release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "draftNotice",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/If-Match"
          },
          {
            "$ref": "#/components/parameters/Idempotency-Key"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewNotice"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Done before, under the same idempotency key.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "201": {
            "description": "Drafted.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "412": {
            "$ref": "#/components/responses/Changed"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/answers": {
      "post": {
        "operationId": "draftAnswer",
        "tags": [
          "Notices"
        ],
        "summary": "Draft what concerns another notice",
        "description": "Recipients, references, subject and conditions follow from that notice. It is released like any other; what holds no intelligence needs no second officer and no agreement.\n\nFor investigator, release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "draftNotice",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/If-Match"
          },
          {
            "$ref": "#/components/parameters/Idempotency-Key"
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewAnswer"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Done before, under the same idempotency key.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "201": {
            "description": "Drafted.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              },
              "Location": {
                "$ref": "#/components/headers/Location"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "412": {
            "$ref": "#/components/responses/Changed"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notices/{number}": {
      "get": {
        "operationId": "readNotice",
        "tags": [
          "Notices"
        ],
        "summary": "Read a notice",
        "description": "A partner's notice under its conditions: one that is recalled or has expired is refused (403). The first time, the partner is told that it was read.\n\nFor investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readCase",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The notice's number within the case; 0 for the one that made the case; or its entry's id in hexadecimal.",
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/Cordon-Reason"
          }
        ],
        "responses": {
          "200": {
            "description": "The notice, and its case's ETag.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/NoticeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notices/{number}/explain": {
      "get": {
        "operationId": "explainNotice",
        "tags": [
          "Notices"
        ],
        "summary": "Read who would get a draft, and who not",
        "description": "As if the officer who asks approved of it; of one that was released, as it was decided then. For every partner that is known.\n\nFor investigator, release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "draftNotice",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The notice's number within the case; 0 for the one that made the case; or its entry's id in hexadecimal.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Who, and why not.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ExplanationView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notices/{number}/approve": {
      "post": {
        "operationId": "approveNotice",
        "tags": [
          "Notices"
        ],
        "summary": "Approve a draft",
        "description": "By another officer than the one who drafted it.\n\nFor release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "releaseNotice",
            "roles": [
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The notice's number within the case; 0 for the one that made the case; or its entry's id in hexadecimal.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Done.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notices/{number}/release": {
      "post": {
        "operationId": "releaseNotice",
        "tags": [
          "Notices"
        ],
        "summary": "Release a draft",
        "description": "Decided, sealed and recorded as one step. The officer who releases it counts as a second one.\n\nFor release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "releaseNotice",
            "roles": [
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The notice's number within the case; 0 for the one that made the case; or its entry's id in hexadecimal.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Released; or refused, and the explanation says why. Both are recorded.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReleaseView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notices/{number}/withdraw": {
      "post": {
        "operationId": "withdrawNotice",
        "tags": [
          "Notices"
        ],
        "summary": "Withdraw a draft",
        "description": "For investigator, release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "draftNotice",
            "roles": [
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The notice's number within the case; 0 for the one that made the case; or its entry's id in hexadecimal.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NoticeWithdrawal"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Done.",
            "headers": {
              "ETag": {
                "$ref": "#/components/headers/ETag"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ChangeView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/cases/{id}/notices/{number}/recall": {
      "post": {
        "operationId": "recallNotice",
        "tags": [
          "Notices"
        ],
        "summary": "Take a released notice back",
        "description": "Drafted and released at once, to all who got it.\n\nFor release-officer, supervisor; a token needs the scope write.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "releaseNotice",
            "roles": [
              "release-officer",
              "supervisor"
            ],
            "scope": "write"
          }
        ],
        "parameters": [
          {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The case's id.",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "number",
            "in": "path",
            "required": true,
            "description": "The notice's number within the case; 0 for the one that made the case; or its entry's id in hexadecimal.",
            "schema": {
              "type": "string"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "description": "At most 4 MiB.",
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/NewRecall"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Released; or refused, and the explanation says why. Both are recorded.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReleaseView"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "422": {
            "$ref": "#/components/responses/Invalid"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/status": {
      "get": {
        "operationId": "readStatus",
        "tags": [
          "Node"
        ],
        "summary": "Read the node's standing",
        "description": "For administrator, auditor, investigator, release-officer, supervisor; a token needs the scope read.",
        "security": [
          {
            "bearer": []
          }
        ],
        "x-cordon-permissions": [
          {
            "permission": "readStatus",
            "roles": [
              "administrator",
              "auditor",
              "investigator",
              "release-officer",
              "supervisor"
            ],
            "scope": "read"
          }
        ],
        "responses": {
          "200": {
            "description": "The node, and its logs' last checkpoints.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/NodeStatus"
                }
              }
            }
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    },
    "/openapi.json": {
      "get": {
        "operationId": "readDescription",
        "tags": [
          "Node"
        ],
        "summary": "Read this description",
        "security": [],
        "responses": {
          "200": {
            "description": "This.",
            "content": {
              "application/openapi+json": {
                "schema": {
                  "type": "object"
                }
              }
            }
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Overloaded"
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a session (`signIn`), or an API token (`issueToken`), which does no more than its scopes allow, and never more than its officer may do. A session ends after 12 hours, or half an hour without use."
      }
    },
    "parameters": {
      "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Of the client's choosing, 1 to 200 bytes. The same key with the same request is done once, and answered with `replayed` from then on; with another request it is refused (409).",
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 200
        }
      },
      "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that the case must have still; where it has another, nothing is done (412).",
        "schema": {
          "type": "string",
          "pattern": "^\"[0-9]+\"$"
        }
      },
      "Range": {
        "name": "Range",
        "in": "header",
        "description": "One range of bytes (RFC 9110): `bytes=0-1023`, `bytes=1024-`, `bytes=-512`.",
        "schema": {
          "type": "string"
        }
      },
      "Cordon-Reason": {
        "name": "Cordon-Reason",
        "in": "header",
        "description": "Why the officer looks. Kept with the record of the access, up to 2,000 characters.",
        "schema": {
          "type": "string"
        }
      }
    },
    "headers": {
      "ETag": {
        "description": "The version of the case, in quotes.",
        "schema": {
          "type": "string",
          "pattern": "^\"[0-9]+\"$"
        }
      },
      "Location": {
        "description": "Where what was made is.",
        "schema": {
          "type": "string",
          "format": "uri-reference"
        }
      },
      "Accept-Ranges": {
        "description": "`bytes`.",
        "schema": {
          "type": "string"
        }
      },
      "Content-Disposition": {
        "description": "`attachment`: it is never shown within the API's own pages.",
        "schema": {
          "type": "string"
        }
      },
      "Cordon-Export": {
        "description": "What to ask for the export's result by (`readExport`).",
        "schema": {
          "type": "string"
        }
      },
      "Content-Range": {
        "description": "Which bytes these are, and of how many.",
        "schema": {
          "type": "string"
        }
      },
      "Repr-Digest": {
        "description": "SHA-256 of the whole file, also where only a range is sent (RFC 9530): `sha-256=:…:`.",
        "schema": {
          "type": "string"
        }
      },
      "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {
          "type": "integer",
          "minimum": 0
        }
      },
      "WWW-Authenticate": {
        "description": "How to sign in.",
        "schema": {
          "type": "string"
        }
      }
    },
    "responses": {
      "Unauthenticated": {
        "description": "Nobody is signed in with this token, or no longer.",
        "headers": {
          "WWW-Authenticate": {
            "$ref": "#/components/headers/WWW-Authenticate"
          }
        },
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Forbidden": {
        "description": "The officer's roles, the token's scopes or the case's own list do not allow it; or it takes a second officer (`needs-second-officer`).",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "NotFound": {
        "description": "There is no such thing, or not for this officer.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Conflict": {
        "description": "The thing is not in a state that allows it; or the idempotency key was used for another request.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Changed": {
        "description": "The case was changed meanwhile. `version` and the ETag are those it has now.",
        "headers": {
          "ETag": {
            "$ref": "#/components/headers/ETag"
          }
        },
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "TooLarge": {
        "description": "The body is larger than this route takes, or a limit is reached, which `detail` names.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "NoSuchRange": {
        "description": "The attachment does not have these bytes.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Invalid": {
        "description": "Something in the request is impossible or cannot be read: `errors` says what, and where.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "LockedOut": {
        "description": "Too many wrong attempts: later.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/Retry-After"
          }
        },
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Internal": {
        "description": "Something went wrong inside the node: its log says what.",
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      },
      "Overloaded": {
        "description": "The node has too much to do, or is stopping: try again. With `unknown-outcome`, and no Retry-After, it stopped while it wrote: whether the change was made is known once it runs again.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/Retry-After"
          }
        },
        "content": {
          "application/problem+json": {
            "schema": {
              "$ref": "#/components/schemas/Problem"
            }
          }
        }
      }
    },
    "schemas": {
      "AccessChanged": {
        "type": "object",
        "properties": {
          "officer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "granted": {
            "type": "boolean"
          }
        }
      },
      "AccessList": {
        "type": "object",
        "properties": {
          "accesses": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AccessView"
            }
          },
          "next": {
            "type": "string"
          }
        }
      },
      "AccessView": {
        "type": "object",
        "properties": {
          "sequence": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "at": {
            "type": "string"
          },
          "officer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "action": {
            "type": "string"
          },
          "caseId": {
            "type": "string"
          },
          "recordId": {
            "type": "string"
          },
          "reason": {
            "type": "string"
          },
          "query": {
            "type": "string"
          },
          "count": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "nominal": {
            "type": "boolean"
          },
          "shown": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Ids of reports and cases that came back, and the cases they are in."
          },
          "shownCases": {
            "type": "array",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "Address": {
        "type": "object",
        "properties": {
          "text": {
            "type": "string"
          },
          "city": {
            "type": "string"
          },
          "country": {
            "type": "string"
          }
        }
      },
      "AgreementChangeView": {
        "type": "object",
        "properties": {
          "change": {
            "type": "string",
            "enum": [
              "join",
              "leave",
              "exclude",
              "terminate"
            ]
          },
          "party": {
            "type": "string"
          },
          "issuedAt": {
            "type": "string"
          },
          "effective": {
            "type": "string"
          },
          "reason": {
            "type": "string"
          },
          "note": {
            "type": "string",
            "description": "The signed note."
          }
        }
      },
      "AgreementList": {
        "type": "object",
        "properties": {
          "agreements": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AgreementView"
            }
          }
        }
      },
      "AgreementNote": {
        "type": "object",
        "properties": {
          "note": {
            "type": "string",
            "description": "A signed note: an agreement, or a change of one."
          }
        },
        "required": [
          "note"
        ]
      },
      "AgreementNotice": {
        "type": "object",
        "description": "A proposal, a signature or a change of an agreement.",
        "properties": {
          "note": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "A signed note, as `agreements.md` describes it."
          }
        }
      },
      "AgreementOutcome": {
        "type": "object",
        "properties": {
          "note": {
            "type": "string",
            "description": "The signed note, to hand to the others."
          },
          "outcome": {
            "type": "string",
            "enum": [
              "proposed",
              "accepted",
              "signatures-added",
              "changed",
              "known",
              "unsigned"
            ]
          },
          "missing": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Whose signatures are missing."
          }
        }
      },
      "AgreementProposal": {
        "type": "object",
        "properties": {
          "text": {
            "type": "string",
            "description": "The terms, as `agreements.md` has them."
          }
        },
        "required": [
          "text"
        ]
      },
      "AgreementView": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string"
          },
          "title": {
            "type": "string"
          },
          "state": {
            "type": "string",
            "enum": [
              "proposed",
              "agreed",
              "in-force",
              "ended"
            ]
          },
          "revision": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "instrument": {
            "type": "string",
            "enum": [
              "bilateral-treaty",
              "regional-instrument",
              "joint-operation"
            ]
          },
          "legalBasis": {
            "type": "string"
          },
          "lead": {
            "type": "string",
            "description": "Who admits and excludes members; empty where it is between two."
          },
          "parties": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "members": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Who is bound by it now."
          },
          "purposes": {
            "type": "array",
            "items": {
              "type": "string",
              "enum": [
                "administrative-proceedings",
                "duty-assessment",
                "investigation",
                "prevention",
                "prosecution",
                "public-safety",
                "risk-management"
              ]
            }
          },
          "categories": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "`all` alone, or offences."
          },
          "notices": {
            "type": "array",
            "items": {
              "type": "string",
              "enum": [
                "alert",
                "request",
                "seizure",
                "sighting"
              ]
            }
          },
          "nominal": {
            "type": "boolean"
          },
          "handling": {
            "type": "string",
            "enum": [
              "H0",
              "H1",
              "H2",
              "H3"
            ]
          },
          "tlp": {
            "type": "string",
            "enum": [
              "clear",
              "green",
              "amber",
              "amber-strict",
              "red"
            ]
          },
          "onward": {
            "type": "string",
            "enum": [
              "no",
              "with-consent",
              "yes"
            ]
          },
          "retentionDays": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "from": {
            "type": "string"
          },
          "until": {
            "type": "string"
          },
          "endedAt": {
            "type": "string",
            "description": "Ended before its time; empty otherwise."
          },
          "signed": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Parties whose signatures were verified here."
          },
          "note": {
            "type": "string",
            "description": "The signed note, to hand to a party. `agreements.md` has its form."
          },
          "changes": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AgreementChangeView"
            }
          }
        }
      },
      "AlertNotice": {
        "type": "object",
        "description": "Something or somebody to look out for.",
        "properties": {
          "facts": {
            "type": "string"
          },
          "offences": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "action": {
            "type": "string",
            "enum": [
              "inform",
              "observe",
              "inspect",
              "detain"
            ]
          },
          "validFrom": {
            "type": "string"
          },
          "validUntil": {
            "type": "string"
          },
          "conveyances": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Conveyance"
            }
          },
          "documents": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Document"
            }
          },
          "route": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/RouteLeg"
            }
          },
          "goods": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/GoodsLine"
            }
          },
          "nominal": {
            "$ref": "#/components/schemas/NominalPart"
          }
        }
      },
      "AssistanceReply": {
        "type": "object",
        "properties": {
          "text": {
            "type": "string"
          },
          "partial": {
            "type": "boolean",
            "description": "More is to come."
          },
          "reports": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/SeizureReport"
            }
          },
          "conveyances": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Conveyance"
            }
          },
          "documents": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Document"
            }
          },
          "nominal": {
            "$ref": "#/components/schemas/NominalPart"
          }
        }
      },
      "AssistanceRequest": {
        "type": "object",
        "description": "A request for mutual assistance.",
        "properties": {
          "instrument": {
            "type": "string",
            "description": "The instrument relied on."
          },
          "facts": {
            "type": "string"
          },
          "offences": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "questions": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "What is asked for, one question each."
          },
          "enquiries": {
            "type": "string",
            "description": "Enquiries that were already made."
          },
          "urgency": {
            "type": "string",
            "enum": [
              "8h",
              "3d",
              "7d",
              "90d"
            ]
          },
          "conveyances": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Conveyance"
            }
          },
          "documents": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Document"
            }
          },
          "goods": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/GoodsLine"
            }
          },
          "nominal": {
            "$ref": "#/components/schemas/NominalPart"
          }
        }
      },
      "AssistanceView": {
        "type": "object",
        "description": "A request for mutual assistance as it stands with one partner.",
        "properties": {
          "partner": {
            "type": "string"
          },
          "party": {
            "type": "string",
            "description": "Whether we ask or are asked: asking, asked."
          },
          "stage": {
            "type": "string",
            "enum": [
              "draft",
              "approved",
              "sent",
              "acknowledged",
              "clarification-asked",
              "postponed",
              "refused",
              "answered-in-part",
              "answered",
              "closed"
            ]
          },
          "urgency": {
            "type": "string",
            "enum": [
              "8h",
              "3d",
              "7d",
              "90d"
            ]
          },
          "sentAt": {
            "type": "string"
          },
          "deadline": {
            "type": "string"
          },
          "overdue": {
            "type": "boolean"
          },
          "ground": {
            "type": "string",
            "description": "Of a refusal."
          },
          "feedback": {
            "type": "string",
            "description": "What the one who asked said of the answer."
          }
        }
      },
      "AttachmentAdded": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "Country, `A`, number, check digits."
          },
          "fileName": {
            "type": "string"
          },
          "mediaType": {
            "type": "string"
          },
          "size": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "sha256": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "SHA-256 of the content."
          },
          "blob": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "SHA-256 of the encrypted blob: the name it is stored under."
          },
          "description": {
            "type": "string"
          },
          "reportId": {
            "type": "string"
          }
        }
      },
      "AttachmentUpload": {
        "type": "object",
        "properties": {
          "fileName": {
            "type": "string"
          },
          "mediaType": {
            "type": "string"
          },
          "size": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "sha256": {
            "type": "string",
            "contentEncoding": "base64"
          },
          "description": {
            "type": "string"
          },
          "reportId": {
            "type": "string"
          }
        }
      },
      "AttachmentView": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string"
          },
          "fileName": {
            "type": "string"
          },
          "mediaType": {
            "type": "string"
          },
          "size": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "sha256": {
            "type": "string",
            "contentEncoding": "base64"
          },
          "description": {
            "type": "string"
          },
          "reportId": {
            "type": "string"
          },
          "by": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "at": {
            "type": "string"
          }
        }
      },
      "CardView": {
        "type": "object",
        "description": "An authority's card (`cards.md`).",
        "properties": {
          "card": {
            "type": "string",
            "description": "The signed note. What partners are given."
          },
          "country": {
            "type": "string"
          },
          "authority": {
            "type": "string"
          },
          "prefix": {
            "type": "string",
            "description": "The authority's name prefix: `vn.customs`."
          },
          "revision": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "issuedAt": {
            "type": "string"
          },
          "fingerprint": {
            "type": "string",
            "description": "60 digits in groups of five, to be compared by another way than the card came."
          },
          "shortForm": {
            "type": "string",
            "description": "For a QR code: it binds the identity key, and nothing else of the card."
          },
          "nodes": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "`host:port`, the preferred one first."
          }
        }
      },
      "CaseClosed": {
        "type": "object",
        "properties": {
          "outcome": {
            "type": "string"
          }
        }
      },
      "CaseEvent": {
        "type": "object",
        "properties": {
          "happenedAt": {
            "type": "string",
            "description": "When it happened, where that is another time than when it was logged."
          },
          "reason": {
            "type": "string"
          },
          "opened": {
            "$ref": "#/components/schemas/CaseOpened"
          },
          "seizureLogged": {
            "$ref": "#/components/schemas/SeizureLogged"
          },
          "reportCorrected": {
            "$ref": "#/components/schemas/ReportCorrected"
          },
          "linkAdded": {
            "$ref": "#/components/schemas/LinkAdded"
          },
          "linkRemoved": {
            "$ref": "#/components/schemas/LinkRemoved"
          },
          "exhibitSealed": {
            "$ref": "#/components/schemas/ExhibitSealed"
          },
          "custodyOffered": {
            "$ref": "#/components/schemas/CustodyOffered"
          },
          "custodyAnswered": {
            "$ref": "#/components/schemas/CustodyAnswered"
          },
          "exhibitDisposed": {
            "$ref": "#/components/schemas/ExhibitDisposed"
          },
          "noteAdded": {
            "$ref": "#/components/schemas/NoteAdded"
          },
          "attachmentAdded": {
            "$ref": "#/components/schemas/AttachmentAdded"
          },
          "taskAdded": {
            "$ref": "#/components/schemas/TaskAdded"
          },
          "taskDone": {
            "$ref": "#/components/schemas/TaskDone"
          },
          "accessChanged": {
            "$ref": "#/components/schemas/AccessChanged"
          },
          "needToKnowSet": {
            "$ref": "#/components/schemas/NeedToKnowSet"
          },
          "closed": {
            "$ref": "#/components/schemas/CaseClosed"
          },
          "reopened": {
            "$ref": "#/components/schemas/CaseReopened"
          },
          "holdChanged": {
            "$ref": "#/components/schemas/HoldChanged"
          },
          "retentionSet": {
            "$ref": "#/components/schemas/RetentionSet"
          },
          "hitsFound": {
            "$ref": "#/components/schemas/HitsFound"
          },
          "ownerChanged": {
            "$ref": "#/components/schemas/OwnerChanged"
          },
          "noticeDrafted": {
            "$ref": "#/components/schemas/NoticeDrafted"
          },
          "noticeApproved": {
            "$ref": "#/components/schemas/NoticeApproved"
          },
          "noticeWithdrawn": {
            "$ref": "#/components/schemas/NoticeWithdrawn"
          },
          "noticeReleased": {
            "$ref": "#/components/schemas/NoticeReleased"
          },
          "noticeRefused": {
            "$ref": "#/components/schemas/NoticeRefused"
          },
          "noticeReceived": {
            "$ref": "#/components/schemas/NoticeReceived"
          },
          "noticeReferenced": {
            "$ref": "#/components/schemas/NoticeReferenced"
          }
        },
        "oneOf": [
          {
            "required": [
              "opened"
            ]
          },
          {
            "required": [
              "seizureLogged"
            ]
          },
          {
            "required": [
              "reportCorrected"
            ]
          },
          {
            "required": [
              "linkAdded"
            ]
          },
          {
            "required": [
              "linkRemoved"
            ]
          },
          {
            "required": [
              "exhibitSealed"
            ]
          },
          {
            "required": [
              "custodyOffered"
            ]
          },
          {
            "required": [
              "custodyAnswered"
            ]
          },
          {
            "required": [
              "exhibitDisposed"
            ]
          },
          {
            "required": [
              "noteAdded"
            ]
          },
          {
            "required": [
              "attachmentAdded"
            ]
          },
          {
            "required": [
              "taskAdded"
            ]
          },
          {
            "required": [
              "taskDone"
            ]
          },
          {
            "required": [
              "accessChanged"
            ]
          },
          {
            "required": [
              "needToKnowSet"
            ]
          },
          {
            "required": [
              "closed"
            ]
          },
          {
            "required": [
              "reopened"
            ]
          },
          {
            "required": [
              "holdChanged"
            ]
          },
          {
            "required": [
              "retentionSet"
            ]
          },
          {
            "required": [
              "hitsFound"
            ]
          },
          {
            "required": [
              "ownerChanged"
            ]
          },
          {
            "required": [
              "noticeDrafted"
            ]
          },
          {
            "required": [
              "noticeApproved"
            ]
          },
          {
            "required": [
              "noticeWithdrawn"
            ]
          },
          {
            "required": [
              "noticeReleased"
            ]
          },
          {
            "required": [
              "noticeRefused"
            ]
          },
          {
            "required": [
              "noticeReceived"
            ]
          },
          {
            "required": [
              "noticeReferenced"
            ]
          }
        ]
      },
      "CaseEventProposal": {
        "type": "object",
        "properties": {
          "happenedAt": {
            "type": "string",
            "description": "When it happened, where that is another time than when it was logged."
          },
          "reason": {
            "type": "string"
          },
          "seizureLogged": {
            "$ref": "#/components/schemas/SeizureLogged"
          },
          "linkAdded": {
            "$ref": "#/components/schemas/LinkAdded"
          },
          "linkRemoved": {
            "$ref": "#/components/schemas/LinkRemoved"
          },
          "exhibitSealed": {
            "$ref": "#/components/schemas/ExhibitSealed"
          },
          "custodyOffered": {
            "$ref": "#/components/schemas/CustodyOffered"
          },
          "custodyAnswered": {
            "$ref": "#/components/schemas/CustodyAnswered"
          },
          "exhibitDisposed": {
            "$ref": "#/components/schemas/ExhibitDisposed"
          },
          "noteAdded": {
            "$ref": "#/components/schemas/NoteAdded"
          },
          "taskAdded": {
            "$ref": "#/components/schemas/TaskAdded"
          },
          "taskDone": {
            "$ref": "#/components/schemas/TaskDone"
          },
          "accessChanged": {
            "$ref": "#/components/schemas/AccessChanged"
          },
          "needToKnowSet": {
            "$ref": "#/components/schemas/NeedToKnowSet"
          },
          "closed": {
            "$ref": "#/components/schemas/CaseClosed"
          },
          "reopened": {
            "$ref": "#/components/schemas/CaseReopened"
          },
          "holdChanged": {
            "$ref": "#/components/schemas/HoldChanged"
          },
          "retentionSet": {
            "$ref": "#/components/schemas/RetentionSet"
          },
          "ownerChanged": {
            "$ref": "#/components/schemas/OwnerChanged"
          }
        },
        "oneOf": [
          {
            "required": [
              "seizureLogged"
            ]
          },
          {
            "required": [
              "linkAdded"
            ]
          },
          {
            "required": [
              "linkRemoved"
            ]
          },
          {
            "required": [
              "exhibitSealed"
            ]
          },
          {
            "required": [
              "custodyOffered"
            ]
          },
          {
            "required": [
              "custodyAnswered"
            ]
          },
          {
            "required": [
              "exhibitDisposed"
            ]
          },
          {
            "required": [
              "noteAdded"
            ]
          },
          {
            "required": [
              "taskAdded"
            ]
          },
          {
            "required": [
              "taskDone"
            ]
          },
          {
            "required": [
              "accessChanged"
            ]
          },
          {
            "required": [
              "needToKnowSet"
            ]
          },
          {
            "required": [
              "closed"
            ]
          },
          {
            "required": [
              "reopened"
            ]
          },
          {
            "required": [
              "holdChanged"
            ]
          },
          {
            "required": [
              "retentionSet"
            ]
          },
          {
            "required": [
              "ownerChanged"
            ]
          }
        ],
        "description": "What is to happen to a case: a CaseEvent with exactly one of its bodies, but not `opened` (a case is opened with `openCase`), `reportCorrected` (a report is corrected with `correctSeizure`), `hitsFound` (the node finds hits by itself), `attachmentAdded` (attachments are uploaded) or one about a notice (they have routes of their own). Fields that the node assigns, ids and numbers of what is made here, are left empty; those that name what is there already (`reportId`, `exhibitId`, the number of a link to remove or a task that is done) are filled in. `reason` is needed for `reportCorrected`, `linkAdded`, `linkRemoved`, `custodyOffered`, `exhibitDisposed`, `accessChanged`, `needToKnowSet`, `ownerChanged`, `closed`, `reopened`, `holdChanged` and `retentionSet`. With `nominalUnchanged`, a correction leaves the names as they are; without it, they become what its report says."
      },
      "CaseList": {
        "type": "object",
        "properties": {
          "cases": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CaseSummary"
            }
          },
          "next": {
            "type": "string"
          }
        }
      },
      "CaseOpened": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "Country, `C`, number, check digits.",
            "readOnly": true
          },
          "title": {
            "type": "string"
          },
          "owner": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "readOnly": true
          },
          "office": {
            "type": "string",
            "readOnly": true
          },
          "needToKnow": {
            "type": "boolean",
            "description": "Only the owner and those granted access may know of it."
          },
          "retentionClass": {
            "type": "string"
          },
          "reviewDate": {
            "type": "string",
            "readOnly": true
          }
        }
      },
      "CaseReopened": {
        "type": "object"
      },
      "CaseSummary": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string"
          },
          "title": {
            "type": "string"
          },
          "owner": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "office": {
            "type": "string"
          },
          "open": {
            "type": "boolean"
          },
          "needToKnow": {
            "type": "boolean"
          },
          "openedAt": {
            "type": "string"
          },
          "reports": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "version": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          }
        }
      },
      "CaseView": {
        "type": "object",
        "description": "A case file as it stands. Its version is also its ETag.",
        "properties": {
          "id": {
            "type": "string"
          },
          "title": {
            "type": "string"
          },
          "owner": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "office": {
            "type": "string"
          },
          "needToKnow": {
            "type": "boolean"
          },
          "granted": {
            "type": "array",
            "items": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          },
          "openedAt": {
            "type": "string"
          },
          "closedAt": {
            "type": "string"
          },
          "outcome": {
            "type": "string"
          },
          "hold": {
            "type": "string",
            "description": "The authority for the legal hold; empty where there is none."
          },
          "retentionClass": {
            "type": "string"
          },
          "reviewDate": {
            "type": "string"
          },
          "version": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "changedAt": {
            "type": "string"
          },
          "reports": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ReportView"
            }
          },
          "links": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/LinkView"
            }
          },
          "exhibits": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ExhibitView"
            }
          },
          "notes": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/NoteView"
            }
          },
          "attachments": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AttachmentView"
            }
          },
          "tasks": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/TaskView"
            }
          },
          "hits": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Hit"
            }
          }
        }
      },
      "ChangeView": {
        "type": "object",
        "description": "What a change came to.",
        "properties": {
          "caseId": {
            "type": "string"
          },
          "version": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "events": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CaseEvent"
            },
            "description": "As recorded, with what the node assigned."
          },
          "findings": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/FindingView"
            }
          },
          "hits": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Hit"
            },
            "description": "For seizures: who and what was met before."
          },
          "replayed": {
            "type": "boolean",
            "description": "Done before, under the same idempotency key."
          }
        }
      },
      "Clarification": {
        "type": "object",
        "description": "A question about a request, from who was asked; or the answer to it, from who asked.",
        "properties": {
          "question": {
            "type": "string"
          },
          "answer": {
            "type": "string"
          }
        }
      },
      "CodeEntry": {
        "type": "object",
        "properties": {
          "code": {
            "type": "string"
          },
          "text": {
            "type": "string"
          }
        }
      },
      "CodeListView": {
        "type": "object",
        "properties": {
          "list": {
            "type": "string"
          },
          "count": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "loaded": {
            "type": "boolean"
          }
        }
      },
      "CodeListing": {
        "type": "object",
        "properties": {
          "lists": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CodeListView"
            }
          }
        }
      },
      "CodeUpload": {
        "type": "object",
        "properties": {
          "codes": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CodeEntry"
            }
          }
        }
      },
      "Company": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "Within the report: `F1`; given by the node.",
            "readOnly": true
          },
          "name": {
            "type": "string"
          },
          "otherNames": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "registration": {
            "type": "string"
          },
          "country": {
            "type": "string"
          },
          "role": {
            "type": "string",
            "enum": [
              "consignor",
              "consignee",
              "carrier",
              "declarant",
              "notify-party",
              "owner",
              "right-holder",
              "forwarder",
              "other"
            ]
          },
          "addresses": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Address"
            }
          },
          "phones": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "emails": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "accounts": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "lei": {
            "type": "string"
          },
          "evaluation": {
            "type": "string"
          }
        }
      },
      "Concealment": {
        "type": "object",
        "properties": {
          "place": {
            "type": "string"
          },
          "method": {
            "type": "string"
          },
          "packing": {
            "type": "string"
          }
        }
      },
      "ConcealmentPatch": {
        "type": "object",
        "properties": {
          "place": {
            "type": [
              "string",
              "null"
            ]
          },
          "method": {
            "type": [
              "string",
              "null"
            ]
          },
          "packing": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "ConsentDenial": {
        "type": "object",
        "properties": {
          "action": {
            "type": "string"
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "ConsentGrant": {
        "type": "object",
        "properties": {
          "action": {
            "type": "string"
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "until": {
            "type": "string",
            "description": "Empty: for as long as the notice may be used."
          },
          "restrictions": {
            "type": "string"
          }
        }
      },
      "ConsentRequest": {
        "type": "object",
        "properties": {
          "action": {
            "type": "string",
            "enum": [
              "print",
              "export",
              "use-in-court",
              "release-onward",
              "attach-to-case"
            ]
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "To whom, by name prefix; with release-onward only."
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "Conveyance": {
        "type": "object",
        "properties": {
          "kind": {
            "type": "string",
            "enum": [
              "container",
              "vessel",
              "aircraft",
              "vehicle",
              "rail-wagon",
              "parcel",
              "person",
              "other"
            ]
          },
          "containerNumber": {
            "type": "string"
          },
          "seals": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "name": {
            "type": "string"
          },
          "imoNumber": {
            "type": "string"
          },
          "flag": {
            "type": "string"
          },
          "voyage": {
            "type": "string"
          },
          "registration": {
            "type": "string"
          },
          "flight": {
            "type": "string"
          },
          "plate": {
            "type": "string"
          },
          "plateCountry": {
            "type": "string"
          },
          "vin": {
            "type": "string"
          },
          "wagon": {
            "type": "string"
          },
          "parcelNumber": {
            "type": "string"
          },
          "make": {
            "type": "string"
          },
          "evaluation": {
            "type": "string"
          }
        }
      },
      "CustodyAnswered": {
        "type": "object",
        "properties": {
          "exhibitId": {
            "type": "string"
          },
          "accepted": {
            "type": "boolean"
          },
          "sealNumber": {
            "type": "string",
            "description": "As found by the one who takes over."
          },
          "remarks": {
            "type": "string"
          }
        }
      },
      "CustodyOffered": {
        "type": "object",
        "description": "A hand-over waits for the one who takes over: both confirm it.",
        "properties": {
          "exhibitId": {
            "type": "string"
          },
          "from": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "readOnly": true
          },
          "to": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "sealNumber": {
            "type": "string"
          },
          "location": {
            "type": "string"
          }
        }
      },
      "CustodyStepView": {
        "type": "object",
        "properties": {
          "step": {
            "type": "string",
            "enum": [
              "sealed",
              "offered",
              "accepted",
              "declined",
              "disposed"
            ]
          },
          "at": {
            "type": "string"
          },
          "happenedAt": {
            "type": "string"
          },
          "by": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "from": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "to": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "sealNumber": {
            "type": "string"
          },
          "location": {
            "type": "string"
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "Decision": {
        "type": "object",
        "properties": {
          "approved": {
            "type": "boolean"
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "Detection": {
        "type": "object",
        "properties": {
          "reason": {
            "type": "string",
            "enum": [
              "risk-profile",
              "tip-off",
              "partner-intelligence",
              "routine",
              "random",
              "post-clearance",
              "other"
            ]
          },
          "means": {
            "type": "array",
            "items": {
              "type": "string",
              "enum": [
                "x-ray",
                "scanner",
                "dog",
                "trace-detection",
                "radiation-portal",
                "drone",
                "physical-search",
                "document-check",
                "data-analytics",
                "other"
              ]
            }
          },
          "score": {
            "type": "string",
            "description": "For analytics: the score, 0 to 1, and the model that gave it."
          },
          "model": {
            "type": "string"
          }
        }
      },
      "DetectionPatch": {
        "type": "object",
        "properties": {
          "reason": {
            "type": [
              "string",
              "null"
            ],
            "enum": [
              "risk-profile",
              "tip-off",
              "partner-intelligence",
              "routine",
              "random",
              "post-clearance",
              "other",
              null
            ]
          },
          "means": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string",
              "enum": [
                "x-ray",
                "scanner",
                "dog",
                "trace-detection",
                "radiation-portal",
                "drone",
                "physical-search",
                "document-check",
                "data-analytics",
                "other"
              ]
            }
          },
          "score": {
            "type": [
              "string",
              "null"
            ],
            "description": "For analytics: the score, 0 to 1, and the model that gave it."
          },
          "model": {
            "type": [
              "string",
              "null"
            ]
          }
        }
      },
      "Document": {
        "type": "object",
        "properties": {
          "kind": {
            "type": "string",
            "enum": [
              "bill-of-lading",
              "air-waybill",
              "declaration",
              "certificate-of-origin",
              "invoice",
              "permit",
              "other"
            ]
          },
          "number": {
            "type": "string"
          },
          "country": {
            "type": "string"
          },
          "date": {
            "type": "string"
          }
        }
      },
      "ErasureStatement": {
        "type": "object",
        "properties": {
          "erasedAt": {
            "type": "string"
          },
          "reason": {
            "type": "string",
            "enum": [
              "expired",
              "recalled",
              "other"
            ]
          }
        }
      },
      "ExhibitDisposed": {
        "type": "object",
        "properties": {
          "exhibitId": {
            "type": "string"
          },
          "method": {
            "type": "string",
            "enum": [
              "destroyed",
              "returned",
              "sold",
              "donated",
              "laboratory",
              "transferred",
              "forfeited"
            ]
          },
          "witness": {
            "type": "string"
          },
          "reference": {
            "type": "string"
          }
        }
      },
      "ExhibitSealed": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "Country, `E`, number, check digits.",
            "readOnly": true
          },
          "reportId": {
            "type": "string"
          },
          "line": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "The goods line it was taken from; 0 where none."
          },
          "description": {
            "type": "string"
          },
          "quantity": {
            "$ref": "#/components/schemas/Quantity"
          },
          "sealNumber": {
            "type": "string"
          },
          "location": {
            "type": "string"
          },
          "custodian": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "readOnly": true
          }
        }
      },
      "ExhibitView": {
        "type": "object",
        "properties": {
          "exhibit": {
            "$ref": "#/components/schemas/ExhibitSealed"
          },
          "custodian": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "sealNumber": {
            "type": "string"
          },
          "location": {
            "type": "string"
          },
          "offeredTo": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Who is asked to take it over; 0 where nobody is."
          },
          "disposed": {
            "type": "string",
            "description": "How it was disposed of; empty where it was not."
          },
          "chain": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CustodyStepView"
            }
          },
          "caseId": {
            "type": "string"
          }
        }
      },
      "ExplanationView": {
        "type": "object",
        "description": "Who would get a notice, or got it, and who not, and why.",
        "properties": {
          "released": {
            "type": "boolean"
          },
          "decision": {
            "$ref": "#/components/schemas/ReleaseDecisionRecord"
          },
          "reasons": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ReasonView"
            },
            "description": "Every code that occurs in the decision, in a sentence."
          },
          "findings": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/FindingView"
            },
            "description": "What is impossible, doubtful or worth a look in the notice."
          }
        }
      },
      "ExportRequest": {
        "type": "object",
        "properties": {
          "caseId": {
            "type": "string",
            "description": "One case; where empty, all that the query finds."
          },
          "requestId": {
            "type": "string",
            "description": "Names take the approval of a second officer: the id of the request."
          },
          "reason": {
            "type": "string"
          },
          "query": {
            "$ref": "#/components/schemas/SearchRequest",
            "description": "Filters only."
          }
        },
        "required": [
          "reason"
        ]
      },
      "ExportSummary": {
        "type": "object",
        "description": "What an export came to.",
        "properties": {
          "reports": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "withheld": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Reports that stayed here: they came from partners who do not allow it."
          }
        }
      },
      "FindingView": {
        "type": "object",
        "properties": {
          "strength": {
            "type": "string",
            "enum": [
              "reject",
              "warn",
              "hint"
            ]
          },
          "pointer": {
            "type": "string",
            "description": "JSON Pointer (RFC 6901)."
          },
          "code": {
            "type": "string"
          },
          "message": {
            "type": "string"
          }
        }
      },
      "Firearm": {
        "type": "object",
        "properties": {
          "make": {
            "type": "string"
          },
          "model": {
            "type": "string"
          },
          "calibre": {
            "type": "string"
          },
          "serial": {
            "type": "string"
          }
        }
      },
      "GoodsLine": {
        "type": "object",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "Within the report, from 1; given by the node.",
            "readOnly": true
          },
          "category": {
            "type": "string",
            "description": "One of the report's offence codes, or a commodity in the authority's words."
          },
          "description": {
            "type": "string"
          },
          "hsCode": {
            "type": "string",
            "description": "HS 2022: 2, 4 or 6 digits."
          },
          "quantity": {
            "$ref": "#/components/schemas/Quantity"
          },
          "netMass": {
            "type": "string",
            "description": "Kilograms."
          },
          "grossMass": {
            "type": "string"
          },
          "value": {
            "$ref": "#/components/schemas/Money"
          },
          "packages": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Packages"
            }
          },
          "brand": {
            "type": "string"
          },
          "rightHolder": {
            "type": "string"
          },
          "purity": {
            "type": "string",
            "description": "Percent."
          },
          "casNumber": {
            "type": "string"
          },
          "species": {
            "$ref": "#/components/schemas/Species"
          },
          "firearm": {
            "$ref": "#/components/schemas/Firearm"
          },
          "serialNumbers": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "declaredAs": {
            "type": "string"
          },
          "originCountry": {
            "type": "string"
          },
          "evaluation": {
            "type": "string"
          }
        }
      },
      "HandlingChange": {
        "type": "object",
        "description": "The conditions of a notice of its sender as they are now.",
        "properties": {
          "conditions": {
            "$ref": "#/components/schemas/HandlingConditions"
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "HandlingConditions": {
        "type": "object",
        "description": "What the receiver may do with a notice. Only the sender changes it.",
        "properties": {
          "handling": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "H0, H1, H2, H3: H0 alone, or any of the others, in ascending order."
          },
          "tlp": {
            "type": "string",
            "enum": [
              "clear",
              "green",
              "amber",
              "amber-strict",
              "red"
            ]
          },
          "purpose": {
            "type": "string",
            "enum": [
              "administrative-proceedings",
              "duty-assessment",
              "investigation",
              "prevention",
              "prosecution",
              "public-safety",
              "risk-management"
            ]
          },
          "agreement": {
            "type": "string",
            "description": "The agreement that it is sent under: `vn.customs/wildlife-2026`."
          },
          "legalBasis": {
            "type": "string"
          },
          "evaluation": {
            "type": "string",
            "description": "Of the source and the information: `B2`."
          },
          "reviewAt": {
            "type": "string",
            "description": "When the sender looks at the conditions again."
          },
          "expiresAt": {
            "type": "string",
            "description": "From then on nothing may be done with it, and it is erased."
          },
          "mayPrint": {
            "type": "boolean"
          },
          "mayExport": {
            "type": "boolean"
          },
          "mayUseInCourt": {
            "type": "boolean"
          },
          "onward": {
            "type": "string",
            "enum": [
              "no",
              "with-consent"
            ]
          },
          "restrictions": {
            "type": "string",
            "description": "In words; with H3 always."
          }
        }
      },
      "History": {
        "type": "object",
        "properties": {
          "entries": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/HistoryEntry"
            }
          }
        }
      },
      "HistoryEntry": {
        "type": "object",
        "properties": {
          "sequence": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Index of the record in the journal."
          },
          "at": {
            "type": "string"
          },
          "officer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "event": {
            "$ref": "#/components/schemas/CaseEvent"
          }
        }
      },
      "Hit": {
        "type": "object",
        "properties": {
          "reportId": {
            "type": "string",
            "description": "The report of this case."
          },
          "otherReportId": {
            "type": "string"
          },
          "otherCaseId": {
            "type": "string"
          },
          "scheme": {
            "type": "string",
            "description": "container, vin, phone, person-name …"
          },
          "value": {
            "type": "string",
            "description": "What both have, normalised."
          },
          "score": {
            "type": "string",
            "description": "exact, or the similarity of names, 0 to 1"
          },
          "officer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Who logged the other report, and where."
          },
          "office": {
            "type": "string"
          }
        }
      },
      "HitList": {
        "type": "object",
        "properties": {
          "hits": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/HitView"
            }
          }
        }
      },
      "HitView": {
        "type": "object",
        "properties": {
          "at": {
            "type": "string"
          },
          "caseId": {
            "type": "string"
          },
          "hit": {
            "$ref": "#/components/schemas/Hit"
          }
        }
      },
      "HitsFound": {
        "type": "object",
        "description": "Identifiers that a report of this case shares with others. In a case that its officer cannot see, `caseId` is empty here, and the other case's file carries the hit for its owner.",
        "properties": {
          "hits": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Hit"
            }
          }
        }
      },
      "HoldChanged": {
        "type": "object",
        "properties": {
          "held": {
            "type": "boolean"
          },
          "authority": {
            "type": "string"
          }
        }
      },
      "IdentityDocument": {
        "type": "object",
        "properties": {
          "kind": {
            "type": "string",
            "enum": [
              "passport",
              "identity-card",
              "residence-permit",
              "driving-licence",
              "seaman-book",
              "other"
            ]
          },
          "number": {
            "type": "string"
          },
          "country": {
            "type": "string"
          },
          "mrz": {
            "type": "string",
            "description": "Lines of the machine-readable zone, separated by a line feed."
          }
        }
      },
      "ImportAnswer": {
        "type": "object",
        "properties": {
          "outcomes": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ImportOutcomeView"
            },
            "description": "In the order of the request: seizures, then statistics."
          }
        }
      },
      "ImportOutcomeView": {
        "type": "object",
        "properties": {
          "outcome": {
            "type": "string",
            "enum": [
              "imported",
              "known",
              "differs",
              "refused"
            ]
          },
          "id": {
            "type": "string"
          },
          "caseId": {
            "type": "string"
          },
          "findings": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/FindingView"
            }
          }
        }
      },
      "ImportRequest": {
        "type": "object",
        "properties": {
          "dryRun": {
            "type": "boolean",
            "description": "Only say what would become of each."
          },
          "caseId": {
            "type": "string",
            "description": "All into this case; where empty, each into one of its own."
          },
          "needToKnow": {
            "type": "boolean"
          },
          "seizures": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/SeizureReport"
            }
          },
          "statistics": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/StatisticalReport"
            }
          }
        }
      },
      "LinkAdded": {
        "type": "object",
        "description": "A link from a subject of this case to another subject, or to another case.",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "Within the case, from 1.",
            "readOnly": true
          },
          "from": {
            "type": "string",
            "description": "A report's id, or a report's id and a subject within it: `VN-S-4F7Q2-10#P1`, `…#conveyances/0`. Empty: the case itself."
          },
          "to": {
            "type": "string",
            "description": "The same, or the id of a case."
          },
          "relation": {
            "type": "string",
            "enum": [
              "same-as",
              "associate-of",
              "employed-by",
              "owner-of",
              "same-route",
              "same-method",
              "controlled-delivery",
              "related"
            ]
          },
          "confidence": {
            "type": "string",
            "enum": [
              "confirmed",
              "probable",
              "possible"
            ]
          },
          "evaluation": {
            "type": "string"
          }
        }
      },
      "LinkRemoved": {
        "type": "object",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          }
        }
      },
      "LinkView": {
        "type": "object",
        "properties": {
          "link": {
            "$ref": "#/components/schemas/LinkAdded"
          },
          "reason": {
            "type": "string"
          },
          "by": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "at": {
            "type": "string"
          },
          "removed": {
            "type": "boolean"
          },
          "removedReason": {
            "type": "string"
          }
        }
      },
      "Money": {
        "type": "object",
        "properties": {
          "amount": {
            "type": "string"
          },
          "currency": {
            "type": "string"
          }
        }
      },
      "NeedToKnowSet": {
        "type": "object",
        "properties": {
          "needToKnow": {
            "type": "boolean"
          }
        }
      },
      "NewAgreementChange": {
        "type": "object",
        "properties": {
          "agreement": {
            "type": "string",
            "description": "The agreement's id."
          },
          "change": {
            "type": "string",
            "enum": [
              "join",
              "leave",
              "exclude",
              "terminate"
            ]
          },
          "party": {
            "type": "string",
            "description": "Empty: our own authority."
          },
          "effective": {
            "type": "string",
            "description": "Empty: now."
          },
          "reason": {
            "type": "string"
          }
        },
        "required": [
          "agreement",
          "change"
        ]
      },
      "NewAnswer": {
        "type": "object",
        "properties": {
          "about": {
            "type": "string",
            "description": "The notice that it is about: a number within the case, an entry's id in hexadecimal, or empty for the one that made the case."
          },
          "notice": {
            "$ref": "#/components/schemas/Notice",
            "description": "A reply, clarification, postponement, refusal, feedback, sighting, consent, correction, or change of conditions. What it leaves out, of references, subject and conditions, follows from the notice that it is about."
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Empty: whoever sent that notice, or got it."
          },
          "skipRefused": {
            "type": "boolean"
          },
          "attachments": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Attachments of the case that travel with it, by their ids."
          }
        },
        "required": [
          "notice"
        ]
      },
      "NewNotice": {
        "type": "object",
        "properties": {
          "notice": {
            "$ref": "#/components/schemas/Notice",
            "description": "Without id, sender, recipients and attachments. A seizure with no more of its report than the id of one in the case gets that report as it stands."
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Name prefixes."
          },
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "Of the draft whose place it takes; 0 for a new one."
          },
          "withNames": {
            "type": "boolean",
            "description": "With the names of the report that it takes from the case."
          },
          "skipRefused": {
            "type": "boolean",
            "description": "Release to those who may have it, where others may not."
          },
          "attachments": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Attachments of the case that travel with it, by their ids."
          }
        },
        "required": [
          "notice",
          "recipients"
        ]
      },
      "NewOfficer": {
        "type": "object",
        "properties": {
          "login": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "office": {
            "type": "string"
          },
          "password": {
            "type": "string"
          }
        },
        "required": [
          "login",
          "name",
          "password"
        ]
      },
      "NewPartner": {
        "type": "object",
        "properties": {
          "card": {
            "type": "string",
            "description": "The signed note, as the partner gave it."
          },
          "fingerprint": {
            "type": "string",
            "description": "As somebody has compared it with the partner: 60 digits, with spaces and hyphens anywhere."
          },
          "replaces": {
            "type": "boolean",
            "description": "The partner has a new identity key, and confirmed that too."
          },
          "reason": {
            "type": "string"
          }
        },
        "required": [
          "card",
          "fingerprint"
        ]
      },
      "NewRecall": {
        "type": "object",
        "properties": {
          "reason": {
            "type": "string"
          },
          "erase": {
            "type": "boolean",
            "description": "Not only no more use: erase it, and say so."
          }
        },
        "required": [
          "reason"
        ]
      },
      "NewRequest": {
        "type": "object",
        "properties": {
          "kind": {
            "type": "string",
            "enum": [
              "set-roles",
              "reset-password",
              "erase-case",
              "export-nominal"
            ]
          },
          "officer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "roles": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "caseId": {
            "type": "string"
          },
          "reason": {
            "type": "string"
          }
        },
        "required": [
          "kind",
          "reason"
        ]
      },
      "NewToken": {
        "type": "object",
        "properties": {
          "name": {
            "type": "string"
          },
          "scopes": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "expires": {
            "type": "string"
          }
        },
        "required": [
          "name",
          "scopes",
          "expires"
        ]
      },
      "NodeStatus": {
        "type": "object",
        "properties": {
          "country": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "version": {
            "type": "string"
          },
          "journalSize": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "journalCheckpoint": {
            "type": "string",
            "contentEncoding": "base64"
          },
          "exchangeSize": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "codeLists": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/CodeListView"
            }
          }
        }
      },
      "NominalPart": {
        "type": "object",
        "properties": {
          "persons": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Person"
            }
          },
          "companies": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Company"
            }
          }
        }
      },
      "NominalPartPatch": {
        "type": "object",
        "properties": {
          "persons": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Person"
            }
          },
          "companies": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Company"
            }
          }
        }
      },
      "NoteAdded": {
        "type": "object",
        "properties": {
          "text": {
            "type": "string"
          },
          "evaluation": {
            "type": "string"
          }
        }
      },
      "NoteView": {
        "type": "object",
        "properties": {
          "note": {
            "$ref": "#/components/schemas/NoteAdded"
          },
          "by": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "at": {
            "type": "string"
          }
        }
      },
      "Notice": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "The id of the entry that it is released with: 16 bytes. Empty in a draft.",
            "readOnly": true
          },
          "sender": {
            "type": "string",
            "description": "The authority that sends it, by its name prefix.",
            "readOnly": true
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "The authorities that it is sealed to, by their name prefixes, in ascending order.",
            "readOnly": true
          },
          "createdAt": {
            "type": "string",
            "readOnly": true
          },
          "subject": {
            "type": "string"
          },
          "conditions": {
            "$ref": "#/components/schemas/HandlingConditions"
          },
          "references": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/NoticeReference"
            }
          },
          "attachments": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/NoticeAttachment"
            },
            "readOnly": true
          },
          "language": {
            "type": "string",
            "description": "The language that it is written in (BCP 47): `en`, `vi`."
          },
          "seizure": {
            "$ref": "#/components/schemas/SeizureNotice"
          },
          "alert": {
            "$ref": "#/components/schemas/AlertNotice"
          },
          "request": {
            "$ref": "#/components/schemas/AssistanceRequest"
          },
          "reply": {
            "$ref": "#/components/schemas/AssistanceReply"
          },
          "clarification": {
            "$ref": "#/components/schemas/Clarification"
          },
          "postponement": {
            "$ref": "#/components/schemas/Postponement"
          },
          "refusal": {
            "$ref": "#/components/schemas/RequestRefusal"
          },
          "sighting": {
            "$ref": "#/components/schemas/SightingNotice"
          },
          "feedback": {
            "$ref": "#/components/schemas/NoticeFeedback"
          },
          "correction": {
            "$ref": "#/components/schemas/NoticeCorrection"
          },
          "handlingChange": {
            "$ref": "#/components/schemas/HandlingChange"
          },
          "recall": {
            "$ref": "#/components/schemas/NoticeRecall"
          },
          "receipt": {
            "$ref": "#/components/schemas/NoticeReceipt"
          },
          "consentRequest": {
            "$ref": "#/components/schemas/ConsentRequest"
          },
          "consentGrant": {
            "$ref": "#/components/schemas/ConsentGrant"
          },
          "consentDenial": {
            "$ref": "#/components/schemas/ConsentDenial"
          },
          "agreement": {
            "$ref": "#/components/schemas/AgreementNotice"
          },
          "erasure": {
            "$ref": "#/components/schemas/ErasureStatement"
          }
        },
        "oneOf": [
          {
            "required": [
              "seizure"
            ]
          },
          {
            "required": [
              "alert"
            ]
          },
          {
            "required": [
              "request"
            ]
          },
          {
            "required": [
              "reply"
            ]
          },
          {
            "required": [
              "clarification"
            ]
          },
          {
            "required": [
              "postponement"
            ]
          },
          {
            "required": [
              "refusal"
            ]
          },
          {
            "required": [
              "sighting"
            ]
          },
          {
            "required": [
              "feedback"
            ]
          },
          {
            "required": [
              "correction"
            ]
          },
          {
            "required": [
              "handlingChange"
            ]
          },
          {
            "required": [
              "recall"
            ]
          },
          {
            "required": [
              "receipt"
            ]
          },
          {
            "required": [
              "consentRequest"
            ]
          },
          {
            "required": [
              "consentGrant"
            ]
          },
          {
            "required": [
              "consentDenial"
            ]
          },
          {
            "required": [
              "agreement"
            ]
          },
          {
            "required": [
              "erasure"
            ]
          }
        ]
      },
      "NoticeApproved": {
        "type": "object",
        "description": "A second officer's word that a draft may go.",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          }
        }
      },
      "NoticeAttachment": {
        "type": "object",
        "description": "A sealed blob that is fetched on demand.",
        "properties": {
          "blob": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "SHA-256 of the ciphertext: 32 bytes."
          },
          "size": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Of the content, in bytes."
          },
          "fileName": {
            "type": "string"
          },
          "mediaType": {
            "type": "string"
          },
          "description": {
            "type": "string"
          }
        }
      },
      "NoticeCorrection": {
        "type": "object",
        "description": "A notice of its sender as it reads now.",
        "properties": {
          "reason": {
            "type": "string"
          },
          "seizure": {
            "$ref": "#/components/schemas/SeizureNotice"
          },
          "alert": {
            "$ref": "#/components/schemas/AlertNotice"
          },
          "request": {
            "$ref": "#/components/schemas/AssistanceRequest"
          },
          "reply": {
            "$ref": "#/components/schemas/AssistanceReply"
          },
          "sighting": {
            "$ref": "#/components/schemas/SightingNotice"
          }
        },
        "oneOf": [
          {
            "required": [
              "seizure"
            ]
          },
          {
            "required": [
              "alert"
            ]
          },
          {
            "required": [
              "request"
            ]
          },
          {
            "required": [
              "reply"
            ]
          },
          {
            "required": [
              "sighting"
            ]
          }
        ]
      },
      "NoticeDrafted": {
        "type": "object",
        "description": "A notice to partners, before it is released. `notices.md` says what is in it.",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "Within the case, from 1. A draft of the same number takes the place of the one before."
          },
          "kind": {
            "type": "string",
            "description": "seizure, alert, request, reply, feedback …"
          },
          "subject": {
            "type": "string"
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "The name prefixes of those it is to go to."
          },
          "nominal": {
            "type": "boolean",
            "description": "Whether it names persons or companies."
          },
          "handling": {
            "type": "string",
            "description": "H0 to H3."
          },
          "skipRefused": {
            "type": "boolean",
            "description": "Leave out those who may not have it, instead of refusing all."
          }
        }
      },
      "NoticeFeedback": {
        "type": "object",
        "properties": {
          "verdict": {
            "type": "string",
            "enum": [
              "useful",
              "not-useful",
              "led-to-seizure"
            ]
          },
          "text": {
            "type": "string"
          },
          "closes": {
            "type": "boolean",
            "description": "It closes the request that it is about."
          }
        }
      },
      "NoticeRecall": {
        "type": "object",
        "properties": {
          "reason": {
            "type": "string"
          },
          "erase": {
            "type": "boolean",
            "description": "Not only no more use: erase it, and say so."
          }
        }
      },
      "NoticeReceipt": {
        "type": "object",
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "delivered",
              "read"
            ]
          },
          "at": {
            "type": "string"
          }
        }
      },
      "NoticeReceived": {
        "type": "object",
        "description": "A partner's notice, as it was opened. It makes a case of its own, which dies with the notice.",
        "properties": {
          "entryId": {
            "type": "string",
            "contentEncoding": "base64"
          },
          "sender": {
            "type": "string",
            "description": "The partner's name prefix."
          },
          "entryIndex": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "entryHash": {
            "type": "string",
            "contentEncoding": "base64"
          },
          "kind": {
            "type": "string"
          },
          "subject": {
            "type": "string"
          },
          "expires": {
            "type": "string",
            "description": "Its date of expiry, a day like 2031-03-01; empty: none."
          }
        }
      },
      "NoticeReference": {
        "type": "object",
        "properties": {
          "entryId": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "An entry's id: 16 bytes."
          },
          "authority": {
            "type": "string",
            "description": "The authority in whose log the entry is, by its name prefix."
          },
          "relation": {
            "type": "string",
            "enum": [
              "answers",
              "corrects",
              "recalls",
              "concerns",
              "derived-from"
            ]
          }
        }
      },
      "NoticeReferenceView": {
        "type": "object",
        "properties": {
          "partner": {
            "type": "string"
          },
          "kind": {
            "type": "string"
          },
          "at": {
            "type": "string"
          },
          "entryId": {
            "type": "string"
          },
          "caseId": {
            "type": "string",
            "description": "Where it is kept, if it is kept."
          },
          "result": {
            "type": "string",
            "description": "In a word: delivered, useful, answered, erase …"
          }
        }
      },
      "NoticeReferenced": {
        "type": "object",
        "description": "Something came, or went, that concerns a notice of this case: a receipt, a reply, feedback, a recall.",
        "properties": {
          "about": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "The notice of this case: its entry's id."
          },
          "entryId": {
            "type": "string",
            "contentEncoding": "base64"
          },
          "partner": {
            "type": "string",
            "description": "Who sent it."
          },
          "kind": {
            "type": "string"
          },
          "caseId": {
            "type": "string",
            "description": "Where it is kept, if it is kept."
          },
          "result": {
            "type": "string",
            "description": "In a word: delivered, useful, answered, erase …"
          }
        }
      },
      "NoticeRefused": {
        "type": "object",
        "description": "The decision was that it may not go.",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "decision": {
            "type": "string",
            "contentEncoding": "base64"
          }
        }
      },
      "NoticeReleased": {
        "type": "object",
        "description": "It is an entry of the exchange log now.",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "0 where the node itself sent it: a receipt, an answer to a consent."
          },
          "kind": {
            "type": "string"
          },
          "entryId": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "16 bytes."
          },
          "entryIndex": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "decision": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "Why it went to whom and not to others: a `cordon.v1.ReleaseDecisionRecord`."
          },
          "entryHash": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "SHA-256 of the entry."
          }
        }
      },
      "NoticeSummary": {
        "type": "object",
        "description": "A notice as lists show it.",
        "properties": {
          "caseId": {
            "type": "string"
          },
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "Within its case, from 1; 0 for the one that made the case, and for what the node sent by itself."
          },
          "kind": {
            "type": "string",
            "enum": [
              "seizure",
              "alert",
              "request",
              "reply",
              "clarification",
              "postponement",
              "refusal",
              "sighting",
              "feedback",
              "correction",
              "handling-change",
              "recall",
              "receipt",
              "consent-request",
              "consent-grant",
              "consent-denial",
              "agreement",
              "erasure"
            ]
          },
          "subject": {
            "type": "string"
          },
          "state": {
            "type": "string",
            "enum": [
              "draft",
              "withdrawn",
              "released",
              "received"
            ]
          },
          "entryId": {
            "type": "string",
            "description": "Of its entry in the sender's log: 32 hexadecimal digits. Empty where it has none yet."
          },
          "entryIndex": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "sender": {
            "type": "string",
            "description": "The partner that it came from."
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "nominal": {
            "type": "boolean"
          },
          "at": {
            "type": "string",
            "description": "When it was drafted, released or taken in."
          },
          "draftedBy": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "approvals": {
            "type": "array",
            "items": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            }
          },
          "standing": {
            "type": "string",
            "description": "delivered, read, recalled, expired: of one that was received."
          },
          "requests": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AssistanceView"
            },
            "description": "Of a request: how it stands with each party."
          }
        }
      },
      "NoticeSummaryList": {
        "type": "object",
        "properties": {
          "notices": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/NoticeSummary"
            }
          },
          "next": {
            "type": "string"
          }
        }
      },
      "NoticeView": {
        "type": "object",
        "properties": {
          "summary": {
            "$ref": "#/components/schemas/NoticeSummary"
          },
          "notice": {
            "$ref": "#/components/schemas/Notice"
          },
          "decision": {
            "$ref": "#/components/schemas/ReleaseDecisionRecord",
            "description": "What was decided last."
          },
          "references": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/NoticeReferenceView"
            },
            "description": "What came about it since."
          },
          "conditions": {
            "$ref": "#/components/schemas/HandlingConditions",
            "description": "Conditions as they are now, of one that was received."
          },
          "consents": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ConsentGrant"
            },
            "description": "What its sender consented to."
          },
          "refused": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/ReasonView"
            },
            "description": "What may not be done with it, and why."
          },
          "entryHash": {
            "type": "string",
            "description": "SHA-256 of its entry, in hexadecimal."
          }
        }
      },
      "NoticeWithdrawal": {
        "type": "object",
        "properties": {
          "reason": {
            "type": "string"
          }
        }
      },
      "NoticeWithdrawn": {
        "type": "object",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          }
        }
      },
      "OfficerList": {
        "type": "object",
        "properties": {
          "officers": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/OfficerView"
            }
          }
        }
      },
      "OfficerView": {
        "type": "object",
        "properties": {
          "number": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "login": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "office": {
            "type": "string"
          },
          "roles": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "active": {
            "type": "boolean"
          },
          "locked": {
            "type": "boolean"
          }
        }
      },
      "OwnerChanged": {
        "type": "object",
        "properties": {
          "owner": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          }
        }
      },
      "Packages": {
        "type": "object",
        "properties": {
          "count": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "kind": {
            "type": "string",
            "description": "UN/ECE Recommendation 21: `CT`, `BG`."
          }
        }
      },
      "PartnerFiguresView": {
        "type": "object",
        "description": "A partnership in numbers.",
        "properties": {
          "lastSync": {
            "type": "string",
            "description": "When its log was last seen to its end; empty where it was not since the node was started."
          },
          "lag": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Entries of its log that are known to exist and not fetched."
          },
          "failures": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Attempts to reach it that failed since the last that did not."
          },
          "lastFailure": {
            "type": "string"
          },
          "sent": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Notices."
          },
          "received": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "opened": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Of its notices, those that an officer looked at."
          },
          "refused": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Deliveries that were refused since the node was started."
          },
          "receiptsOutstanding": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "requestsOpen": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Requests between it and us that wait for an answer."
          },
          "requestsOverdue": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "hits": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "What it sent that met something here."
          },
          "useful": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "What it said of our notices."
          },
          "notUseful": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "ledToSeizure": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "conditionsKept": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Notices that it had to erase, and has, and those where it let the day pass."
          },
          "conditionsMissed": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          }
        }
      },
      "PartnerList": {
        "type": "object",
        "properties": {
          "partners": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/PartnerView"
            }
          }
        }
      },
      "PartnerLogView": {
        "type": "object",
        "properties": {
          "log": {
            "type": "string",
            "enum": [
              "exchange",
              "journal"
            ]
          },
          "size": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Of the checkpoint of its log that is held."
          },
          "root": {
            "type": "string",
            "description": "In hexadecimal."
          },
          "stored": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Entries of its log that are stored here."
          },
          "cosigned": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Up to where it has cosigned our log of this name."
          },
          "cosignature": {
            "type": "string",
            "description": "Lines of a signed note."
          }
        }
      },
      "PartnerStateChange": {
        "type": "object",
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "active",
              "suspended",
              "revoked"
            ]
          },
          "reason": {
            "type": "string"
          }
        },
        "required": [
          "state",
          "reason"
        ]
      },
      "PartnerVerdictRecord": {
        "type": "object",
        "properties": {
          "partner": {
            "type": "string"
          },
          "requested": {
            "type": "boolean"
          },
          "reasons": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Why it does not get it; what it would not get it for, where it was not asked for."
          },
          "agreement": {
            "type": "string",
            "description": "The agreement that it is sent under, and its revision."
          },
          "revision": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "withoutNames": {
            "type": "boolean",
            "description": "It would get it without names."
          },
          "epoch": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "The epoch that it is sealed to."
          }
        }
      },
      "PartnerView": {
        "type": "object",
        "properties": {
          "card": {
            "$ref": "#/components/schemas/CardView"
          },
          "state": {
            "type": "string",
            "enum": [
              "active",
              "suspended",
              "revoked",
              "frozen"
            ]
          },
          "reason": {
            "type": "string"
          },
          "since": {
            "type": "string",
            "description": "When it came to this state."
          },
          "evidence": {
            "type": "boolean",
            "description": "There is a portable proof that its log has two histories."
          },
          "keysUntil": {
            "type": "string",
            "description": "The end of the last epoch that it published keys for; empty where there is none."
          },
          "logs": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/PartnerLogView"
            },
            "description": "What is held of its logs, and what it cosigned of ours."
          },
          "figures": {
            "$ref": "#/components/schemas/PartnerFiguresView"
          }
        }
      },
      "PasswordChange": {
        "type": "object",
        "properties": {
          "oldPassword": {
            "type": "string"
          },
          "password": {
            "type": "string"
          }
        },
        "required": [
          "password"
        ]
      },
      "Person": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "Within the report: `P1`; given by the node.",
            "readOnly": true
          },
          "name": {
            "type": "string"
          },
          "transliterated": {
            "type": "string",
            "description": "In Latin letters, where `name` is not."
          },
          "aliases": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "birthDate": {
            "type": "string"
          },
          "nationality": {
            "type": "string"
          },
          "documents": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/IdentityDocument"
            }
          },
          "role": {
            "type": "string",
            "enum": [
              "suspect",
              "courier",
              "driver",
              "consignor",
              "consignee",
              "declarant",
              "crew",
              "passenger",
              "witness",
              "owner",
              "other"
            ]
          },
          "addresses": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Address"
            }
          },
          "phones": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "emails": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "accounts": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "evaluation": {
            "type": "string"
          }
        }
      },
      "Place": {
        "type": "object",
        "properties": {
          "locode": {
            "type": "string",
            "description": "UN/LOCODE: country and three characters, `VNHPH`."
          },
          "country": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "latitude": {
            "type": "string",
            "description": "WGS 84, degrees: `20.8449`, `-106.6881`."
          },
          "longitude": {
            "type": "string"
          },
          "kind": {
            "type": "string",
            "enum": [
              "seaport",
              "airport",
              "land-border",
              "rail",
              "post",
              "inland",
              "warehouse",
              "premises",
              "sea",
              "road",
              "free-zone",
              "other"
            ]
          }
        }
      },
      "PlacePatch": {
        "type": "object",
        "properties": {
          "locode": {
            "type": [
              "string",
              "null"
            ],
            "description": "UN/LOCODE: country and three characters, `VNHPH`."
          },
          "country": {
            "type": [
              "string",
              "null"
            ]
          },
          "name": {
            "type": [
              "string",
              "null"
            ]
          },
          "latitude": {
            "type": [
              "string",
              "null"
            ],
            "description": "WGS 84, degrees: `20.8449`, `-106.6881`."
          },
          "longitude": {
            "type": [
              "string",
              "null"
            ]
          },
          "kind": {
            "type": [
              "string",
              "null"
            ],
            "enum": [
              "seaport",
              "airport",
              "land-border",
              "rail",
              "post",
              "inland",
              "warehouse",
              "premises",
              "sea",
              "road",
              "free-zone",
              "other",
              null
            ]
          }
        }
      },
      "Postponement": {
        "type": "object",
        "properties": {
          "until": {
            "type": "string",
            "description": "The new deadline."
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
          "type": {
            "type": "string"
          },
          "title": {
            "type": "string"
          },
          "status": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "detail": {
            "type": "string"
          },
          "errors": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/FindingView"
            },
            "description": "What is wrong, field by field."
          },
          "version": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "The version that the case has now, when it was changed meanwhile."
          }
        }
      },
      "Provenance": {
        "type": "object",
        "description": "Where a report came from, when not from a form.",
        "properties": {
          "source": {
            "type": "string",
            "description": "The name of the source, as the mapping gives it."
          },
          "key": {
            "type": "string",
            "description": "The source's own key of the record."
          },
          "rows": {
            "type": "array",
            "items": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            },
            "description": "Rows of the input that it was made of, counted from 1 behind the header."
          },
          "digest": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "Set by the node: SHA-256 of the report as it was sent in, so that the same record is recognised.",
            "readOnly": true
          }
        }
      },
      "ProvenancePatch": {
        "type": "object",
        "description": "Where a report came from, when not from a form.",
        "properties": {
          "source": {
            "type": [
              "string",
              "null"
            ],
            "description": "The name of the source, as the mapping gives it."
          },
          "key": {
            "type": [
              "string",
              "null"
            ],
            "description": "The source's own key of the record."
          },
          "rows": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            },
            "description": "Rows of the input that it was made of, counted from 1 behind the header."
          },
          "digest": {
            "type": [
              "string",
              "null"
            ],
            "contentEncoding": "base64",
            "description": "Set by the node: SHA-256 of the report as it was sent in, so that the same record is recognised.",
            "readOnly": true
          }
        }
      },
      "Quantity": {
        "type": "object",
        "properties": {
          "amount": {
            "type": "string"
          },
          "unit": {
            "type": "string",
            "description": "UN/ECE Recommendation 20: `KGM`, `H87`."
          }
        }
      },
      "ReasonView": {
        "type": "object",
        "properties": {
          "code": {
            "type": "string"
          },
          "sentence": {
            "type": "string"
          }
        }
      },
      "ReleaseDecisionRecord": {
        "type": "object",
        "description": "How a release was decided: kept with the draft, also where nothing was sent.",
        "properties": {
          "decidedAt": {
            "type": "string"
          },
          "draftDigest": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "SHA-256 of the draft's bytes."
          },
          "refusals": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Refused as a whole for these reasons; released where there are none."
          },
          "recipients": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "To whom it is released."
          },
          "partners": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/PartnerVerdictRecord"
            },
            "description": "Every partner that is known, in ascending order."
          },
          "approvals": {
            "type": "array",
            "items": {
              "type": "string",
              "format": "uint64",
              "pattern": "^[0-9]+$"
            },
            "description": "Officers other than its author who approved this very draft."
          },
          "author": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "skipRefused": {
            "type": "boolean"
          }
        }
      },
      "ReleaseView": {
        "type": "object",
        "properties": {
          "caseId": {
            "type": "string"
          },
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "entryId": {
            "type": "string",
            "description": "Empty where it was not released."
          },
          "entryIndex": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "explanation": {
            "$ref": "#/components/schemas/ExplanationView"
          }
        }
      },
      "ReportCorrected": {
        "type": "object",
        "properties": {
          "reportId": {
            "type": "string"
          },
          "report": {
            "$ref": "#/components/schemas/SeizureReport",
            "description": "The whole report as it reads now."
          },
          "changed": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "What was changed: JSON Pointers (RFC 6901)."
          },
          "nominalUnchanged": {
            "type": "boolean",
            "description": "The nominal part is not touched: it reads as before."
          }
        }
      },
      "ReportView": {
        "type": "object",
        "properties": {
          "report": {
            "$ref": "#/components/schemas/SeizureReport"
          },
          "loggedBy": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "loggedAt": {
            "type": "string"
          },
          "corrections": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "caseId": {
            "type": "string"
          }
        }
      },
      "RequestList": {
        "type": "object",
        "properties": {
          "requests": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/RequestView"
            }
          }
        }
      },
      "RequestRefusal": {
        "type": "object",
        "properties": {
          "ground": {
            "type": "string",
            "enum": [
              "sovereignty",
              "security",
              "public-policy",
              "professional-secrecy",
              "proportionality",
              "reciprocity",
              "ongoing-proceedings",
              "not-competent",
              "no-legal-basis",
              "not-found",
              "other"
            ]
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "RequestView": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string"
          },
          "kind": {
            "type": "string"
          },
          "proposer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "madeAt": {
            "type": "string"
          },
          "reason": {
            "type": "string"
          },
          "officer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "roles": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "caseId": {
            "type": "string"
          },
          "state": {
            "type": "string",
            "enum": [
              "open",
              "approved",
              "rejected",
              "used",
              "lapsed"
            ]
          },
          "decider": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          }
        }
      },
      "RetentionSet": {
        "type": "object",
        "properties": {
          "class": {
            "type": "string",
            "enum": [
              "standard",
              "short",
              "long",
              "permanent"
            ]
          },
          "reviewDate": {
            "type": "string",
            "description": "The day from which it may be erased."
          }
        }
      },
      "RouteLeg": {
        "type": "object",
        "properties": {
          "role": {
            "type": "string",
            "enum": [
              "origin",
              "departure",
              "transit",
              "destination"
            ]
          },
          "place": {
            "$ref": "#/components/schemas/Place"
          },
          "mode": {
            "type": "string",
            "description": "UN/ECE Recommendation 19: 1 sea, 2 rail, 3 road, 4 air, 5 mail, 6 multimodal, 7 fixed, 8 inland water, 9 not known"
          },
          "conveyance": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "What carried it: an index into `conveyances`, from 1; 0 where not said."
          },
          "date": {
            "type": "string"
          }
        }
      },
      "SearchAnswer": {
        "type": "object",
        "properties": {
          "results": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/SearchResultView"
            }
          },
          "next": {
            "type": "string"
          },
          "incomplete": {
            "type": "boolean",
            "description": "The page ended before it was full, for what it cost: `next` goes on."
          }
        }
      },
      "SearchRequest": {
        "type": "object",
        "description": "What an officer looks for. All that is given must be met.",
        "properties": {
          "text": {
            "type": "string",
            "description": "A number in any spelling, a name, words; or the id of a report or case."
          },
          "scheme": {
            "type": "string",
            "description": "Only identifiers of this scheme: container, imo, vin, plate, registration, awb, document, parcel, wagon, seal, serial, travel-document, phone, email, account, lei, company-registration, person-name, company-name, vessel-name"
          },
          "exact": {
            "type": "boolean",
            "description": "Names only as they are written."
          },
          "from": {
            "type": "string",
            "description": "First and last day of the seizure."
          },
          "to": {
            "type": "string"
          },
          "offence": {
            "type": "string"
          },
          "hs": {
            "type": "string",
            "description": "HS: 2, 4 or 6 digits."
          },
          "country": {
            "type": "string",
            "description": "A country on the route, of origin, or of the seizure."
          },
          "locode": {
            "type": "string"
          },
          "office": {
            "type": "string"
          },
          "status": {
            "type": "string"
          },
          "source": {
            "type": "string",
            "description": "The name of an import's source."
          },
          "limit": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "cursor": {
            "type": "string",
            "description": "Where the page before ended: its `next`."
          },
          "reason": {
            "type": "string",
            "description": "Recorded with the search."
          }
        }
      },
      "SearchResultView": {
        "type": "object",
        "properties": {
          "caseId": {
            "type": "string"
          },
          "title": {
            "type": "string"
          },
          "reportId": {
            "type": "string"
          },
          "met": {
            "type": "string"
          },
          "score": {
            "type": "number"
          },
          "report": {
            "$ref": "#/components/schemas/SeizureReport"
          }
        }
      },
      "SeizureLogged": {
        "type": "object",
        "properties": {
          "report": {
            "$ref": "#/components/schemas/SeizureReport"
          }
        }
      },
      "SeizureNotice": {
        "type": "object",
        "description": "A seizure, with the nominal part or without.",
        "properties": {
          "report": {
            "$ref": "#/components/schemas/SeizureReport"
          },
          "remarks": {
            "type": "string"
          }
        }
      },
      "SeizurePatch": {
        "type": "object",
        "description": "A JSON Merge Patch (RFC 7396) of a SeizureReport: a member that is given replaces the one there is, null removes it, and lists are replaced as a whole. Without `nominal`, names stay as they are. `id` and `provenance` stay as they are in any case.",
        "properties": {
          "id": {
            "type": [
              "string",
              "null"
            ],
            "description": "Given by the node: country, `S`, number, check digits, as in `VN-S-4F7Q2-10`.",
            "readOnly": true
          },
          "authority": {
            "type": [
              "string",
              "null"
            ],
            "description": "Who reports: a country, or a country and a service (`VN`, `US/FWS`)."
          },
          "office": {
            "type": [
              "string",
              "null"
            ]
          },
          "status": {
            "type": [
              "string",
              "null"
            ],
            "enum": [
              "detained",
              "seized",
              "forfeited",
              "released",
              "destroyed",
              null
            ]
          },
          "seizedAt": {
            "type": [
              "string",
              "null"
            ]
          },
          "reportedAt": {
            "type": [
              "string",
              "null"
            ]
          },
          "place": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/PlacePatch"
              },
              {
                "type": "null"
              }
            ]
          },
          "offences": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string",
              "enum": [
                "narcotics",
                "precursors",
                "small-arms",
                "explosives",
                "nuclear",
                "strategic-goods",
                "money-laundering",
                "tobacco",
                "alcohol",
                "intellectual-property",
                "origin-fraud",
                "undervaluation",
                "misdescription",
                "illegal-transshipment",
                "wildlife",
                "cultural-goods",
                "waste",
                "medicines",
                "food",
                "vehicles",
                "other"
              ]
            }
          },
          "direction": {
            "type": [
              "string",
              "null"
            ],
            "enum": [
              "import",
              "export",
              "transit",
              "transshipment",
              "internal",
              null
            ]
          },
          "procedure": {
            "type": [
              "string",
              "null"
            ],
            "description": "The customs procedure, as the authority names it (`4000`, `transit T1`)."
          },
          "legalBasis": {
            "type": [
              "string",
              "null"
            ]
          },
          "operation": {
            "type": [
              "string",
              "null"
            ]
          },
          "goods": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/GoodsLine"
            }
          },
          "route": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/RouteLeg"
            }
          },
          "conveyances": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Conveyance"
            }
          },
          "documents": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Document"
            }
          },
          "detection": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/DetectionPatch"
              },
              {
                "type": "null"
              }
            ]
          },
          "concealment": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/ConcealmentPatch"
              },
              {
                "type": "null"
              }
            ]
          },
          "summary": {
            "type": [
              "string",
              "null"
            ]
          },
          "evaluation": {
            "type": [
              "string",
              "null"
            ]
          },
          "provenance": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/ProvenancePatch"
              },
              {
                "type": "null"
              }
            ]
          },
          "nominal": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/NominalPartPatch"
              },
              {
                "type": "null"
              }
            ],
            "description": "Kept apart, and sealed under a key of its own: a payload carries it in its second part."
          },
          "reason": {
            "type": "string",
            "description": "Why it is corrected. Recorded with the correction."
          }
        }
      },
      "SeizureReport": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "Given by the node: country, `S`, number, check digits, as in `VN-S-4F7Q2-10`.",
            "readOnly": true
          },
          "authority": {
            "type": "string",
            "description": "Who reports: a country, or a country and a service (`VN`, `US/FWS`)."
          },
          "office": {
            "type": "string"
          },
          "status": {
            "type": "string",
            "enum": [
              "detained",
              "seized",
              "forfeited",
              "released",
              "destroyed"
            ]
          },
          "seizedAt": {
            "type": "string"
          },
          "reportedAt": {
            "type": "string"
          },
          "place": {
            "$ref": "#/components/schemas/Place"
          },
          "offences": {
            "type": "array",
            "items": {
              "type": "string",
              "enum": [
                "narcotics",
                "precursors",
                "small-arms",
                "explosives",
                "nuclear",
                "strategic-goods",
                "money-laundering",
                "tobacco",
                "alcohol",
                "intellectual-property",
                "origin-fraud",
                "undervaluation",
                "misdescription",
                "illegal-transshipment",
                "wildlife",
                "cultural-goods",
                "waste",
                "medicines",
                "food",
                "vehicles",
                "other"
              ]
            }
          },
          "direction": {
            "type": "string",
            "enum": [
              "import",
              "export",
              "transit",
              "transshipment",
              "internal"
            ]
          },
          "procedure": {
            "type": "string",
            "description": "The customs procedure, as the authority names it (`4000`, `transit T1`)."
          },
          "legalBasis": {
            "type": "string"
          },
          "operation": {
            "type": "string"
          },
          "goods": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/GoodsLine"
            }
          },
          "route": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/RouteLeg"
            }
          },
          "conveyances": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Conveyance"
            }
          },
          "documents": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Document"
            }
          },
          "detection": {
            "$ref": "#/components/schemas/Detection"
          },
          "concealment": {
            "$ref": "#/components/schemas/Concealment"
          },
          "summary": {
            "type": "string"
          },
          "evaluation": {
            "type": "string"
          },
          "provenance": {
            "$ref": "#/components/schemas/Provenance"
          },
          "nominal": {
            "$ref": "#/components/schemas/NominalPart",
            "description": "Kept apart, and sealed under a key of its own: a payload carries it in its second part."
          }
        }
      },
      "Session": {
        "type": "object",
        "properties": {
          "token": {
            "type": "string",
            "description": "For the header `Authorization: Bearer`."
          },
          "officer": {
            "$ref": "#/components/schemas/OfficerView"
          }
        }
      },
      "SightingNotice": {
        "type": "object",
        "description": "Something that a notice told of was met.",
        "properties": {
          "seenAt": {
            "type": "string"
          },
          "place": {
            "$ref": "#/components/schemas/Place"
          },
          "text": {
            "type": "string"
          },
          "conveyances": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Conveyance"
            }
          },
          "documents": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/Document"
            }
          },
          "nominal": {
            "$ref": "#/components/schemas/NominalPart"
          }
        }
      },
      "SignIn": {
        "type": "object",
        "properties": {
          "login": {
            "type": "string"
          },
          "password": {
            "type": "string"
          }
        },
        "required": [
          "login",
          "password"
        ]
      },
      "Species": {
        "type": "object",
        "properties": {
          "scientificName": {
            "type": "string"
          },
          "commonName": {
            "type": "string"
          },
          "citesAppendix": {
            "type": "string",
            "enum": [
              "I",
              "II",
              "III",
              "none"
            ]
          },
          "specimen": {
            "type": "string",
            "description": "live, dead, meat, skin, ivory, derivative and so on, as the authority names it"
          },
          "source": {
            "type": "string",
            "description": "The CITES source code (W wild, C bred in captivity, …)."
          }
        }
      },
      "StatisticalReport": {
        "type": "object",
        "description": "A figure over many seizures, as authorities publish them: never a case.",
        "properties": {
          "id": {
            "type": "string",
            "readOnly": true
          },
          "authority": {
            "type": "string"
          },
          "office": {
            "type": "string"
          },
          "from": {
            "type": "string",
            "description": "First and last day."
          },
          "to": {
            "type": "string"
          },
          "region": {
            "type": "string"
          },
          "component": {
            "type": "string"
          },
          "category": {
            "type": "string"
          },
          "offences": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "seizures": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "quantity": {
            "$ref": "#/components/schemas/Quantity"
          },
          "provenance": {
            "$ref": "#/components/schemas/Provenance"
          }
        }
      },
      "StatisticsList": {
        "type": "object",
        "properties": {
          "reports": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/StatisticalReport"
            }
          },
          "next": {
            "type": "string"
          }
        }
      },
      "StatusChange": {
        "type": "object",
        "properties": {
          "active": {
            "type": "boolean"
          },
          "reason": {
            "type": "string"
          }
        }
      },
      "TaskAdded": {
        "type": "object",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295,
            "description": "Within the case, from 1.",
            "readOnly": true
          },
          "text": {
            "type": "string"
          },
          "assignee": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "due": {
            "type": "string"
          }
        }
      },
      "TaskDone": {
        "type": "object",
        "properties": {
          "number": {
            "type": "integer",
            "minimum": 0,
            "maximum": 4294967295
          },
          "outcome": {
            "type": "string"
          }
        }
      },
      "TaskList": {
        "type": "object",
        "properties": {
          "tasks": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/TaskView"
            }
          }
        }
      },
      "TaskView": {
        "type": "object",
        "properties": {
          "task": {
            "$ref": "#/components/schemas/TaskAdded"
          },
          "by": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "at": {
            "type": "string"
          },
          "done": {
            "type": "boolean"
          },
          "outcome": {
            "type": "string"
          },
          "caseId": {
            "type": "string"
          }
        }
      },
      "TokenList": {
        "type": "object",
        "properties": {
          "tokens": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/TokenView"
            }
          }
        }
      },
      "TokenView": {
        "type": "object",
        "properties": {
          "number": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "officer": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          },
          "name": {
            "type": "string"
          },
          "scopes": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "expires": {
            "type": "string"
          },
          "revoked": {
            "type": "boolean"
          },
          "secret": {
            "type": "string",
            "description": "Once, when it is issued."
          }
        }
      },
      "UploadView": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string"
          },
          "offset": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$",
            "description": "Bytes that are safe: go on from there."
          },
          "size": {
            "type": "string",
            "format": "uint64",
            "pattern": "^[0-9]+$"
          }
        }
      }
    }
  }
}

"""#
}
