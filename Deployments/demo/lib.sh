# What both demonstrations are told with: steps, commands as a person types them, checks of what they print.
# Sourced; needs $work, and sets $seen.
step=0 checks=0

fail() { printf '\nThe demonstration FAILED at step %s: %s\n' "$step" "$*" >&2; exit 1; }
say() { step=$((step + 1)); printf '\n\033[1m%s. %s\033[0m\n' "$step" "$*"; }
# Paths are shown short, and words with spaces as they would be typed.
shown() {
    local word line=''
    for word; do
        case $word in *[!-A-Za-z0-9_./:=,+@]*) word="\"$word\"" ;; esac
        line+=" ${word//$work/…}"
    done
    printf '%s' "${line# }"
}
# Runs a command as a person would, shows it and its output, and keeps the output in $seen. It has to end with the
# status $status. An import keeps standard error, where it shows its progress on a terminal.
run_as() {
    local who=$1 status=$2 ended=0
    shift 2
    printf '  %s$ %s\n' "$who" "$(shown "$@")"
    case "$1 $2" in
        "cordon import") "$@" > "$work/seen" || ended=$? ;;
        *) "$@" > "$work/seen" 2>&1 || ended=$? ;;
    esac
    sed "s|$work|…|g; s/^/      /" "$work/seen"
    seen=$(cat "$work/seen")
    [ "$ended" = "$status" ] || fail "the command ended with $ended instead of $status"
    checks=$((checks + 1))
}
show() { run_as '' 0 "$@"; }
# lan cordon search …: as the officer lan, in a session of her own.
as() { local who=$1; shift; XDG_CONFIG_HOME=$work/sessions/$who run_as "$who" 0 "$@"; }
refused() { local who=$1 status=$2; shift 2; XDG_CONFIG_HOME=$work/sessions/$who run_as "$who" "$status" "$@"; }
expect() {
    case $seen in *"$1"*) checks=$((checks + 1)) ;; *) fail "nothing says \"$1\"" ;; esac
}
expect_not() {
    case $seen in *"$1"*) fail "\"$1\" is said, and must not be" ;; *) checks=$((checks + 1)) ;; esac
}
# The first id of a kind that was seen: C case, S report, E exhibit.
id() { grep -o "[A-Z][A-Z]-$1-[0-9A-Z]*-[0-9]*" <<< "$seen" | head -1 || fail "no id of the kind $1"; }
