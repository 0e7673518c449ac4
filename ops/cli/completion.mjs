import { COMMANDS } from './commands.mjs';

/** @import { Command } from './commands.mjs' */

/**
 * Returns a script that completes the commands of `everroom` in that shell; null for a shell that it does not know.
 * @param {string | undefined} shell
 */
export function completionFor(shell) {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      // zsh runs completions of bash.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash()}`;
    case 'fish':
      return fish();
    default:
      return null;
  }
}

/** @param {Command} command */
const flagsOf = ({ options }) => [...options.map(({ name }) => `--${name}`), '--help'];

/** @param {readonly string[]} kinds */
function optionsThatTake(...kinds) {
  const names = COMMANDS.flatMap(({ options }) => options)
    .filter(({ value }) => value !== undefined && kinds.includes(value))
    .map(({ name }) => `--${name}`);
  return [...new Set(names)].join('|');
}

function bash() {
  const cases = COMMANDS.map((command) => {
    const words = [...(command.choices ?? []), ...flagsOf(command)].join(' ');
    return `    ${command.name}) words="${words}" ;;`;
  });
  return `_everroom() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${COMMANDS.map(({ name }) => name).join(' ')} help" -- "$word"))
    return
  fi
  case "$before" in
    ${optionsThatTake('FOLDER')}) COMPREPLY=($(compgen -d -- "$word")); return ;;
    ${fileOptions()}
    ${optionsThatTake('N', 'ID', 'VERSION', 'SECONDS', 'CODE', 'WHAT', 'NAME', 'URL')}) COMPREPLY=(); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _everroom everroom
`;
}

/** \`--json\` is a flag for every command but \`drill\`. */
function fileOptions() {
  return `--report|--json) if [ "\${COMP_WORDS[1]}" = drill ]; then COMPREPLY=($(compgen -f -- "$word")); return; fi ;;`;
}

function fish() {
  const quoted = (/** @type {string} */ text) => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const lines = COMMANDS.flatMap((command) => {
    const after = `-n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
    return [
      `complete -c everroom -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.about)}`,
      ...(command.choices ? [`complete -c everroom ${after} -a ${quoted(command.choices.join(' '))}`] : []),
      ...command.options.map(({ name, value, about }) => {
        const takes = value === undefined ? '' : value === 'FILE' || value === 'FOLDER' ? ' -r -F' : ' -x';
        return `complete -c everroom ${after} -l ${name}${takes} -d ${quoted(about)}`;
      }),
    ];
  });
  return `complete -c everroom -f\n${lines.join('\n')}\n`;
}
