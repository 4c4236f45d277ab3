/** Every address of the app and the screen it shows. Screens come when they are first needed. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { NotFound, PageSkeleton } from "../ui/Page.tsx";
import { BrokenPage } from "./Broken.tsx";
import { Shell } from "./Shell.tsx";

const modules = import.meta.glob<Record<string, () => React.ReactNode>>("../screens/*Screen.tsx");

/** The screen of this name: `src/screens/NameScreen.tsx` exports `NameScreen`. */
const screen = (name: string) => {
  const load = modules[`../screens/${name}.tsx`];
  return load ? lazyRouteComponent(load, name) : NotFound;
};

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: BrokenPage });

const SCREENS = {
  "/": "HomeScreen",
  "/labs": "LabsScreen",
  "/labs/new": "NewLabScreen",
  "/labs/$labId": "LabScreen",
  "/labs/$labId/new-dialogue": "NewDialogueScreen",
  "/dialogues/$dialogueId": "DialogueScreen",
  "/dialogues/$dialogueId/people": "PeopleScreen",
  "/dialogues/$dialogueId/meetings": "MeetingsScreen",
  "/dialogues/$dialogueId/coverage": "CoverageScreen",
  "/dialogues/$dialogueId/decisions": "DecisionsScreen",
  "/documents/$documentId": "DocumentScreen",
  "/drafts/$draftId": "DraftScreen",
  "/drafts/$draftId/history": "HistoryScreen",
  "/texts/$versionSetId": "TextScreen",
  "/texts/$versionSetId/positions": "PositionsScreen",
  "/texts/$versionSetId/amendments": "AmendmentsScreen",
  "/compare/$fromId/$toId": "CompareScreen",
  "/records/$decisionRecordId": "RecordScreen",
  "/index": "IndexScreen",
  "/index/$assessmentId": "AssessmentScreen",
  "/search": "SearchScreen",
  "/settings": "SettingsScreen",
  "/administration": "AdministrationScreen",
  "/invitations/$code": "InvitationScreen",
  "/first-administrator": "FirstAdministratorScreen",
} as const;

const routes = Object.entries(SCREENS).map(([path, name]) =>
  createRoute({ getParentRoute: () => root, path, component: screen(name) }),
);

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPendingComponent: PageSkeleton,
  defaultPendingMs: 150,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});
