// Made by scripts/operations.mjs from schema/operations/*.graphql. Not edited.
import { graphql } from "../graphql.ts";

export const PermissionFragment = graphql(`
fragment Permission on Permission {
  action
  allowed
  why
}
`);

export const CapacityFragment = graphql(`
fragment Capacity on Capacity {
  id
  function
  level
  role
  organisation {
    id
    name
  }
}
`);

export const ThreadFragment = graphql(`
fragment Thread on Thread {
  id
  sectionId
  quotation
  state
  visibility
  orphaned
  anchor
  createdAt
  viewerCan {
    ...Permission
  }
  comments {
    id
    body
    createdAt
    editedAt
    capacity {
      ...Capacity
    }
  }
}
`, [PermissionFragment, CapacityFragment]);

export const LevelFragment = graphql(`
fragment Level on GovernanceLevel {
  id
  code
  name
  order
}
`);

export const DelegationLineFragment = graphql(`
fragment DelegationLine on Delegation {
  id
  voting
  weight
  mandateState
  level {
    ...Level
  }
  organisation {
    id
    name
  }
}
`, [LevelFragment]);

export const AmendmentLineFragment = graphql(`
fragment AmendmentLine on Amendment {
  id
  sectionId
  number
  state
  reasons
  language
  before
  proposed
  fateReasons
  settledAt
  createdAt
  runs {
    kind
    text
  }
  delegation {
    ...DelegationLine
  }
  viewerCan {
    ...Permission
  }
}
`, [DelegationLineFragment, PermissionFragment]);

export const SectionLineFragment = graphql(`
fragment SectionLine on Section {
  id
  sectionId
  number
  kind
  heading
  text
  parent
  order
}
`);

export const SpellFragment = graphql(`
fragment Spell on EditingSpell {
  id
  fromPosition
  position
  startedAt
  endedAt
  added
  removed
  changes
  capacity {
    ...Capacity
  }
}
`, [CapacityFragment]);

export const OrganisationFragment = graphql(`
fragment Organisation on Organisation {
  id
  kind
  name
  illustrative
}
`);

export const RefusalFragment = graphql(`
fragment Refusal on Refusal {
  code
  message
  field
}
`);

export const DialogueLineFragment = graphql(`
fragment DialogueLine on Dialogue {
  id
  question
  illustrative
  phase {
    phase {
      id
      number
      title
    }
    exits {
      sentence
      met
      opensAt
    }
  }
  lab {
    id
    name
  }
}
`);

export const DialogueFrameFragment = graphql(`
fragment DialogueFrame on Dialogue {
  id
  question
  illustrative
  visibility
  languages
  lab {
    id
    name
    levels {
      ...Level
    }
  }
  phase {
    state
    enteredAt
    phase {
      id
      number
      title
      explanation
    }
    exits {
      code
      met
      sentence
      opensAt
    }
  }
  phases {
    state
    enteredAt
    leftAt
    phase {
      id
      number
      title
    }
  }
  permissions {
    action
    allowed
    whyNot
    opens
  }
  viewerCapacity {
    ...Capacity
    delegation {
      id
    }
  }
}
`, [LevelFragment, CapacityFragment]);

export const PositionLineFragment = graphql(`
fragment PositionLine on Position {
  id
  sectionId
  number
  stance
  statement
  reservations
  state
  adReferendum
  confirmedAt
  onEarlierText
  current
  counted
  releasedAt
  createdAt
  conditions {
    id
    text
    met
    confirmed
  }
  takenBy {
    ...Capacity
  }
  delegation {
    ...DelegationLine
  }
  viewerCan {
    ...Permission
  }
}
`, [CapacityFragment, DelegationLineFragment, PermissionFragment]);

export const VerdictFragment = graphql(`
fragment Verdict on Verdict {
  outcome
  provisional
  sentence
  missing
  tallies {
    level
    for
    against
    abstain
    noPosition
    notCompetent
    entitled
    seated
    quorumMet
    passes
  }
}
`);

export const TraceFragment = graphql(`
fragment Trace on TraceLink {
  id
  sectionId
  number
  heading
  kind
  note
  state
  recommendation {
    id
    number
    text
  }
}
`);

export const ResponseFragment = graphql(`
fragment Response on RecommendationResponse {
  id
  answer
  reasons
  decidedOn
  referredTo {
    id
    name
  }
}
`);

export const AmendmentsDocument = graphql(`
query Amendments($id: ID!) {
  versionSet(id: $id) {
    id
    number
    document {
      id
      title
      dialogue {
        ...DialogueFrame
      }
    }
    versions {
      id
      language
      sections {
        ...SectionLine
      }
    }
    amendments {
      ...AmendmentLine
    }
  }
}
`, [DialogueFrameFragment, SectionLineFragment, AmendmentLineFragment]);

export const StartThreadDocument = graphql(`
mutation StartThread($input: StartThreadInput!) {
  startThread(input: $input) {
    __typename
    ... on Thread {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ReplyDocument = graphql(`
mutation Reply($input: ReplyInput!) {
  reply(input: $input) {
    __typename
    ... on Thread {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ResolveThreadDocument = graphql(`
mutation ResolveThread($input: ResolveThreadInput!) {
  resolveThread(input: $input) {
    __typename
    ... on Thread {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ReopenThreadDocument = graphql(`
mutation ReopenThread($input: ReopenThreadInput!) {
  reopenThread(input: $input) {
    __typename
    ... on Thread {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AcceptSuggestionDocument = graphql(`
mutation AcceptSuggestion($input: AcceptSuggestionInput!) {
  acceptSuggestion(input: $input) {
    __typename
    ... on Draft {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RejectSuggestionDocument = graphql(`
mutation RejectSuggestion($input: RejectSuggestionInput!) {
  rejectSuggestion(input: $input) {
    __typename
    ... on Draft {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const TableAmendmentDocument = graphql(`
mutation TableAmendment($input: TableAmendmentInput!) {
  tableAmendment(input: $input) {
    __typename
    ... on Amendment {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AcceptAmendmentDocument = graphql(`
mutation AcceptAmendment($input: AcceptAmendmentInput!) {
  acceptAmendment(input: $input) {
    __typename
    ... on Amendment {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RejectAmendmentDocument = graphql(`
mutation RejectAmendment($input: RejectAmendmentInput!) {
  rejectAmendment(input: $input) {
    __typename
    ... on Amendment {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const MergeAmendmentDocument = graphql(`
mutation MergeAmendment($input: MergeAmendmentInput!) {
  mergeAmendment(input: $input) {
    __typename
    ... on Amendment {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const WithdrawAmendmentDocument = graphql(`
mutation WithdrawAmendment($input: WithdrawAmendmentInput!) {
  withdrawAmendment(input: $input) {
    __typename
    ... on Amendment {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const DecisionsDocument = graphql(`
query Decisions($id: ID!) {
  dialogue(id: $id) {
    ...DialogueFrame
    documents {
      id
      title
      versionSets {
        id
        number
      }
    }
    workflow {
      id
      rule {
        code
        sentence
      }
    }
    procedures {
      id
      state
      opensAt
      closesAt
      closedAt
      levels
      sectionId
      rule {
        code
        sentence
      }
      set {
        id
        number
        document {
          id
          title
        }
      }
      verdict {
        ...Verdict
      }
      record {
        id
        identifier
        state
        outcome
        sealedAt
      }
      referrals {
        at
        until
        reasons
        delegation {
          ...DelegationLine
        }
      }
      viewerCan {
        ...Permission
      }
    }
  }
}
`, [DialogueFrameFragment, VerdictFragment, DelegationLineFragment, PermissionFragment]);

export const DecisionRecordDocument = graphql(`
query DecisionRecord($id: ID!) {
  decisionRecord(id: $id) {
    id
    identifier
    outcome
    state
    hash
    sealedAt
    signer
    leafIndex
    publication
    packageUrl
    verified
    content
    dialogue {
      ...DialogueFrame
    }
    set {
      id
      number
      document {
        id
        title
      }
      versions {
        id
        language
      }
    }
    procedure {
      id
      rule {
        sentence
      }
      positions {
        ...PositionLine
      }
      verdict {
        ...Verdict
      }
    }
    statements {
      id
      text
      createdAt
      delegation {
        ...DelegationLine
      }
    }
    corrigenda {
      id
      text
      sealedAt
      hash
    }
    adoptions {
      id
      body
      date
      reference
      link
    }
    viewerCan {
      ...Permission
    }
  }
}
`, [DialogueFrameFragment, PositionLineFragment, VerdictFragment, DelegationLineFragment, PermissionFragment]);

export const OpenProcedureDocument = graphql(`
mutation OpenProcedure($input: OpenProcedureInput!) {
  openProcedure(input: $input) {
    __typename
    ... on Procedure {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CloseProcedureDocument = graphql(`
mutation CloseProcedure($input: CloseProcedureInput!) {
  closeProcedure(input: $input) {
    __typename
    ... on Procedure {
      id
      record {
        id
      }
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const WithdrawProcedureDocument = graphql(`
mutation WithdrawProcedure($input: WithdrawProcedureInput!) {
  withdrawProcedure(input: $input) {
    __typename
    ... on Procedure {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ReferDocument = graphql(`
mutation Refer($input: ReferInput!) {
  refer(input: $input) {
    __typename
    ... on Procedure {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AttachStatementDocument = graphql(`
mutation AttachStatement($input: AttachStatementInput!) {
  attachStatement(input: $input) {
    __typename
    ... on DissentingStatement {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const SealRecordDocument = graphql(`
mutation SealRecord($input: SealRecordInput!) {
  sealRecord(input: $input) {
    __typename
    ... on DecisionRecord {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AddCorrigendumDocument = graphql(`
mutation AddCorrigendum($input: AddCorrigendumInput!) {
  addCorrigendum(input: $input) {
    __typename
    ... on DecisionRecord {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const PublishRecordDocument = graphql(`
mutation PublishRecord($input: PublishRecordInput!) {
  publishRecord(input: $input) {
    __typename
    ... on DecisionRecord {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RecordAdoptionDocument = graphql(`
mutation RecordAdoption($input: RecordAdoptionInput!) {
  recordAdoption(input: $input) {
    __typename
    ... on FormalAdoption {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const DocumentDocument = graphql(`
query Document($id: ID!) {
  document(id: $id) {
    id
    kind
    title
    identifier
    illustrative
    dialogue {
      ...DialogueFrame
    }
    languageVersions {
      id
      language
      authentic
      draft {
        id
        closed
        viewerRight
        updatedAt
        sequence
      }
      versions {
        id
        number
      }
    }
    versionSets {
      id
      number
      hash
      frozenAt
      frozenBy {
        ...Capacity
      }
      versions {
        id
        language
      }
    }
  }
}
`, [DialogueFrameFragment, CapacityFragment]);

export const DraftDocument = graphql(`
query Draft($id: ID!) {
  draft(id: $id) {
    id
    closed
    viewerRight
    coeditUrl
    updatedAt
    document {
      id
      title
      illustrative
      dialogue {
        ...DialogueFrame
        delegations {
          ...DelegationLine
        }
      }
      languageVersions {
        id
        language
        draft {
          id
        }
      }
      versionSets {
        id
        number
      }
    }
    languageVersion {
      id
      language
    }
    base {
      id
      number
    }
    writtenBy {
      level
      characters
      share
    }
    sections {
      ...SectionLine
      threadCount
      writtenBy {
        level
        share
      }
      trace {
        ...Trace
      }
      positions {
        id
        stance
        delegation {
          id
        }
        onEarlierText
      }
    }
    threads {
      ...Thread
    }
    suggestions {
      id
      sectionId
      number
      at
      inserted
      deleted
      capacity {
        ...Capacity
      }
    }
  }
}
`, [DialogueFrameFragment, DelegationLineFragment, SectionLineFragment, TraceFragment, ThreadFragment, CapacityFragment]);

export const DraftHistoryDocument = graphql(`
query DraftHistory($id: ID!, $first: Int!) {
  draft(id: $id) {
    id
    closed
    viewerRight
    document {
      id
      title
      dialogue {
        ...DialogueFrame
      }
    }
    languageVersion {
      id
      language
    }
    history(first: $first) {
      totalCount
      pageInfo {
        hasNextPage
      }
      nodes {
        ...Spell
      }
    }
  }
}
`, [DialogueFrameFragment, SpellFragment]);

export const DraftMomentDocument = graphql(`
query DraftMoment($id: ID!, $position: Int!) {
  draft(id: $id) {
    id
    textAt(position: $position) {
      position
      at
      capacity {
        ...Capacity
      }
      content
      sections {
        ...SectionLine
      }
    }
    changes(from: $position) {
      fromPosition
      toPosition
      added
      removed
      changed
      moved
      sections {
        sectionId
        numberFrom
        numberTo
        kind
        headingFrom
        headingTo
        moved
        runs {
          kind
          text
        }
      }
    }
  }
}
`, [CapacityFragment, SectionLineFragment]);

export const DraftAuthorshipDocument = graphql(`
query DraftAuthorship($id: ID!, $at: Int!) {
  draft(id: $id) {
    id
    textAt(position: $at) {
      position
      sections {
        ...SectionLine
      }
    }
    authorship(at: $at) {
      position
      characters
      levels {
        level
        characters
        share
      }
      authors {
        level
        characters
        share
        capacity {
          ...Capacity
        }
      }
      spans {
        sectionId
        start
        end
        text
        level
        capacity {
          id
        }
      }
    }
  }
}
`, [SectionLineFragment, CapacityFragment]);

export const TextSetDocument = graphql(`
query TextSet($id: ID!) {
  versionSet(id: $id) {
    id
    number
    hash
    frozenAt
    frozenBy {
      ...Capacity
    }
    document {
      id
      title
      kind
      illustrative
      dialogue {
        ...DialogueFrame
      }
      versionSets {
        id
        number
        versions {
          id
          language
        }
      }
    }
    versions {
      id
      language
      hash
      content
      sections {
        ...SectionLine
      }
    }
    exports {
      kind
      languages
      url
    }
  }
}
`, [CapacityFragment, DialogueFrameFragment, SectionLineFragment]);

export const CompareDocument = graphql(`
query Compare($from: ID!, $to: ID!) {
  compare(from: $from, to: $to) {
    language
    added
    removed
    moved
    changed
    from {
      __typename
      ... on Version {
        id
        number
        set {
          id
          document {
            id
            title
            dialogue {
              ...DialogueFrame
            }
          }
        }
      }
      ... on Draft {
        id
      }
    }
    to {
      __typename
      ... on Version {
        id
        number
      }
      ... on Draft {
        id
      }
    }
    sections {
      sectionId
      numberFrom
      numberTo
      kind
      headingFrom
      headingTo
      moved
      runs {
        kind
        text
      }
    }
  }
}
`, [DialogueFrameFragment]);

export const SearchDocument = graphql(`
query Search($text: String!, $labId: ID, $first: Int) {
  search(text: $text, labId: $labId, first: $first) {
    totalCount
    nodes {
      kind
      title
      excerpt
      url
      number
      dialogue {
        id
        question
      }
    }
  }
}
`);

export const CreateDocumentDocument = graphql(`
mutation CreateDocument($input: CreateDocumentInput!) {
  createDocument(input: $input) {
    __typename
    ... on Document {
      id
      languageVersions {
        id
        language
        draft {
          id
        }
      }
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const OpenDraftDocument = graphql(`
mutation OpenDraft($input: OpenDraftInput!) {
  openDraft(input: $input) {
    __typename
    ... on Draft {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RestoreDraftDocument = graphql(`
mutation RestoreDraft($input: RestoreDraftInput!) {
  restoreDraft(input: $input) {
    __typename
    ... on Draft {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const FreezeDocument = graphql(`
mutation Freeze($input: FreezeInput!) {
  freeze(input: $input) {
    __typename
    ... on VersionSet {
      id
      number
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const DraftChangedDocument = graphql(`
subscription DraftChanged($id: ID!, $since: Int) {
  draftChanged(id: $id, since: $since) {
    revision
    kind
    subjectId
    sequence
    at
  }
}
`);

export const SessionDocument = graphql(`
query Session {
  service {
    name
    version
    demoMode
    languages
    needsFirstAdministrator
    signInName
    illustrative
    graphiql
  }
  viewer {
    person {
      id
      displayName
      locale
    }
    administrator
    locale
    signedInAt
    can {
      ...Permission
    }
    capacities {
      ...Capacity
      dialogue {
        id
      }
    }
  }
}
`, [PermissionFragment, CapacityFragment]);

export const SettingsDocument = graphql(`
query Settings {
  viewer {
    person {
      id
      displayName
      email
      locale
      memberships {
        id
        function
        organisation {
          id
          name
        }
      }
    }
    sessions {
      id
      createdAt
      lastSeenAt
      current
      userAgent
    }
    accessTokens {
      id
      name
      scopes
      createdAt
      expiresAt
      lastUsedAt
    }
  }
}
`);

export const AdministrationDocument = graphql(`
query Administration {
  viewer {
    can {
      ...Permission
    }
  }
  people(first: 200) {
    totalCount
    nodes {
      id
      displayName
      email
      suspended
      memberships {
        id
        function
        organisation {
          id
          name
        }
      }
    }
  }
  organisations(first: 200) {
    totalCount
    nodes {
      ...Organisation
      territory {
        id
        name
      }
    }
  }
  territories(first: 200) {
    nodes {
      id
      name
      level
      parent {
        id
        name
      }
    }
  }
}
`, [PermissionFragment, OrganisationFragment]);

export const OrganisationChoicesDocument = graphql(`
query OrganisationChoices {
  organisations(first: 200) {
    nodes {
      ...Organisation
    }
  }
}
`, [OrganisationFragment]);

export const PersonChoicesDocument = graphql(`
query PersonChoices {
  people(first: 200) {
    nodes {
      id
      displayName
      memberships {
        id
        function
        organisation {
          id
          name
        }
      }
    }
  }
}
`);

export const UpdateProfileDocument = graphql(`
mutation UpdateProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    __typename
    ... on Person {
      id
      locale
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CreateAccessTokenDocument = graphql(`
mutation CreateAccessToken($input: CreateAccessTokenInput!) {
  createAccessToken(input: $input) {
    __typename
    ... on AccessTokenCreated {
      token {
        id
      }
      secret
      calendarAddress
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RevokeAccessTokenDocument = graphql(`
mutation RevokeAccessToken($input: RevokeAccessTokenInput!) {
  revokeAccessToken(input: $input) {
    __typename
    ... on AccessToken {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const EndSessionDocument = graphql(`
mutation EndSession($input: EndSessionInput!) {
  endSession(input: $input) {
    __typename
    ...Refusal
  }
}
`, [RefusalFragment]);

export const EndAllSessionsDocument = graphql(`
mutation EndAllSessions($input: EndAllSessionsInput!) {
  endAllSessions(input: $input) {
    __typename
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CreateOrganisationDocument = graphql(`
mutation CreateOrganisation($input: CreateOrganisationInput!) {
  createOrganisation(input: $input) {
    __typename
    ... on Organisation {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CreateTerritoryDocument = graphql(`
mutation CreateTerritory($input: CreateTerritoryInput!) {
  createTerritory(input: $input) {
    __typename
    ... on Territory {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CreatePersonDocument = graphql(`
mutation CreatePerson($input: CreatePersonInput!) {
  createPerson(input: $input) {
    __typename
    ... on Person {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AddMembershipDocument = graphql(`
mutation AddMembership($input: AddMembershipInput!) {
  addMembership(input: $input) {
    __typename
    ... on Membership {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const EndMembershipDocument = graphql(`
mutation EndMembership($input: EndMembershipInput!) {
  endMembership(input: $input) {
    __typename
    ... on Membership {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const SuspendPersonDocument = graphql(`
mutation SuspendPerson($input: SuspendPersonInput!) {
  suspendPerson(input: $input) {
    __typename
    ... on Person {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const SetAdministratorDocument = graphql(`
mutation SetAdministrator($input: SetAdministratorInput!) {
  setAdministrator(input: $input) {
    __typename
    ... on Person {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const IndexHomeDocument = graphql(`
query IndexHome {
  indexEditions {
    id
    code
    label
    dimensions {
      id
      code
      name
      optional
    }
  }
  assessments(first: 200) {
    totalCount
    nodes {
      id
      publishedOn
      answeredOn
      illustrative
      territory {
        id
        name
        level
      }
      edition {
        id
        code
        label
      }
      overall {
        id
        value
        rank
        sampleSize
      }
    }
  }
}
`);

export const AssessmentDocument = graphql(`
query Assessment($id: ID!) {
  assessment(id: $id) {
    id
    answeredOn
    publishedOn
    sampleSize
    state
    illustrative
    unweightedMean
    territory {
      id
      name
      level
      population
    }
    edition {
      id
      code
      label
    }
    source {
      id
      title
      url
    }
    overall {
      id
      value
      peerMean
      rank
      sampleSize
      date
      confidence
      peerGroup
    }
    scores {
      id
      value
      peerMean
      rank
      sampleSize
      confidence
      peerGroup
      source {
        id
        title
        url
      }
      dimension {
        id
        code
        name
        optional
        composite {
          id
        }
      }
    }
    recommendations {
      id
      number
      text
      kind
      page
      illustrative
      dimensions {
        id
        name
      }
      source {
        id
        title
        url
      }
    }
    earlier {
      id
      publishedOn
      answeredOn
      edition {
        id
        code
        label
      }
      scores {
        id
        value
        dimension {
          id
          code
        }
      }
      overall {
        id
        value
      }
    }
  }
}
`);

export const LabsDocument = graphql(`
query Labs {
  viewer {
    can {
      ...Permission
    }
  }
  labs(first: 100) {
    totalCount
    nodes {
      id
      name
      purpose
      illustrative
      languages
      levels {
        ...Level
      }
      dialogues(first: 50) {
        totalCount
      }
    }
  }
}
`, [PermissionFragment, LevelFragment]);

export const LabDocument = graphql(`
query Lab($id: ID!) {
  lab(id: $id) {
    id
    name
    purpose
    illustrative
    languages
    levels {
      ...Level
    }
    viewerCan {
      ...Permission
    }
    dialogues(first: 100) {
      totalCount
      nodes {
        ...DialogueLine
      }
    }
    grants {
      id
      role
      person {
        id
        displayName
      }
    }
  }
}
`, [LevelFragment, PermissionFragment, DialogueLineFragment]);

export const TemplatesDocument = graphql(`
query Templates {
  workflowTemplates {
    id
    version
    title
    summary
    levels
    rule {
      code
      sentence
    }
    phases {
      id
      number
      title
      explanation
      outputs
    }
    daySettings {
      key
      label
      default
      minimum
      maximum
    }
  }
}
`);

export const DialogueDocument = graphql(`
query Dialogue($id: ID!) {
  dialogue(id: $id) {
    ...DialogueFrame
    scope
    createdAt
    workflow {
      id
      version
      title
      rule {
        sentence
      }
    }
    phases {
      state
      enteredAt
      leftAt
      phase {
        id
        number
        title
        explanation
        outputs
      }
      exits {
        code
        met
        sentence
        opensAt
      }
    }
    documents {
      id
      kind
      title
      illustrative
      languageVersions {
        id
        language
        draft {
          id
          closed
          viewerRight
          updatedAt
        }
      }
      versionSets {
        id
        number
        frozenAt
      }
    }
    procedures {
      id
      state
      closesAt
      set {
        id
        number
      }
      verdict {
        sentence
        outcome
        provisional
      }
      record {
        id
        identifier
        state
      }
    }
    activity(first: 20) {
      nodes {
        id
        at
        sentence
        capacity {
          ...Capacity
        }
      }
    }
  }
}
`, [DialogueFrameFragment, CapacityFragment]);

export const DialoguePeopleDocument = graphql(`
query DialoguePeople($id: ID!) {
  dialogue(id: $id) {
    ...DialogueFrame
    delegations {
      ...DelegationLine
      seats {
        id
        head
        capacity {
          ...Capacity
        }
      }
      mandates {
        id
        issuingBody
        issuedOn
        scope
        limits
        validFrom
        validTo
        paper
        state
      }
      viewerCan {
        ...Permission
      }
    }
    grants {
      id
      role
      capacity {
        ...Capacity
      }
    }
  }
}
`, [DialogueFrameFragment, DelegationLineFragment, CapacityFragment, PermissionFragment]);

export const CreateLabDocument = graphql(`
mutation CreateLab($input: CreateLabInput!) {
  createLab(input: $input) {
    __typename
    ... on Lab {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CreateDialogueDocument = graphql(`
mutation CreateDialogue($input: CreateDialogueInput!) {
  createDialogue(input: $input) {
    __typename
    ... on Dialogue {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CreateDelegationDocument = graphql(`
mutation CreateDelegation($input: CreateDelegationInput!) {
  createDelegation(input: $input) {
    __typename
    ... on Delegation {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const EndDelegationDocument = graphql(`
mutation EndDelegation($input: EndDelegationInput!) {
  endDelegation(input: $input) {
    __typename
    ... on Delegation {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const SeatDelegateDocument = graphql(`
mutation SeatDelegate($input: SeatDelegateInput!) {
  seatDelegate(input: $input) {
    __typename
    ... on Delegate {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const EndDelegateDocument = graphql(`
mutation EndDelegate($input: EndDelegateInput!) {
  endDelegate(input: $input) {
    __typename
    ... on Delegate {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const InviteToDelegationDocument = graphql(`
mutation InviteToDelegation($input: InviteToDelegationInput!) {
  inviteToDelegation(input: $input) {
    __typename
    ... on Invitation {
      url
      signInCode
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AcceptInvitationDocument = graphql(`
mutation AcceptInvitation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    __typename
    ... on Delegation {
      id
      dialogue {
        id
      }
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const FileMandateDocument = graphql(`
mutation FileMandate($input: FileMandateInput!) {
  fileMandate(input: $input) {
    __typename
    ... on Mandate {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RevokeMandateDocument = graphql(`
mutation RevokeMandate($input: RevokeMandateInput!) {
  revokeMandate(input: $input) {
    __typename
    ... on Mandate {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const GrantRoleDocument = graphql(`
mutation GrantRole($input: GrantRoleInput!) {
  grantRole(input: $input) {
    __typename
    ... on Grant {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const EndGrantDocument = graphql(`
mutation EndGrant($input: EndGrantInput!) {
  endGrant(input: $input) {
    __typename
    ... on Grant {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const GrantLabRoleDocument = graphql(`
mutation GrantLabRole($input: GrantLabRoleInput!) {
  grantLabRole(input: $input) {
    __typename
    ... on LabGrant {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const EndLabGrantDocument = graphql(`
mutation EndLabGrant($input: EndLabGrantInput!) {
  endLabGrant(input: $input) {
    __typename
    ... on LabGrant {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const SendConvocationDocument = graphql(`
mutation SendConvocation($input: SendConvocationInput!) {
  sendConvocation(input: $input) {
    __typename
    ... on Dialogue {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const MovePhaseDocument = graphql(`
mutation MovePhase($input: MovePhaseInput!) {
  movePhase(input: $input) {
    __typename
    ... on Dialogue {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RecordFactDocument = graphql(`
mutation RecordFact($input: RecordFactInput!) {
  recordFact(input: $input) {
    __typename
    ... on Dialogue {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const DialogueChangedDocument = graphql(`
subscription DialogueChanged($id: ID!, $since: Int) {
  dialogueChanged(id: $id, since: $since) {
    revision
    kind
    subjectId
    at
  }
}
`);

export const MeetingsDocument = graphql(`
query Meetings($id: ID!) {
  dialogue(id: $id) {
    ...DialogueFrame
    delegations {
      ...DelegationLine
    }
    meetings {
      id
      title
      startsAt
      endsAt
      place
      link
      public
      state
      agenda {
        id
        number
        title
        result
      }
      attendance {
        present
        delegation {
          id
        }
      }
      quorum {
        present
        seated
        met
        level {
          ...Level
        }
      }
      minutes {
        id
        text
        approvedAt
      }
    }
  }
}
`, [DialogueFrameFragment, DelegationLineFragment, LevelFragment]);

export const PlanMeetingDocument = graphql(`
mutation PlanMeeting($input: PlanMeetingInput!) {
  planMeeting(input: $input) {
    __typename
    ... on Meeting {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const OpenMeetingDocument = graphql(`
mutation OpenMeeting($input: OpenMeetingInput!) {
  openMeeting(input: $input) {
    __typename
    ... on Meeting {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CloseMeetingDocument = graphql(`
mutation CloseMeeting($input: CloseMeetingInput!) {
  closeMeeting(input: $input) {
    __typename
    ... on Meeting {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RecordAttendanceDocument = graphql(`
mutation RecordAttendance($input: RecordAttendanceInput!) {
  recordAttendance(input: $input) {
    __typename
    ... on Meeting {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const WriteMinutesDocument = graphql(`
mutation WriteMinutes($input: WriteMinutesInput!) {
  writeMinutes(input: $input) {
    __typename
    ... on Minutes {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ApproveMinutesDocument = graphql(`
mutation ApproveMinutes($input: ApproveMinutesInput!) {
  approveMinutes(input: $input) {
    __typename
    ... on Minutes {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CancelMeetingDocument = graphql(`
mutation CancelMeeting($input: CancelMeetingInput!) {
  cancelMeeting(input: $input) {
    __typename
    ... on Meeting {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AddAgendaItemDocument = graphql(`
mutation AddAgendaItem($input: AddAgendaItemInput!) {
  addAgendaItem(input: $input) {
    __typename
    ... on AgendaItem {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const RecordResultDocument = graphql(`
mutation RecordResult($input: RecordResultInput!) {
  recordResult(input: $input) {
    __typename
    ... on AgendaItem {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const HomeDocument = graphql(`
query Home {
  viewer {
    needs(first: 50) {
      totalCount
      nodes {
        id
        at
        sentence
        action
        url
        read
        kind
        dueAt
      }
    }
    dialogues(first: 50) {
      totalCount
      nodes {
        ...DialogueLine
      }
    }
    can {
      ...Permission
    }
  }
}
`, [DialogueLineFragment, PermissionFragment]);

export const MarkNoticeReadDocument = graphql(`
mutation MarkNoticeRead($input: MarkNoticeReadInput!) {
  markNoticeRead(input: $input) {
    __typename
    ... on Notice {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const NoticesChangedDocument = graphql(`
subscription NoticesChanged {
  noticesChanged {
    unread
    at
  }
}
`);

export const PositionsDocument = graphql(`
query Positions($id: ID!) {
  versionSet(id: $id) {
    id
    number
    document {
      id
      title
      dialogue {
        ...DialogueFrame
      }
    }
    matrix {
      delegations {
        ...DelegationLine
      }
      rows {
        sectionId
        number
        heading
        excerpt
        cells {
          delegation {
            id
          }
          position {
            ...PositionLine
          }
        }
      }
      verdict {
        ...Verdict
      }
    }
    procedures {
      id
      state
      rule {
        code
        sentence
      }
      levels
      opensAt
      closesAt
      closedAt
      sectionId
      verdict {
        ...Verdict
      }
      record {
        id
        identifier
        state
      }
      viewerCan {
        ...Permission
      }
    }
  }
}
`, [DialogueFrameFragment, DelegationLineFragment, PositionLineFragment, VerdictFragment, PermissionFragment]);

export const DraftPositionDocument = graphql(`
mutation DraftPosition($input: DraftPositionInput!) {
  draftPosition(input: $input) {
    __typename
    ... on Position {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ClearPositionDocument = graphql(`
mutation ClearPosition($input: ClearPositionInput!) {
  clearPosition(input: $input) {
    __typename
    ... on Position {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ReleasePositionDocument = graphql(`
mutation ReleasePosition($input: ReleasePositionInput!) {
  releasePosition(input: $input) {
    __typename
    ... on Position {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const TakePositionDocument = graphql(`
mutation TakePosition($input: TakePositionInput!) {
  takePosition(input: $input) {
    __typename
    ... on Position {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ConfirmPositionDocument = graphql(`
mutation ConfirmPosition($input: ConfirmPositionInput!) {
  confirmPosition(input: $input) {
    __typename
    ... on Position {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const MarkConditionMetDocument = graphql(`
mutation MarkConditionMet($input: MarkConditionMetInput!) {
  markConditionMet(input: $input) {
    __typename
    ... on Position {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ConfirmConditionDocument = graphql(`
mutation ConfirmCondition($input: ConfirmConditionInput!) {
  confirmCondition(input: $input) {
    __typename
    ... on Position {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const CoverageOfDocument = graphql(`
query CoverageOf($id: ID!) {
  dialogue(id: $id) {
    ...DialogueFrame
    documents {
      id
      title
      versionSets {
        id
        number
      }
      languageVersions {
        id
        language
        draft {
          id
          sections {
            ...SectionLine
          }
        }
      }
    }
    assessments {
      id
      territory {
        id
        name
      }
      edition {
        id
        label
      }
      illustrative
    }
    coverage {
      answered
      partly
      open
      declined
      referred
      rows {
        state
        recommendation {
          id
          number
          text
          kind
          dimensions {
            id
            name
          }
        }
        links {
          ...Trace
          document {
            id
          }
        }
        response {
          ...Response
        }
        decisions {
          id
          identifier
        }
      }
    }
  }
}
`, [DialogueFrameFragment, SectionLineFragment, TraceFragment, ResponseFragment]);

export const RecommendationChoicesDocument = graphql(`
query RecommendationChoices($id: ID!) {
  dialogue(id: $id) {
    id
    assessments {
      id
      territory {
        id
        name
      }
      recommendations {
        id
        number
        text
        dimensions {
          id
          name
        }
      }
    }
  }
}
`);

export const RespondToRecommendationDocument = graphql(`
mutation RespondToRecommendation($input: RespondToRecommendationInput!) {
  respondToRecommendation(input: $input) {
    __typename
    ... on RecommendationResponse {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const LinkRecommendationDocument = graphql(`
mutation LinkRecommendation($input: LinkRecommendationInput!) {
  linkRecommendation(input: $input) {
    __typename
    ... on TraceLink {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const UnlinkRecommendationDocument = graphql(`
mutation UnlinkRecommendation($input: UnlinkRecommendationInput!) {
  unlinkRecommendation(input: $input) {
    __typename
    ... on TraceLink {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const ConfirmLinkDocument = graphql(`
mutation ConfirmLink($input: ConfirmLinkInput!) {
  confirmLink(input: $input) {
    __typename
    ... on TraceLink {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);

export const AttachAssessmentDocument = graphql(`
mutation AttachAssessment($input: AttachAssessmentInput!) {
  attachAssessment(input: $input) {
    __typename
    ... on Dialogue {
      id
    }
    ...Refusal
  }
}
`, [RefusalFragment]);
