"""`grader serve`: a gradebook and a course -> a server that takes hand-ins until Ctrl-C. Prints; decides nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    gradebook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An SQLite file or postgresql://…; default: $GRADER_GRADEBOOK, else gradebook.db here."),
    ] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen; other machines need a certificate.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8470,
    certificate: Annotated[Path | None, typer.Option(metavar="PEM", help="The certificate, with its chain.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="PEM", help="Its private key.")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Listen for other machines without a certificate.")] = False,
    proxy: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A reverse proxy of yours, whose word on where a request comes from is believed.")
    ] = "",
    checks: Annotated[int, typer.Option(metavar="N", min=0, help="Remote checks at a time; 0: this server runs none.")] = 1,
    sandbox: Annotated[str, typer.Option(metavar="NAME", help="Where checked code runs: local (isolated).")] = "local",
    device: Annotated[str, typer.Option(metavar="NAME", help="The device of remote checks: emulated or cuda.")] = "emulated",
    profile: Annotated[str, typer.Option(metavar="NAME", help="The GPU to emulate: t4, a100, h100, h200.")] = "a100",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="A line for each request.")] = False,
) -> None:
    """Take hand-ins over the network, and show each student what became of them.

    Students need a token each: `grader gradebook` makes them. What is handed in is on the disk before its receipt is sent. Grading is
    `grader batch`'s, on the same gradebook; this only runs the public checks that students ask for.

    Examples:

      grader serve --gradebook course.db

      grader serve --host 0.0.0.0 --port 443 --certificate fullchain.pem --key privkey.pem

      grader serve --proxy 127.0.0.1 --checks 2

    Exit status: 0 after Ctrl-C or SIGTERM, 2 wrong usage, 3 something of ours failed.
    """
    from grader.cli import output
    from grader.cli.book import location
    from grader.course import find_course
    from grader.errors import HarnessError
    from grader.gradebook.store import Gradebook
    from grader.server.run import Address, checked, require, server
    from grader.toolchain import UsageError

    require()
    from grader.server.app import application
    from grader.server.checking import Checks
    from grader.server.desk import Desk
    from grader.server.grading import PublicChecks
    from grader.spool.catalogue import Catalogue
    from grader.spool.receipts import Signer

    address = checked(Address(host=host, port=port, certificate=certificate, key=key, insecure=insecure, proxy=proxy))
    if checks and sandbox == "none":
        raise UsageError("strangers' code never runs without a sandbox: leave --sandbox out, or say --checks 0")
    catalogue = Catalogue(find_course())
    course = catalogue.course
    with Gradebook.open(location(gradebook)) as book:
        tried = PublicChecks(course.file.parent, sandbox=sandbox, device=device, profile=profile)
        desk = Desk(book, catalogue, Signer.stored(), Checks(tried, workers=checks) if checks else None)
        running = server(application(desk), address, log_level="info" if verbose else "warning")
        out = output.console(stderr=True)
        output.paragraph(out, f"course {course.id}, gradebook {book.url}: listening on {address.url}; Ctrl-C ends")
        enrolled = sum(1 for each in book.students(enrolled=True) if book.token_key(each.login) is not None)
        if not enrolled:
            output.paragraph(out, "nobody has a token yet: `grader gradebook` makes them", style="yellow")
        try:
            running.run()
        except SystemExit:
            raise HarnessError(f"could not listen on {address.url}; is another server running there?") from None
