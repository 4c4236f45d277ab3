/** What can be done to the text, one tab stop for all of it: arrows move, Escape goes back to the text. */
import { useLingui } from "@lingui/react/macro";
import { Menu } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconBlockquote, IconBold, IconHeading, IconItalic, IconList, IconListNumbers, IconMessagePlus, IconPilcrow, IconTable, IconUnderline } from "@tabler/icons-react";
import { type Editor, useEditorState } from "@tiptap/react";
import { type KeyboardEvent, type Ref, useRef } from "react";
import { IconButton } from "../ui/Button.tsx";

export function Toolbar({ editor, suggesting, onComment, ref }: { editor: Editor; suggesting: boolean; onComment?: (() => void) | undefined; ref: Ref<HTMLDivElement> }) {
  const { t } = useLingui();
  const stop = useRef(0);
  const is = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive("bold"), italic: now.isActive("italic"), underline: now.isActive("underline"),
      bullets: now.isActive("bulletList"), numbers: now.isActive("orderedList"), quotation: now.isActive("blockquote"), empty: now.state.selection.empty,
    }),
  });
  const chain = () => editor.chain().focus();
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button:not([disabled])")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "Escape") editor.commands.focus();
    else if (event.key === "ArrowRight") stop.current = (at + 1) % buttons.length;
    else if (event.key === "ArrowLeft") stop.current = (at - 1 + buttons.length) % buttons.length;
    else return;
    event.preventDefault();
    if (event.key !== "Escape") buttons[stop.current]?.focus();
  };
  return (
    // The toolbar moves the focus among its buttons, as toolbars do.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus
    <div role="toolbar" aria-label={t`Form of the text`} className="pl-toolbar" ref={ref} onKeyDown={move} data-screen-only>
      {onComment && <IconButton label={t`Comment on the words chosen`} onClick={onComment} disabled={is.empty}><IconMessagePlus aria-hidden="true" /></IconButton>}
      {!suggesting && (
        <>
          <Menu>
            <Menu.Target><button type="button" className="pl-tool" aria-label={t`Kind of block`}><IconHeading aria-hidden="true" /></button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPilcrow aria-hidden="true" />} onClick={() => chain().setNode("paragraph").run()}>{t`Paragraph`}</Menu.Item>
              {[1, 2, 3, 4].map((level) => (
                <Menu.Item key={level} onClick={() => chain().setNode("heading", { level }).run()}>{t`Heading ${level}`}</Menu.Item>
              ))}
              <Menu.Item onClick={() => chain().wrapIn("clause").run()}>{t`Numbered clause`}</Menu.Item>
              <Menu.Item onClick={() => chain().wrapIn("measure").run()}>{t`Measure`}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <IconButton label={t`Bold`} pressed={is.bold} onClick={() => chain().toggleMark("bold").run()}><IconBold aria-hidden="true" /></IconButton>
          <IconButton label={t`Italic`} pressed={is.italic} onClick={() => chain().toggleMark("italic").run()}><IconItalic aria-hidden="true" /></IconButton>
          <IconButton label={t`Underlined`} pressed={is.underline} onClick={() => chain().toggleMark("underline").run()}><IconUnderline aria-hidden="true" /></IconButton>
          <IconButton label={t`List with points`} pressed={is.bullets} onClick={() => chain().toggleList("bulletList", "listItem").run()}><IconList aria-hidden="true" /></IconButton>
          <IconButton label={t`Numbered list`} pressed={is.numbers} onClick={() => chain().toggleList("orderedList", "listItem").run()}><IconListNumbers aria-hidden="true" /></IconButton>
          <IconButton label={t`Quotation`} pressed={is.quotation} onClick={() => chain().toggleWrap("blockquote").run()}><IconBlockquote aria-hidden="true" /></IconButton>
          <IconButton label={t`Table`} onClick={() => chain().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run()}><IconTable aria-hidden="true" /></IconButton>
        </>
      )}
      <IconButton label={t`Undo`} onClick={() => chain().undo().run()}><IconArrowBackUp aria-hidden="true" /></IconButton>
      <IconButton label={t`Redo`} onClick={() => chain().redo().run()}><IconArrowForwardUp aria-hidden="true" /></IconButton>
    </div>
  );
}
