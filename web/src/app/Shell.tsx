/** The frame around every page: rail, header, context panel, keyboard. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Menu, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { IconBuildingCommunity, IconChartRadar, IconHome, IconLayoutSidebarRight, IconMoon, IconSearch, IconSettings, IconShieldCog, IconSun, IconUserCircle } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { UpdateProfileDocument, NoticesChangedDocument } from "../api/generated/operations.ts";
import { useLive, useVerb } from "../api/hooks.ts";
import { LANGUAGES, type Language, i18n, speak } from "../i18n/index.ts";
import { IconButton } from "../ui/Button.tsx";
import { Dialog, Sheet } from "../ui/Dialog.tsx";
import { FrameContext, type Place } from "../ui/frame.tsx";
import { HouseMark } from "../ui/icons.tsx";
import { Link } from "../ui/Link.tsx";
import { PageSkeleton } from "../ui/Page.tsx";
import { widths } from "../ui/theme.ts";
import { Keys } from "./Keys.tsx";
import { Palette } from "./Palette.tsx";
import styles from "./Shell.module.css";
import { type Session, SessionProvider, signInAddress } from "./session.tsx";

export function Shell() {
  return <SessionProvider>{(session, failed) => <Frame session={session} failed={failed} />}</SessionProvider>;
}

const OPEN_TO_ALL = ["/invitations/", "/first-administrator"];

function Frame({ session, failed }: { session: Session | undefined; failed: boolean }) {
  const { t } = useLingui();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [crumbs, setCrumbs] = useState<HTMLElement | null>(null);
  const [chip, setChip] = useState<HTMLElement | null>(null);
  const [panel, setPanel] = useState<HTMLElement | null>(null);
  const [filled, setFilled] = useState(0);
  const [sheetOn, setSheetOn] = useState("");
  const [keys, setKeys] = useState(false);
  const [palette, setPalette] = useState(false);
  const narrow = useMediaQuery(widths.narrow, undefined, { getInitialValueInEffect: false }) ?? false;
  const main = useRef<HTMLElement>(null);
  const shown = useRef("");

  const fill = useCallback((place: Place, on: boolean) => {
    if (place === "panel") setFilled((count) => count + (on ? 1 : -1));
  }, []);
  const frame = useMemo(() => ({ places: { crumbs, chip, panel }, fill }), [crumbs, chip, panel, fill]);

  useHotkeys([["mod+K", () => setPalette(true)], ["shift+?", () => setKeys(true)], ["?", () => setKeys(true)]]);
  useEffect(() => {
    if (shown.current !== "" && shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);

  const viewer = session?.viewer;
  useLive(NoticesChangedDocument, {}, !viewer);
  const open = OPEN_TO_ALL.some((start) => path.startsWith(start));
  useEffect(() => {
    if (session && !viewer && !open) location.assign(session.service.needsFirstAdministrator ? "/first-administrator" : signInAddress());
  }, [session, viewer, open]);

  if (failed) return <Unreachable />;
  if (!session || (!viewer && !open)) return <PageSkeleton />;

  const places = [
    { to: "/", label: t`Home`, sign: IconHome },
    { to: "/labs", label: t`Labs`, sign: IconBuildingCommunity },
    { to: "/index", label: t`INDEX`, sign: IconChartRadar },
    ...(viewer?.administrator ? [{ to: "/administration", label: t`House`, sign: IconShieldCog }] : []),
  ];
  const here = (to: string) => (to === "/" ? path === "/" : path.startsWith(to));
  const context = <div ref={setPanel} className={styles.panelContent} />;

  return (
    <FrameContext.Provider value={frame}>
      <a className="skip" href="#content"><Trans>Skip to the content</Trans></a>
      <div className={styles.shell} data-panel={filled > 0 && !narrow ? "open" : undefined}>
        <nav className={styles.rail} aria-label={t`Main`} data-screen-only>
          <Link to="/" className={styles.mark} aria-label={t`Policy Lab, home`}><HouseMark /></Link>
          <ul>
            {places.map(({ to, label, sign: Sign }) => (
              <li key={to}>
                <Link to={to} className={styles.place} aria-current={here(to) ? "page" : undefined}>
                  <Sign aria-hidden="true" /><span>{label}</span>
                </Link>
              </li>
            ))}
            <li>
              <Link to="/search" className={styles.place} data-phone aria-current={here("/search") ? "page" : undefined}>
                <IconSearch aria-hidden="true" /><span><Trans>Search</Trans></span>
              </Link>
            </li>
          </ul>
        </nav>
        <header className={styles.header} data-screen-only>
          <div ref={setCrumbs} className={styles.crumbs} />
          <div ref={setChip} className={styles.chip} />
          <div className={styles.tools}>
            <UnstyledButton className={styles.find} onClick={() => setPalette(true)}>
              <IconSearch aria-hidden="true" /><span><Trans>Find or do</Trans></span><kbd>Ctrl K</kbd>
            </UnstyledButton>
            <span className={styles.wideOnly}><IconButton label={t`Keyboard`} onClick={() => setKeys(true)}><span aria-hidden="true">?</span></IconButton></span>
            <LanguageChoice signedIn={Boolean(viewer)} />
            <SchemeChoice />
            {filled > 0 && narrow && <IconButton label={t`Open the side panel`} onClick={() => setSheetOn(path)}><IconLayoutSidebarRight aria-hidden="true" /></IconButton>}
            {viewer && <Account name={viewer.person.displayName} />}
          </div>
        </header>
        <main id="content" className={styles.main} ref={main} tabIndex={-1}><Outlet /></main>
        {!narrow && <aside className={styles.panel} hidden={filled === 0} aria-label={t`Beside the page`} data-screen-only>{context}</aside>}
      </div>
      {narrow && <Sheet open={sheetOn === path} onClose={() => setSheetOn("")} title={t`Beside the page`}>{context}</Sheet>}
      <Dialog open={keys} onClose={() => setKeys(false)} title={t`Keyboard`}><Keys /></Dialog>
      <Palette open={palette} onClose={() => setPalette(false)} places={places} />
    </FrameContext.Provider>
  );
}

function LanguageChoice({ signedIn }: { signedIn: boolean }) {
  const { t } = useLingui();
  const [update] = useVerb(UpdateProfileDocument);
  const choose = (language: Language) => {
    void speak(language);
    if (signedIn) void update({ locale: language });
  };
  return (
    <Menu>
      <Menu.Target>
        <UnstyledButton className={styles.language} aria-label={`${i18n.locale.toUpperCase()}, ${t`language of the interface`}`}>{i18n.locale.toUpperCase()}</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <Menu.Item key={code} lang={code} aria-current={code === i18n.locale || undefined} onClick={() => choose(code as Language)}>{name}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeChoice() {
  const { t } = useLingui();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <IconButton label={dark ? t`Light` : t`Dark`} onClick={() => setColorScheme(dark ? "light" : "dark")}>
      {dark ? <IconSun aria-hidden="true" /> : <IconMoon aria-hidden="true" />}
    </IconButton>
  );
}

function Account({ name }: { name: string }) {
  const { t } = useLingui();
  return (
    <Menu position="bottom-end">
      <Menu.Target><UnstyledButton className={styles.account} aria-label={t`You: ${name}`}><IconUserCircle aria-hidden="true" /></UnstyledButton></Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item component={Link} to="/settings" leftSection={<IconSettings aria-hidden="true" className={styles.small} />}><Trans>Settings</Trans></Menu.Item>
        <Menu.Item component="button" onClick={() => signOut()}><Trans>Sign out</Trans></Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Signing out is a POST, so that no picture or link can do it for somebody. */
function signOut() {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/signout";
  document.body.append(form);
  form.submit();
}

function Unreachable() {
  return (
    <main className={styles.alone}>
      <h1><Trans>The server does not answer</Trans></h1>
      <p><Trans>Nothing that was stored is lost, and what you wrote offline is kept in this browser. Try again in a moment.</Trans></p>
    </main>
  );
}
