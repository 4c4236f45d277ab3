"""The installed program: everything that is done to a house from outside it.

Exit codes: 0 done; 1 it could not be done, and the sentence says why; 2 wrong arguments.
"""

import sys

import typer
from pydantic import ValidationError

from policylab.commands import contract, material, running, sealing, who
from policylab.commands.common import fail
from policylab.kit.embedded import EmbeddedError
from policylab.kit.errors import Refused
from policylab.settings import PREFIX, BadSettings

app = typer.Typer(
    name="policylab",
    help="Policy Lab: where ministries, regions and cities write integration policy together.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (running, contract, material, sealing):
    app.add_typer(part.app)
app.add_typer(who.people_app, name="people")
app.add_typer(who.token_app, name="token")


def main() -> None:
    """Run the program; what people can mend is told in a sentence, without a traceback."""
    try:
        app()
    except (BadSettings, EmbeddedError) as problem:
        fail(str(problem))
    except Refused as refused:
        fail(f"{refused.message} ({refused.code.value})")
    except ValidationError as invalid:
        errors = [f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in invalid.errors()]
        fail("\n".join(errors))
    except KeyboardInterrupt:
        sys.exit(130)
