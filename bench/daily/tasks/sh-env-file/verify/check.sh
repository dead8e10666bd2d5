fail() { echo "FAILED: $1"; exit 1; }
place=$(mktemp -d)/"an installation"
mkdir -p "$place"
cp start.sh "$place/"
cat >"$place/settings.env" <<'END'
# a comment
PORT=8080

GREETING="Hello, world"
  # indented comment
SINGLE='it is $HOME'
SPACES=two words
EMPTY=
DANGER=$(touch /tmp/executed)
TICKS=`touch /tmp/executed`
EQUALS=a=b=c
MINE=from the file
HASH="a # b"
no assignment at all; touch /tmp/executed
LAST=without newline
END
printf 'FINAL=yes' >>"$place/settings.env"
cat >/tmp/server <<'END'
#!/bin/bash
printf '%s|' "$PORT" "$GREETING" "$SINGLE" "$SPACES" "${EMPTY-unset}" "$DANGER" "$TICKS" "$EQUALS" "$MINE" "$HASH" "$LAST" "$FINAL" "$@"
END
chmod +x /tmp/server
got=$(cd / && SERVER=/tmp/server MINE=mine bash "$place/start.sh" -v "x y") || fail "exit $?"
want='8080|Hello, world|it is $HOME|two words||$(touch /tmp/executed)|`touch /tmp/executed`|a=b=c|mine|a # b|without newline|yes|-v|x y|'
[ "$got" = "$want" ] || fail "got  $got
want $want"
[ ! -e /tmp/executed ] || fail "something in the file was executed"
rm "$place/settings.env"
PORT=1 GREETING= SINGLE= SPACES= DANGER= TICKS= EQUALS= MINE= HASH= LAST= FINAL= SERVER=/tmp/server bash "$place/start.sh" >/tmp/out || fail "no settings.env is an error"
echo "check: all good"
