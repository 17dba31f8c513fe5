"""What the interface promises and is not built yet: it says so, and exits with 2."""

import click

from protocol.errors import NotYet

LATER = {
    "rehearse": "Rehearsing a plan on a scratch copy",
    "apply": "Applying a saved plan",
    "attach": "Attaching to a run in another process",
    "pause": "Pausing a run from another terminal",
    "abort": "Aborting a run from another terminal",
}

INSTEAD = {
    "apply": " `whimbrel run … --approve DIGEST` plans again and runs it if the digest is the same.",
    "pause": " In the terminal that runs it, Ctrl+C pauses it.",
    "abort": " In the terminal that runs it, Ctrl+C pauses it; `whimbrel rollback` takes it back.",
}


def _later(name: str) -> click.Command:
    sentence = f"{LATER[name]} is not built yet; nothing was changed.{INSTEAD.get(name, '')}"

    @click.command(name, help=sentence, context_settings={"ignore_unknown_options": True})
    @click.argument("anything", nargs=-1, type=click.UNPROCESSED)
    def command(anything: tuple[str, ...]) -> None:  # noqa: ARG001 - whatever is given, the answer is the same
        raise NotYet(sentence)

    return command


rehearse, apply, attach, pause, abort = (_later(name) for name in ("rehearse", "apply", "attach", "pause", "abort"))
