"""The commands. `--help` and `--version` load none of them: no screen, no model, no driver."""

import os
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module, metadata

import click

from protocol.errors import WhimbrelError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "chat": ("agent.commands.chat:chat", "Talk a migration through, on a screen."),
    "demo": ("agent.commands.demo:demo", "Start an embedded PostgreSQL with a shop, then the chat."),
    "plan": ("agent.commands.run:plan", "Plan only: Markdown, JSON, migration files."),
    "run": ("agent.commands.run:run", "The whole protocol without a screen."),
    "show": ("agent.commands.show:show", "Show a saved plan."),
    "lint": ("agent.commands.lint:lint", "Say what is unsafe in SQL files."),
    "rule": ("agent.commands.lint:rule", "Print what a lint rule says, or list all."),
    "rehearse": ("agent.commands.later:rehearse", "Not built yet."),
    "apply": ("agent.commands.later:apply", "Not built yet."),
    "runs": ("agent.commands.runs:runs", "List the runs."),
    "status": ("agent.commands.runs:status", "Say where a run stands."),
    "attach": ("agent.commands.later:attach", "Not built yet."),
    "pause": ("agent.commands.later:pause", "Not built yet."),
    "abort": ("agent.commands.later:abort", "Not built yet."),
    "resume": ("agent.commands.runs:resume", "Go on with a run."),
    "rollback": ("agent.commands.runs:rollback", "Take a run back."),
    "monitor": ("agent.commands.watch:monitor", "Take the next reading of the watch."),
    "announce": ("agent.commands.watch:announce", "Print the text to post."),
    "report": ("agent.commands.watch:report", "Tell a run as a report."),
    "doctor": ("agent.commands.doctor:doctor", "Say what stands in the way on this machine."),
    "config": ("agent.commands.doctor:config", "Show, find or check the settings."),
    "completion": ("agent.commands.completion:completion", "Print shell completion."),
}
"""Name -> where it is, and its line in the overview (kept here so that the overview need not load it)."""

EXIT_CODES = """\b
Exit codes:
  0    done
  1    a step failed; what was undone is said
  2    usage or configuration
  3    no connection, try again
  4    refused by a guard or lint
  5    needs an answer or approval and there is nobody to ask
  6    paused, or stopped by a limit
  7    verification failed
  130  interrupted
"""


class Commands(click.Group):
    """Loads a command when it is called for; other distributions join through the group `whimbrel.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [*COMMANDS, "eval"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name in COMMANDS:
            module, _, name = COMMANDS[cmd_name][0].partition(":")
            command: click.Command = getattr(import_module(module), name)
            return command
        found = metadata.entry_points(group="whimbrel.commands", name=cmd_name)
        return next((point.load() for point in found), None)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            known = {**COMMANDS, "eval": ("", "Replay recorded conversations and grade them.")}
            formatter.write_dl([(name, line) for name, (_, line) in known.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """`whimbrel postgresql://… "request"` is the chat."""
        if args and args[0] not in self.list_commands(ctx) and "://" in args[0]:
            args = ["chat", *args]
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = get_close_matches(args[0], known, n=1)
            meant = f" Did you mean `{near[0]}`?" if near else " `whimbrel --help` lists them."
            raise click.UsageError(f"There is no command `{args[0]}`.{meant}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(metadata.version("whimbrel"), "--version", prog_name="whimbrel")
@click.pass_context
def whimbrel(ctx: click.Context) -> None:
    """Carry out a database migration by one protocol: questions, plan, approval, steps, proof.

    \b
    whimbrel demo                                   try it on a database of its own
    whimbrel chat postgresql://… "add a column …"   talk it through
    whimbrel plan postgresql://… "add a column …"   only plan
    """
    if ctx.invoked_subcommand is None:
        from agent.commands.chat import chat

        ctx.invoke(chat)


def main() -> None:
    """Run the command line; every error ends in a sentence and its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run with these arguments and return the exit code."""
    try:
        code = whimbrel.main(arguments, prog_name="whimbrel", standalone_mode=False)
    except WhimbrelError as error:
        _say(error.message)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        _say("Interrupted.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code if isinstance(code, int) else 0


def _say(sentence: str) -> None:
    print(f"whimbrel: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    main()
