"""The command line: the only place that prints or exits, one file a command.

Exit codes: 0 all done; 1 nothing done, the reason is printed; 2 wrong usage; 3 done in part, what
failed is listed (or a check found faults); 130 stopped by Ctrl-C.
"""

import typer

from zonekg.cli.annotations import app as annotations_app
from zonekg.cli.articles import articles_command
from zonekg.cli.average import average_command
from zonekg.cli.card import card_command
from zonekg.cli.compare import compare_command
from zonekg.cli.curve import curve_command
from zonekg.cli.drift import drift_command
from zonekg.cli.encoder import encoder_command
from zonekg.cli.evaluate import evaluate_command
from zonekg.cli.extract import extract_command
from zonekg.cli.frame import Commands, version
from zonekg.cli.graph import app as graph_app
from zonekg.cli.pages import pages_command
from zonekg.cli.remove import remove_command
from zonekg.cli.run import run_command
from zonekg.cli.train import train_command

__all__ = ["app", "main"]

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Chinese newspaper pages on development zones (开发区) into a knowledge graph.",
    epilog="Start with: zonekg run seeds/ --out out/",
)
app.callback()(version)
app.command(name="run", rich_help_panel="The line")(run_command)
app.command(name="pages", rich_help_panel="The line")(pages_command)
app.command(name="remove", rich_help_panel="The line")(remove_command)
app.command(name="articles", rich_help_panel="The line")(articles_command)
app.command(name="extract", rich_help_panel="The line")(extract_command)
app.add_typer(graph_app, name="graph", rich_help_panel="The line")
app.add_typer(annotations_app, name="annotations", rich_help_panel="Data and models")
app.command(name="encoder", rich_help_panel="Data and models")(encoder_command)
app.command(name="train", rich_help_panel="Data and models")(train_command)
app.command(name="average", rich_help_panel="Data and models")(average_command)
app.command(name="evaluate", rich_help_panel="Data and models")(evaluate_command)
app.command(name="compare", rich_help_panel="Data and models")(compare_command)
app.command(name="curve", rich_help_panel="Data and models")(curve_command)
app.command(name="drift", rich_help_panel="Data and models")(drift_command)
app.command(name="card", rich_help_panel="Data and models")(card_command)


def main() -> None:
    """The console script ``zonekg``."""
    app()
