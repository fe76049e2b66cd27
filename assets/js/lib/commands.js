// Commands that are found by a few letters. Nothing here needs a page.

/**
 * Those with all words of a text, in any order.
 * @template {{ text: string }} Command
 * @param {Command[]} commands
 * @param {string} text
 */
export function matching(commands, text) {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter((command) => {
    const name = command.text.toLocaleLowerCase();
    return words.every((word) => name.includes(word));
  });
}
