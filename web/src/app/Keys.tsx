/** The sheet of keys. */
import { Trans } from "@lingui/react/macro";
import styles from "./Shell.module.css";

export function Keys() {
  return (
    <dl className={styles.keys}>
      <dt><kbd>Ctrl K</kbd></dt><dd><Trans>Find or do something</Trans></dd>
      <dt><kbd>?</kbd></dt><dd><Trans>This sheet</Trans></dd>
      <dt><kbd>Alt F10</kbd></dt><dd><Trans>From the text to its toolbar; Escape goes back</Trans></dd>
      <dt><kbd>Ctrl B</kbd> <kbd>Ctrl I</kbd> <kbd>Ctrl U</kbd></dt><dd><Trans>Bold, italic, underlined</Trans></dd>
      <dt><kbd>Ctrl Alt 1</kbd> … <kbd>4</kbd></dt><dd><Trans>Heading of this level</Trans></dd>
      <dt><kbd>Ctrl Alt 0</kbd></dt><dd><Trans>Ordinary paragraph</Trans></dd>
      <dt><kbd>Ctrl Alt M</kbd></dt><dd><Trans>Comment on the words you chose</Trans></dd>
      <dt><kbd>Ctrl Z</kbd> <kbd>Ctrl Shift Z</kbd></dt><dd><Trans>Undo your own last change, and redo it</Trans></dd>
    </dl>
  );
}
