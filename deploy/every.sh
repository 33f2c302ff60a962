#!/bin/sh
# every SECONDS COMMAND…: runs a command, waits so long, and runs it again, until it is told to end (SIGTERM, SIGINT):
# then the command is told, once, and has the time that it takes to end well. How it ended is nobody's business here: it
# says itself what a person must know (docs/exit-codes.md).
set -u
seconds=$1
shift
child=
ending=
told=
tell() {
    if [ -n "$child" ] && [ -z "$told" ]; then
        told=yes
        kill -TERM "$child" 2>/dev/null
    fi
}
run() {
    "$@" &
    child=$!
    # The signal may have come before the child had a number.
    if [ -n "$ending" ]; then tell; fi
    # `wait` comes back with each signal; the child may still be working.
    while kill -0 "$child" 2>/dev/null; do wait "$child"; done
    child=
}
trap 'ending=yes; tell' TERM INT
while [ -z "$ending" ]; do
    run "$@"
    if [ -z "$ending" ]; then run sleep "$seconds"; fi
done
