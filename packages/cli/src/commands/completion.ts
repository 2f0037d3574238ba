/** `segue completion`: a script for the shell, made from the command tree so that it is never out of date. */

import { Argument, type Command, type Option } from 'commander';

import type { Terminal } from '../terminal.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function registerCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .summary('print a completion script for the shell')
    .description('Prints a script that completes commands, options and their values.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  segue completion bash > ~/.local/share/bash-completion/completions/segue
  segue completion zsh > "\${fpath[1]}/_segue"
  segue completion fish > ~/.config/fish/completions/segue.fish`,
    )
    .action((shell: Shell) => {
      terminal.write(completionScript(shell, program));
    });
}

type Described = { readonly name: string; readonly summary: string };
type Flag = Described & { readonly short: string | undefined; readonly choices: readonly string[] };
type Verb = Described & { readonly flags: readonly Flag[]; readonly words: readonly string[] };

/** The script for one shell. */
export function completionScript(shell: Shell, program: Command): string {
  const verbs = program.commands.map((command) => describeVerb(command));
  switch (shell) {
    case 'bash':
      return bashScript(verbs);
    case 'zsh':
      return zshScript(verbs);
    case 'fish':
      return fishScript(verbs);
  }
}

function describeVerb(command: Command): Verb {
  const words = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const help: Flag = { name: '--help', short: '-h', summary: 'print help', choices: [] };
  const flags = [...command.options.filter((option) => !option.hidden).map(describeFlag), help];
  return { name: command.name(), summary: command.summary() || command.description(), flags, words };
}

function describeFlag(option: Option): Flag {
  const { long, short, description, argChoices } = option;
  return { name: long ?? option.flags, short, summary: description, choices: argChoices ?? [] };
}

function bashScript(verbs: readonly Verb[]): string {
  const cases = verbs.map((verb) => {
    const values = verb.flags
      .filter((flag) => flag.choices.length > 0)
      .map(
        (flag) =>
          `      ${flag.name}) COMPREPLY=($(compgen -W "${flag.choices.join(' ')}" -- "$current")); return ;;\n`,
      );
    const ofPrevious = values.length === 0 ? '' : `      case "$previous" in\n${values.join('')}      esac\n`;
    const flags = verb.flags.map((flag) => flag.name).join(' ');
    const words = verb.words.length === 0 ? '-f' : `-W "${verb.words.join(' ')}"`;
    return `    ${verb.name})
${ofPrevious}      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "${flags}" -- "$current"))
      else COMPREPLY=($(compgen ${words} -- "$current")); fi ;;
`;
  });
  return `# bash completion of segue
_segue() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ "$word" == -* ]] || { verb="$word"; break; }
  done
  COMPREPLY=()
  case "$verb" in
    "") COMPREPLY=($(compgen -W "${verbs.map((verb) => verb.name).join(' ')} help --help --version" -- "$current")) ;;
${cases.join('')}  esac
}
complete -o filenames -F _segue segue
`;
}

function zshScript(verbs: readonly Verb[]): string {
  const list = verbs.map((verb) => `    ${zshQuoted(`${verb.name}:${verb.summary}`)}`).join('\n');
  const cases = verbs.map((verb) => {
    const flags = verb.flags.map((flag) => {
      const values = flag.choices.length === 0 ? '' : `:value:(${flag.choices.join(' ')})`;
      return zshQuoted(`${flag.name}[${flag.summary.replace(/[[\]]/g, '')}]${values}`);
    });
    const rest = verb.words.length === 0 ? "'*:file:_files'" : `'*:word:(${verb.words.join(' ')})'`;
    return `    ${verb.name}) _arguments ${flags.join(' ')} ${rest} ;;`;
  });
  return `#compdef segue
_segue() {
  local -a verbs
  verbs=(
${list}
  )
  if (( CURRENT == 2 )); then
    _describe command verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
${cases.join('\n')}
  esac
}
compdef _segue segue
`;
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishScript(verbs: readonly Verb[]): string {
  const lines = ['# fish completion of segue'];
  for (const verb of verbs) {
    lines.push(
      `complete -c segue -f -n __fish_use_subcommand -a ${verb.name} -d ${fishQuoted(verb.summary)}`,
    );
    const when = `-n "__fish_seen_subcommand_from ${verb.name}"`;
    for (const flag of verb.flags) {
      const short = flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`;
      const values = flag.choices.length === 0 ? '' : ` -x -a "${flag.choices.join(' ')}"`;
      lines.push(
        `complete -c segue ${when}${short} -l ${flag.name.slice(2)}${values} -d ${fishQuoted(flag.summary)}`,
      );
    }
    if (verb.words.length > 0) lines.push(`complete -c segue -f ${when} -a "${verb.words.join(' ')}"`);
  }
  return `${lines.join('\n')}\n`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
