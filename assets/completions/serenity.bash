# bash completion for serenity
_serenity() {
    local word=${COMP_WORDS[COMP_CWORD]} command= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --server | --home) ((i++)) ;;
        -*) ;;
        *) command=${COMP_WORDS[i]}; break ;;
        esac
    done
    case $command in
    '') COMPREPLY=($(compgen -W 'agenda book changes co-consultant completions credits decline login logout note show status sync --server --home --help' -- "$word")) ;;
    agenda) COMPREPLY=($(compgen -W '--days --from --json --help' -- "$word")) ;;
    book) COMPREPLY=($(compgen -W '--consultant --free-trial --minutes --notes --purpose --start --json --help' -- "$word")) ;;
    changes) COMPREPLY=($(compgen -W '--discard --resend --take --json --help' -- "$word")) ;;
    co-consultant) COMPREPLY=($(compgen -W '--remove --json --help' -- "$word")) ;;
    completions) COMPREPLY=($(compgen -W '--json --help bash zsh fish' -- "$word")) ;;
    credits) COMPREPLY=($(compgen -W '--json --help' -- "$word")) ;;
    decline) COMPREPLY=($(compgen -W '--reason --json --help' -- "$word")) ;;
    login) COMPREPLY=($(compgen -W '--email --password-stdin --json --help' -- "$word")) ;;
    logout) COMPREPLY=($(compgen -W '--discard --json --help' -- "$word")) ;;
    note) COMPREPLY=($(compgen -W '--kind -m --json --help' -- "$word")) ;;
    show) COMPREPLY=($(compgen -W '--json --help' -- "$word")) ;;
    status) COMPREPLY=($(compgen -W '--json --help' -- "$word")) ;;
    sync) COMPREPLY=($(compgen -W '--wait --json --help' -- "$word")) ;;
    esac
}
complete -F _serenity serenity
