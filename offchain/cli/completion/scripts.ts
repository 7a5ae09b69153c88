/** What a shell reads to complete `holdfast`. All of them ask the program itself: `holdfast __complete -- WORDS...`. */

/** First line of the answer: "words" or "files"; then a candidate for each line, with a tab and its description. */
const BASH = `# holdfast completion for bash: eval "$(holdfast completion bash)"
_holdfast() {
  local -a lines=()
  mapfile -t lines < <(holdfast __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=()
  if [[ "\${lines[0]-}" == files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    return
  fi
  local line
  for line in "\${lines[@]:1}"; do
    COMPREPLY+=("$(printf '%q' "\${line%%$'\\t'*}")")
  done
}
complete -F _holdfast holdfast
`;

const ZSH = `#compdef holdfast
# holdfast completion for zsh: eval "$(holdfast completion zsh)", or put it into a folder of $fpath as _holdfast
_holdfast() {
  local -a lines words_only described
  lines=("\${(@f)$(holdfast __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == files ]]; then
    _files
    return
  fi
  local line
  for line in "\${(@)lines[2,-1]}"; do
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe 'holdfast' described
}
compdef _holdfast holdfast
`;

const FISH = `# holdfast completion for fish: holdfast completion fish | source
function __holdfast_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (holdfast __complete -- $words[2..-1] 2>/dev/null)
  if test "$lines[1]" = files
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines[2..-1]
  end
end
complete -c holdfast -f -a '(__holdfast_complete)'
`;

export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
