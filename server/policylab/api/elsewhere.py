"""Published types by name, for modules whose types point at each other.

A module that needs a type of another one, which needs one of its own, takes it from here; the
schema finds the class when it is put together. To the type checker they are `Any`: it would go
round and round these circles.
"""

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import strawberry

if TYPE_CHECKING:
    Amendment: TypeAlias = Any
    Assessment: TypeAlias = Any
    Authorship: TypeAlias = Any
    Capacity: TypeAlias = Any
    Coverage: TypeAlias = Any
    DecisionRecord: TypeAlias = Any
    Delegation: TypeAlias = Any
    Dialogue: TypeAlias = Any
    Dimension: TypeAlias = Any
    Document: TypeAlias = Any
    Draft: TypeAlias = Any
    EditingSpell: TypeAlias = Any
    ExportOffer: TypeAlias = Any
    GovernanceLevel: TypeAlias = Any
    IndexEdition: TypeAlias = Any
    Lab: TypeAlias = Any
    LanguageVersion: TypeAlias = Any
    Meeting: TypeAlias = Any
    Notice: TypeAlias = Any
    PastText: TypeAlias = Any
    Person: TypeAlias = Any
    Position: TypeAlias = Any
    PositionMatrix: TypeAlias = Any
    Procedure: TypeAlias = Any
    Recommendation: TypeAlias = Any
    Removal: TypeAlias = Any
    Suggestion: TypeAlias = Any
    Territory: TypeAlias = Any
    TextChanges: TypeAlias = Any
    TextRun: TypeAlias = Any
    Thread: TypeAlias = Any
    TraceLink: TypeAlias = Any
    Verdict: TypeAlias = Any
    Version: TypeAlias = Any
    VersionSet: TypeAlias = Any
else:
    Amendment = Annotated["Amendment", strawberry.lazy("policylab.api.comments")]
    Assessment = Annotated["Assessment", strawberry.lazy("policylab.api.index")]
    Authorship = Annotated["Authorship", strawberry.lazy("policylab.api.authorship")]
    Capacity = Annotated["Capacity", strawberry.lazy("policylab.api.labs")]
    Coverage = Annotated["Coverage", strawberry.lazy("policylab.api.strategies")]
    DecisionRecord = Annotated["DecisionRecord", strawberry.lazy("policylab.api.records")]
    Delegation = Annotated["Delegation", strawberry.lazy("policylab.api.labs")]
    Dialogue = Annotated["Dialogue", strawberry.lazy("policylab.api.labs")]
    Dimension = Annotated["Dimension", strawberry.lazy("policylab.api.index")]
    Document = Annotated["Document", strawberry.lazy("policylab.api.documents")]
    Draft = Annotated["Draft", strawberry.lazy("policylab.api.documents")]
    EditingSpell = Annotated["EditingSpell", strawberry.lazy("policylab.api.history")]
    ExportOffer = Annotated["ExportOffer", strawberry.lazy("policylab.api.export")]
    GovernanceLevel = Annotated["GovernanceLevel", strawberry.lazy("policylab.api.labs")]
    IndexEdition = Annotated["IndexEdition", strawberry.lazy("policylab.api.index")]
    Lab = Annotated["Lab", strawberry.lazy("policylab.api.labs")]
    LanguageVersion = Annotated["LanguageVersion", strawberry.lazy("policylab.api.documents")]
    Meeting = Annotated["Meeting", strawberry.lazy("policylab.api.meetings")]
    Notice = Annotated["Notice", strawberry.lazy("policylab.api.notices")]
    PastText = Annotated["PastText", strawberry.lazy("policylab.api.history")]
    Person = Annotated["Person", strawberry.lazy("policylab.api.identity")]
    Position = Annotated["Position", strawberry.lazy("policylab.api.positions")]
    PositionMatrix = Annotated["PositionMatrix", strawberry.lazy("policylab.api.positions")]
    Procedure = Annotated["Procedure", strawberry.lazy("policylab.api.decisions")]
    Recommendation = Annotated["Recommendation", strawberry.lazy("policylab.api.index")]
    Removal = Annotated["Removal", strawberry.lazy("policylab.api.authorship")]
    Suggestion = Annotated["Suggestion", strawberry.lazy("policylab.api.comments")]
    Territory = Annotated["Territory", strawberry.lazy("policylab.api.identity")]
    TextChanges = Annotated["TextChanges", strawberry.lazy("policylab.api.history")]
    TextRun = Annotated["TextRun", strawberry.lazy("policylab.api.comparing")]
    Thread = Annotated["Thread", strawberry.lazy("policylab.api.comments")]
    TraceLink = Annotated["TraceLink", strawberry.lazy("policylab.api.strategies")]
    Verdict = Annotated["Verdict", strawberry.lazy("policylab.api.decisions")]
    Version = Annotated["Version", strawberry.lazy("policylab.api.documents")]
    VersionSet = Annotated["VersionSet", strawberry.lazy("policylab.api.documents")]
