"""`grader whoami`: a token and an address -> who that is there; with `--token-stdin`, both are kept. Prints; decides nothing."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def whoami(
    to: Annotated[
        str | None, typer.Option(metavar="URL|DIR", help="Where you hand in; default: $GRADER_SUBMIT_TO, else what was kept.")
    ] = None,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read your token from standard input, try it, and keep it with the address.")
    ] = False,
    insecure: Annotated[bool, typer.Option("--insecure", help="Let the token travel over http://.")] = False,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Say as whom you hand in, and where.

    The staff give each student a token. It is kept in a file that only you can read, and is only sent to the address that it was kept for.
    $GRADER_TOKEN goes before the file.

    Examples:

      grader whoami --to https://grader.example.edu --token-stdin

      grader whoami --to /srv/hand-in

      grader whoami --json
    """
    from grader.cli import output
    from grader.cli.hand_in import Phrases, address_of, open_target, target_of
    from grader.cli.words import chosen
    from grader.spool.token import Token, checked, store_token, token_file

    phrases = Phrases(chosen(lang))
    if token_stdin:
        if sys.stdin.isatty():
            import getpass

            text = getpass.getpass("token: ")  # not echoed, and not in the shell's history
        else:
            text = sys.stdin.readline(4096)
        secret = checked(text, "standard input")
        target = target_of(address_of(to), Token(secret=secret), insecure=insecure)
        identity = target.whoami()  # a token that isn't right is not kept
        kept = _kept_name(target.name)
        store_token(Token(secret=secret, to=kept), token_file())
    else:
        target = open_target(to, insecure=insecure)
        identity = target.whoami()
    if json:
        output.print_json(
            {"login": identity.login, "name": identity.name, "section": identity.section, "course": identity.course}
            | {"known_by": identity.known_by, "to": target.name, "kept": token_stdin}
        )
        raise typer.Exit(0)
    out = output.console()
    who = " · ".join(part for part in (identity.login, identity.name, identity.section) if part)
    output.paragraph(out, phrases("you_are", who=who), style="bold")
    output.paragraph(out, phrases("to", name=target.name, course=identity.course), 2)
    if identity.known_by == "account":
        output.paragraph(out, phrases("by_account"), 2)
    if token_stdin:
        output.paragraph(out, phrases("token_kept", file=token_file(), name=target.name), 2)


def _kept_name(name: str) -> str:
    """A folder's whole path: the token is for that one, wherever one stands."""
    from pathlib import Path

    return name if "://" in name else str(Path(name).absolute())
