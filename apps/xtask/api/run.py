"""Tries the API of a running server against its own document, as nobody and as a member.

    run.py SCHEMATHESIS ORIGIN AUTHORITY

SCHEMATHESIS is the program, ORIGIN the server's, AUTHORITY the PEM file of what signed its certificate. Every run has
the same cases. What is found is printed by the tool; the exit code says whether anything was.
"""

import json
import os
import pathlib
import subprocess
import sys

import requests

HERE = pathlib.Path(__file__).resolve().parent
PASSWORD = "correct-horse-battery-staple-7"
EXAMPLES = 25
# What would end the session in use; nobody tries these too, and then there is none to end.
ENDING = ["identity.session.sign_out", "identity.session.revoke", "identity.session.switch"]


def main():
    program, origin, authority = sys.argv[1:]
    ask = asker(origin, authority)
    # First, since nobody's run uses up how often somebody may sign up from here.
    token, known = settle(ask)
    # As a page of the server's own would, so that requests with a made-up cookie get as far as any.
    page = ["-H", "X-Bastide-Csrf: 1", "-H", "Sec-Fetch-Site: same-origin"]
    nobody = run(program, origin, authority, page, "coverage,fuzzing", {})
    member = ["-H", f"Authorization: Bearer {token}"]
    for operation in ENDING:
        member += ["--exclude-operation-id", operation]
    # Everything under the member's token; that it is needed is what the other run shows.
    member += ["--exclude-checks", "ignored_auth"]
    signed_in = run(program, origin, authority, member, "coverage,fuzzing,stateful", known)
    # A session that ended midway would have made the rest of the run easy.
    ask("GET", "/me", None, token)
    return nobody or signed_in


def run(program, origin, authority, more, phases, known):
    command = [program, "--config-file", str(HERE / "schemathesis.toml"), "run", f"{origin}/api/v1/openapi.json"]
    command += ["--tls-verify", authority, "--phases", phases, "--max-examples", str(EXAMPLES), "--workers", "1"]
    command += ["--checks", "all", "--warnings", "off", *more]
    environment = {**os.environ, "BASTIDE_API_KNOWN": json.dumps(known), "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}
    return subprocess.run(command, env=environment, check=False).returncode


def asker(origin, authority):
    def ask(method, path, body, token=None):
        headers = {"X-Bastide-Token": "1"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = requests.request(
            method, f"{origin}/api/v1{path}", json=body, headers=headers, verify=authority, timeout=30
        )
        if not answer.ok:
            sys.exit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    return ask


def settle(ask):
    """An organisation of two with a chat and a message: the owner's token, and what there is."""
    who = {"password": PASSWORD, "locale": "en", "zone": "Europe/Paris"}
    founder = {"kind": "organisation", "organisation": "Document", "name": "Ana", "mail": "ana@document.example"}
    owner = ask("POST", "/sign-up", {**who, **founder})
    token = owner["token"]
    link = ask("POST", "/invitations", {"mail": None, "role": "member", "expires_in_h": 24}, token)["link"]
    guest = {"token": link.split("#")[1], "name": "Bo", "mail": "bo@document.example"}
    account = ask("POST", "/invitations/accept", {**who, **guest})["me"]["account"]["id"]
    chat = ask("POST", "/chats", {"name": "All", "members": [account]}, token)["id"]
    text = {"client_id": "first", "body": {"text": "hello"}}
    message = ask("POST", f"/chats/{chat}/messages", text, token)["id"]
    return token, {"chat": chat, "account": account, "message": message}


if __name__ == "__main__":
    sys.exit(main())
