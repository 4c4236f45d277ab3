"""The main job of a policy lab, from an empty house to verified files, through public doors only.

Whatever is done here is done with a token over GraphQL, the upload, the co-editing socket and the
downloads; what whoever runs a house does (reference data, first administrator, tokens) is done as
the command line does it. Each step answers one line on what it did.
"""

from policylab.demo.main_job.agreement import (
    check_record,
    decide,
    export_files,
    show_coverage,
    take_positions,
)
from policylab.demo.main_job.client import StepFailed
from policylab.demo.main_job.job import Job
from policylab.demo.main_job.opening import (
    hold_session,
    invite_people,
    load_evidence,
    open_dialogue,
)
from policylab.demo.main_job.own_house import own_house
from policylab.demo.main_job.text import (
    amend,
    discuss,
    import_text,
    link_and_freeze,
    write_together,
)

__all__ = ["STEPS", "Job", "StepFailed", "own_house"]

STEPS = {
    "Load the INDEX reference data and an invented result": load_evidence,
    "Invite bodies and people": invite_people,
    "Open a lab and a dialogue with mandates of three levels": open_dialogue,
    "Send the notice, frame the question, hold the session": hold_session,
    "Import a Word text in English and French": import_text,
    "Write together, one of two losing the connection": write_together,
    "Remark, note, suggest and accept": discuss,
    "Link clauses to recommendations and freeze": link_and_freeze,
    "Table an amendment, merge it, freeze the final text": amend,
    "Take positions": take_positions,
    "Decide with the assent of each level and seal the record": decide,
    "Export the text in every kind and language": export_files,
    "Publish the record and verify it offline": check_record,
    "Show what became of each recommendation": show_coverage,
}
